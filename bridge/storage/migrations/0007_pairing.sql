-- Devices that announced themselves, as they described themselves last. `home` unset: discovered, and nothing more.
CREATE TABLE devices (
    id TEXT PRIMARY KEY,
    source TEXT NOT NULL,
    source_id TEXT NOT NULL,
    home TEXT REFERENCES homes (id),
    name TEXT NOT NULL,
    model TEXT NOT NULL,
    room TEXT NOT NULL,
    discovered_at_ms INTEGER NOT NULL,
    accepted_at_ms INTEGER,
    UNIQUE (source, source_id)
);

-- What they do, by permanent ids. `kind`: what a person said that it is, where that is not as described.
CREATE TABLE device_entities (
    id TEXT PRIMARY KEY,
    device TEXT NOT NULL REFERENCES devices (id) ON DELETE CASCADE,
    source_id TEXT NOT NULL,
    kind TEXT,
    UNIQUE (device, source_id)
);

CREATE INDEX entities_device ON entities (device);
