"""The frames of benchmarks and of the fault wall."""
