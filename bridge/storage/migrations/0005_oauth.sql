-- What a person agreed to: that a client acts for them, until it is revoked. `code`: the digest of the code it came from,
-- so that a code presented again is known for as long as what it gave lives. `active_run_ms`: when it was made or used
-- last; which grant is used the least must not hang on a clock that is set.
CREATE TABLE grants (
    id TEXT PRIMARY KEY,
    user TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    client TEXT NOT NULL,
    code TEXT NOT NULL UNIQUE,
    created_at_ms INTEGER NOT NULL,
    used_at_ms INTEGER,
    active_run_ms INTEGER NOT NULL
);

CREATE INDEX grants_user ON grants (user);

-- Codes that have not been redeemed. `_run_ms` is the time that the bridge has run, all its runs together: no clock that
-- is set can make it jump.
CREATE TABLE codes (
    digest TEXT PRIMARY KEY,
    user TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    client TEXT NOT NULL,
    redirect_uri TEXT NOT NULL,
    challenge TEXT,
    issued_at_ms INTEGER NOT NULL,
    issued_run_ms INTEGER NOT NULL
);

CREATE INDEX codes_user ON codes (user);

-- A pair of an access token (`digest`) and a refresh token. One minted by hand has no grant and no refresh token.
-- `parent`: the refresh token that was presented for it. `number`: counts the pairs of a grant. `dies_run_ms`: when its
-- refresh token dies, unset while nobody has presented a refresh token that descends from it. `used_at_ms`,
-- `used_run_ms`: when its access token was used, or its refresh token presented, last.
ALTER TABLE tokens ADD COLUMN grant_id TEXT REFERENCES grants (id) ON DELETE CASCADE;
ALTER TABLE tokens ADD COLUMN refresh TEXT;
ALTER TABLE tokens ADD COLUMN parent TEXT;
ALTER TABLE tokens ADD COLUMN number INTEGER;
ALTER TABLE tokens ADD COLUMN dies_run_ms INTEGER;
ALTER TABLE tokens ADD COLUMN used_at_ms INTEGER;
ALTER TABLE tokens ADD COLUMN used_run_ms INTEGER;
CREATE UNIQUE INDEX tokens_refresh ON tokens (refresh);
CREATE INDEX tokens_grant ON tokens (grant_id);

-- Tokens that are no more, the newest of each user: whose connection fails when somebody still presents one?
-- `digest` of an access token or of a refresh token; `seq`: the order in which they died.
CREATE TABLE dead_tokens (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    digest TEXT NOT NULL UNIQUE,
    user TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    client TEXT NOT NULL,
    reason TEXT NOT NULL
);

CREATE INDEX dead_tokens_user ON dead_tokens (user, seq);

-- How IFTTT's checks of a connection went (user/info): when one went well last, the failed ones since then, and the last
-- refresh since then that was refused.
CREATE TABLE connection_checks (
    user TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    client TEXT NOT NULL,
    passed_at_ms INTEGER,
    refused_at_ms INTEGER,
    refused_reason TEXT,
    PRIMARY KEY (user, client)
) WITHOUT ROWID;

CREATE TABLE failed_checks (
    user TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    client TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    reason TEXT NOT NULL
);

CREATE INDEX failed_checks_user ON failed_checks (user, client, at_ms);
