"""What holds for every test: a timing is never a test, not even one of Hypothesis."""

from hypothesis import settings

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
