"""Templates: what the field uses, what is refused, and that neither costs much."""
