"""The platform's tests, tested: a service that is right passes, and each planted fault is found."""
