-- People and what proves who they are. Of passwords, cookies, links and tokens only what is derived from them is kept.

-- Every name that ever stood for a person or a token. A name is never given a second time, so that the audit log always
-- says who was meant.
CREATE TABLE actor (
    name TEXT NOT NULL PRIMARY KEY,
    -- person, token
    kind TEXT NOT NULL
);

CREATE TABLE person (
    name       TEXT   NOT NULL PRIMARY KEY REFERENCES actor (name),
    full_name  TEXT   NOT NULL,
    -- Words with commas between.
    roles      TEXT   NOT NULL,
    is_enabled BIGINT NOT NULL,
    -- Costs, salt and derivation; nothing until an invitation was used.
    password   TEXT,
    since_ms   BIGINT NOT NULL
);

-- One-time links, which are deleted when they are used.
CREATE TABLE invitation (
    hash     TEXT   NOT NULL PRIMARY KEY,
    -- Nobody's: it makes the first administrator.
    person   TEXT   REFERENCES person (name),
    until_ms BIGINT NOT NULL
);
CREATE INDEX invitation_by_person ON invitation (person);

CREATE TABLE person_session (
    hash     TEXT   NOT NULL PRIMARY KEY,
    person   TEXT   NOT NULL REFERENCES person (name),
    since_ms BIGINT NOT NULL,
    -- When it was used last, to a minute.
    used_ms  BIGINT NOT NULL
);
CREATE INDEX person_session_by_person ON person_session (person, since_ms);

-- Tokens for the interface.
CREATE TABLE api_token (
    name       TEXT   NOT NULL PRIMARY KEY REFERENCES actor (name),
    hash       TEXT   NOT NULL UNIQUE,
    scopes     TEXT   NOT NULL,
    made_by    TEXT   NOT NULL,
    made_ms    BIGINT NOT NULL,
    until_ms   BIGINT NOT NULL,
    revoked_ms BIGINT,
    -- When it was used last, to a minute.
    used_ms    BIGINT
);

-- Wrong log-ins. Names and addresses are counted in so many groups, into which a key of this database sorts them: so the
-- table is bounded, a name that nobody has is counted like any other, and what was typed is not kept.
CREATE TABLE log_in_try (
    subject  TEXT   NOT NULL PRIMARY KEY,
    failures BIGINT NOT NULL,
    until_ms BIGINT NOT NULL,
    last_ms  BIGINT NOT NULL,
    -- The audit log has been told of this lock.
    is_told  BIGINT NOT NULL
);

CREATE TABLE log_in_key (
    id  BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    key TEXT   NOT NULL
);
