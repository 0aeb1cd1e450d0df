"""The doctor's judgements, one by one."""
