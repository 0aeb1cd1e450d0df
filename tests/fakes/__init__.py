"""Stand-ins for what a part of the bridge talks to, where a test must decide what it answers. Tested in unit/fakes."""
