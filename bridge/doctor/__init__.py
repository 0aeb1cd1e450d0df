"""The doctor: looks at everything a home depends on, and says what is wrong, why, and what helps."""
