-- Who may use the private pages: see everything, and decide everything.
ALTER TABLE users ADD COLUMN owner INTEGER NOT NULL DEFAULT 0;

-- The browsers in which an owner has signed in there. Only digests of cookies; `browser` is what it calls itself.
CREATE TABLE sign_ins (
    digest TEXT PRIMARY KEY,
    user TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    browser TEXT NOT NULL,
    since_ms INTEGER NOT NULL,
    seen_ms INTEGER NOT NULL,
    seen_run_ms INTEGER NOT NULL
);

CREATE INDEX sign_ins_user ON sign_ins (user);
