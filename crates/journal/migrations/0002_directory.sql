-- Cards, cost centres, groups, what they have spent: one row for each, and what it is found by, both in JSON.
CREATE TABLE directory (
    key   TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- What is kept over power-off, in JSON.
CREATE TABLE kept (
    name  TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- What was done, by whom.
CREATE TABLE log (
    number   INTEGER NOT NULL PRIMARY KEY,
    at_ms    INTEGER NOT NULL,
    who      TEXT    NOT NULL,
    kind     TEXT    NOT NULL,
    sentence TEXT    NOT NULL
) STRICT;

-- Errors by kind, counted as far as 999.
CREATE TABLE error (
    kind    TEXT    NOT NULL PRIMARY KEY,
    count   INTEGER NOT NULL CHECK (count BETWEEN 1 AND 999),
    last_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
