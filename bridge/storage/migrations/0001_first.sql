-- Whose things these are. A home is the tenant: every query names it.
CREATE TABLE homes (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL
);

CREATE TABLE users (
    id TEXT PRIMARY KEY,
    home TEXT NOT NULL REFERENCES homes (id),
    name TEXT NOT NULL UNIQUE,
    password_hash TEXT,
    created_at_ms INTEGER NOT NULL,
    since_seq INTEGER NOT NULL
);

CREATE TABLE tokens (
    digest TEXT PRIMARY KEY,
    user TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    client TEXT NOT NULL,
    created_at_ms INTEGER NOT NULL
);

CREATE INDEX tokens_user ON tokens (user);

-- What exists. since_seq: nothing older is ever shown. An id is never given to something else.
CREATE TABLE entities (
    id TEXT PRIMARY KEY,
    home TEXT NOT NULL REFERENCES homes (id),
    device TEXT NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    room TEXT NOT NULL,
    since_seq INTEGER NOT NULL,
    removed_at_ms INTEGER
);

CREATE TABLE entity_states (
    entity TEXT PRIMARY KEY,
    value TEXT,
    brightness INTEGER,
    since_ms INTEGER,
    presses TEXT NOT NULL
);

-- What has happened. AUTOINCREMENT keeps a sequence number from being given twice after an erasure.
CREATE TABLE events (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    home TEXT NOT NULL,
    device TEXT NOT NULL,
    entity TEXT NOT NULL,
    kind TEXT NOT NULL,
    recorded_at_ms INTEGER NOT NULL,
    device_time_ms INTEGER,
    before TEXT,
    after TEXT,
    ingredients TEXT NOT NULL,
    offered INTEGER NOT NULL,
    reason TEXT
);

-- Every timeline is a range of one of these; presses of any word have two of their own.
CREATE INDEX events_entity_kind ON events (entity, kind, seq) WHERE offered = 1;
CREATE INDEX events_home_kind ON events (home, kind, seq) WHERE offered = 1;
CREATE INDEX events_entity_press ON events (entity, seq)
WHERE offered = 1 AND kind >= 'button.' AND kind < 'button/';
CREATE INDEX events_home_press ON events (home, seq)
WHERE offered = 1 AND kind >= 'button.' AND kind < 'button/';

-- The QoS 1 messages taken last, as a ring: what the broker sends again is recognised by them.
CREATE TABLE deliveries (
    slot INTEGER PRIMARY KEY,
    number INTEGER NOT NULL,
    packet_id INTEGER NOT NULL,
    digest TEXT NOT NULL
);

-- Who waits for what.
CREATE TABLE trigger_identities (
    client TEXT NOT NULL,
    user TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    identity TEXT NOT NULL,
    home TEXT NOT NULL,
    trigger_slug TEXT NOT NULL,
    fields TEXT NOT NULL,
    first_seen_ms INTEGER NOT NULL,
    start_seq INTEGER NOT NULL,
    told_seq INTEGER NOT NULL,
    last_polled_ms INTEGER NOT NULL,
    removed_at_ms INTEGER,
    PRIMARY KEY (client, user, identity)
);

-- What was asked of devices, and what became of it.
CREATE TABLE commands (
    id TEXT PRIMARY KEY,
    home TEXT NOT NULL,
    user TEXT NOT NULL,
    request_id TEXT,
    entity TEXT NOT NULL,
    wish TEXT NOT NULL,
    brightness INTEGER,
    color TEXT,
    asked_at_ms INTEGER NOT NULL,
    outcome TEXT NOT NULL
);

CREATE UNIQUE INDEX commands_request ON commands (user, request_id);
CREATE INDEX commands_asked ON commands (asked_at_ms);

CREATE TABLE settings (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
);
