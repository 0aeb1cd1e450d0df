"""Two weeks of a home in virtual time: what happens in it, what goes wrong around it, and what should come of it.

The bridge is real from the intake to the public listener, with its database on a real disk; only the broker in front of
the intake and the two IFTTTs are stand-ins.
"""
