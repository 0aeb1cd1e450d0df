-- Alarms of any sort, as presses of any word.
CREATE INDEX events_entity_alarm_raised ON events (entity, seq)
WHERE offered = 1 AND kind >= 'alarm.raised.' AND kind < 'alarm.raised/';
CREATE INDEX events_home_alarm_raised ON events (home, seq)
WHERE offered = 1 AND kind >= 'alarm.raised.' AND kind < 'alarm.raised/';
CREATE INDEX events_entity_alarm_cleared ON events (entity, seq)
WHERE offered = 1 AND kind >= 'alarm.cleared.' AND kind < 'alarm.cleared/';
CREATE INDEX events_home_alarm_cleared ON events (home, seq)
WHERE offered = 1 AND kind >= 'alarm.cleared.' AND kind < 'alarm.cleared/';

-- What happened to one device, whatever it was: the history that a query asks for.
CREATE INDEX events_device ON events (device, seq);

-- A cover's place in percent; a change that has not lasted long enough yet; the crossings that must be undone before
-- they count again; when an event of the entity was offered last.
ALTER TABLE entity_states ADD COLUMN position INTEGER;
ALTER TABLE entity_states ADD COLUMN pending_value TEXT;
ALTER TABLE entity_states ADD COLUMN pending_since_ms INTEGER;
ALTER TABLE entity_states ADD COLUMN pending_first_ms INTEGER;
ALTER TABLE entity_states ADD COLUMN fired TEXT NOT NULL DEFAULT '';
ALTER TABLE entity_states ADD COLUMN offered_ms INTEGER;

-- The newest numbers of each sensor, as a ring.
CREATE TABLE readings (
    entity TEXT NOT NULL,
    number INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    value REAL NOT NULL,
    PRIMARY KEY (entity, number)
) WITHOUT ROWID;

-- Doors that stand open, and when somebody wants to hear of it. One that was told stays until the door is closed.
CREATE TABLE deadlines (
    entity TEXT NOT NULL,
    minutes INTEGER NOT NULL,
    opened_at_ms INTEGER NOT NULL,
    due_ms INTEGER NOT NULL,
    told INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (entity, minutes)
) WITHOUT ROWID;

-- Whether IFTTT sees an entity at all, what a person calls it, and who of its home sees it where that is not all.
ALTER TABLE entities ADD COLUMN exposed INTEGER NOT NULL DEFAULT 1;
ALTER TABLE entities ADD COLUMN given_name TEXT;
ALTER TABLE entities ADD COLUMN given_room TEXT;

CREATE TABLE shares (
    user TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    entity TEXT NOT NULL REFERENCES entities (id) ON DELETE CASCADE,
    shared INTEGER NOT NULL,
    since_seq INTEGER NOT NULL,
    PRIMARY KEY (user, entity)
) WITHOUT ROWID;

ALTER TABLE commands ADD COLUMN position INTEGER;
ALTER TABLE commands ADD COLUMN topic TEXT;
