-- How far the timeline had come, a mark for each day that the bridge has run: how old an event is, is told by these. No
-- clock that is set, forward or back, makes an event older than it is.
CREATE TABLE run_marks (
    run_ms INTEGER PRIMARY KEY,
    seq INTEGER NOT NULL
);
