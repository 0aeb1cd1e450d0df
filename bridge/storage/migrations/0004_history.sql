-- What happened in one home, whatever it was and to whichever device: the history that a query asks for.
CREATE INDEX events_home ON events (home, seq);
