-- How the message came that an event was made of, in one line (timeline/arrived.py); unset where time alone made it.
ALTER TABLE events ADD COLUMN arrived TEXT;

-- What was hidden or held back, for whoever looks for it: with events_home and events_device all that happened is found
-- without walking past what did not. What is offered is in neither, so that it costs next to nothing to write.
CREATE INDEX events_home_kept_back ON events (home, seq)
WHERE offered = 0 AND reason NOT IN ('late', 'changed while away');
CREATE INDEX events_device_kept_back ON events (device, seq)
WHERE offered = 0 AND reason NOT IN ('late', 'changed while away');

-- How far IFTTT was told of what an identity waits for: a row when that moves. Attempts in vain that ended alike are one
-- row, from the first to the last. `status`: of the answer, or a word where none came. `number` counts the rows of an
-- identity, of which the newest are kept.
CREATE TABLE notifications (
    client TEXT NOT NULL,
    user TEXT NOT NULL,
    identity TEXT NOT NULL,
    number INTEGER NOT NULL,
    up_to_seq INTEGER NOT NULL,
    status TEXT NOT NULL,
    first_ms INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    PRIMARY KEY (client, user, identity, number),
    FOREIGN KEY (client, user, identity) REFERENCES trigger_identities (client, user, identity) ON DELETE CASCADE
) WITHOUT ROWID;

-- How far IFTTT has asked: a row when a poll showed something new.
CREATE TABLE polls (
    client TEXT NOT NULL,
    user TEXT NOT NULL,
    identity TEXT NOT NULL,
    number INTEGER NOT NULL,
    up_to_seq INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (client, user, identity, number),
    FOREIGN KEY (client, user, identity) REFERENCES trigger_identities (client, user, identity) ON DELETE CASCADE
) WITHOUT ROWID;
