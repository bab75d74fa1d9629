-- Pictures by their digest, so that the same picture read twice is one sighting.
CREATE TABLE picture (
    id      INTEGER PRIMARY KEY,
    digest  BLOB    NOT NULL UNIQUE,
    name    TEXT    NOT NULL
);

-- What was seen: one row for each picture of an imprint that decrypts. Positions in millionths of a degree,
-- times in seconds since 1970.
CREATE TABLE sighting (
    picture     INTEGER NOT NULL UNIQUE REFERENCES picture (id),
    serial      INTEGER NOT NULL,
    epoch       INTEGER NOT NULL,
    second      INTEGER NOT NULL,
    by_pieces   INTEGER NOT NULL,
    mv          INTEGER NOT NULL,
    seen_at     INTEGER NOT NULL,
    latitude    INTEGER,
    longitude   INTEGER
);

CREATE INDEX sighting_identity ON sighting (serial, epoch, second, by_pieces, mv);
