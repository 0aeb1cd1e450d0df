"""The tests themselves, grouped by what they look at. Each returns when its expectation is met and raises otherwise."""
