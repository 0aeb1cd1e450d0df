"""The ways devices speak, one file each, both directions. None of them raises anything but UnreadableMessage."""
