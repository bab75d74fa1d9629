-- What imprints are made with, and what users are called.
CREATE TABLE cliche (
    number      INTEGER NOT NULL PRIMARY KEY,
    name        TEXT    NOT NULL,
    -- How many dots high it is, and the window for the text within it; 0 where there is none.
    dots        INTEGER NOT NULL,
    text_height INTEGER NOT NULL,
    record      BLOB    NOT NULL,
    -- What stands in the window.
    text        TEXT    NOT NULL
) STRICT;

CREATE TABLE rate_table (
    name       TEXT    NOT NULL,
    valid_from INTEGER NOT NULL,
    -- In JSON.
    document   TEXT    NOT NULL,
    PRIMARY KEY (name, valid_from)
) STRICT, WITHOUT ROWID;

CREATE TABLE user (
    number INTEGER NOT NULL PRIMARY KEY,
    name   TEXT    NOT NULL
) STRICT;
