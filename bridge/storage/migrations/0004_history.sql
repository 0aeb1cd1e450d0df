-- What happened in one home, whatever it was and to whichever device: the history that a query asks for. What was
-- hidden or held back is not in it, so that a noisy device that somebody hid costs a page nothing.
CREATE INDEX events_home ON events (home, seq) WHERE offered = 1 OR reason IN ('late', 'changed while away');
