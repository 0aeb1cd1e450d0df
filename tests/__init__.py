"""The tests, as one package: they share what stands in for the outside world."""
