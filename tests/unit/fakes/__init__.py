"""The stand-ins do what tests believe of them."""
