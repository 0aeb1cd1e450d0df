-- Devices that announced themselves, as they described themselves last. `home` unset: discovered, and nothing more;
-- `declined`: a person removed it, so that it waits until one accepts it. The given names are a person's.
CREATE TABLE devices (
    id TEXT PRIMARY KEY,
    source TEXT NOT NULL,
    source_id TEXT NOT NULL,
    home TEXT REFERENCES homes (id),
    declined INTEGER NOT NULL DEFAULT 0,
    name TEXT NOT NULL,
    model TEXT NOT NULL,
    room TEXT NOT NULL,
    given_name TEXT,
    given_room TEXT,
    discovered_at_ms INTEGER NOT NULL,
    accepted_at_ms INTEGER,
    UNIQUE (source, source_id)
);

-- What they do, by permanent ids. `told_kind` and `unit`: as described; `kind`: what a person said that it is instead.
CREATE TABLE device_entities (
    id TEXT PRIMARY KEY,
    device TEXT NOT NULL REFERENCES devices (id) ON DELETE CASCADE,
    source_id TEXT NOT NULL,
    told_kind TEXT NOT NULL,
    unit TEXT NOT NULL,
    kind TEXT,
    UNIQUE (device, source_id)
);

CREATE INDEX entities_device ON entities (device);

-- A setting or a diagnosis, which nobody sees who did not ask for that very one; a person who shows it ends that.
ALTER TABLE entities ADD COLUMN aside INTEGER NOT NULL DEFAULT 0;
