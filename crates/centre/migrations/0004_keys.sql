-- Master keys that wrap what is in use: the one of now, and one that is being replaced. The id is drawn with the key;
-- the control is a known key wrapped by it, by which a wrong master key is noticed at the start.
CREATE TABLE master_key (
    id       TEXT   NOT NULL PRIMARY KEY,
    control  TEXT   NOT NULL,
    since_ms BIGINT NOT NULL
);

-- Keys in coded form, by what they are for: `issuer:1`, `link:00000007`, `imprint:00000007:00001:001` (meter, epoch,
-- slot), `station:1`.
CREATE TABLE wrapped_key (
    name     TEXT   NOT NULL PRIMARY KEY,
    wrapped  TEXT   NOT NULL,
    since_ms BIGINT NOT NULL
);
