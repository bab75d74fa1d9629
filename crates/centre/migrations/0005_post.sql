-- Link H: stations of the post, the lists that are issued for them, and what they report. Times, amounts and bytes as in
-- 0001; a kind is its name in docs/formats/link-h.md; station 0 stands for all of them. Numbers of 64 bits that can use
-- them all (MV, second numbers) lie in two's complement.

CREATE TABLE station (
    number        BIGINT NOT NULL PRIMARY KEY,
    name          TEXT   NOT NULL UNIQUE,
    -- What its batches are signed with.
    verifying_key TEXT   NOT NULL,
    -- The name of its token for the interface; a token is one station's.
    token         TEXT   UNIQUE,
    is_active     BIGINT NOT NULL,
    since_ms      BIGINT NOT NULL,
    -- When two batches with one number came from it: two use its key, or it was set back. Nothing once that is settled.
    differs_ms    BIGINT
);

-- The newest list of each kind that a station has confirmed.
CREATE TABLE station_taken (
    station BIGINT NOT NULL REFERENCES station (number),
    kind    TEXT   NOT NULL,
    number  BIGINT NOT NULL,
    at_ms   BIGINT NOT NULL,
    PRIMARY KEY (station, kind)
);

-- The last batch of each kind that was taken from a station.
CREATE TABLE station_batch (
    station BIGINT NOT NULL REFERENCES station (number),
    kind    TEXT   NOT NULL,
    number  BIGINT NOT NULL,
    digest  TEXT   NOT NULL,
    at_ms   BIGINT NOT NULL,
    PRIMARY KEY (station, kind)
);

-- The newest list of each kind. Its document is the head, the pieces with commas between them, and `]}`.
CREATE TABLE post_list (
    kind        TEXT   NOT NULL,
    station     BIGINT NOT NULL,
    number      BIGINT NOT NULL,
    issued_ms   BIGINT NOT NULL,
    valid_until TEXT   NOT NULL,
    head        TEXT   NOT NULL,
    bytes       BIGINT NOT NULL,
    entries     BIGINT NOT NULL,
    pieces      BIGINT NOT NULL,
    -- SHA-256 of the entries: the same again needs no new list.
    digest      TEXT   NOT NULL,
    -- How many keys there were, for the list of keys.
    basis       BIGINT NOT NULL,
    PRIMARY KEY (kind, station)
);

-- Lists that are being made: how far the pass over the meters is.
CREATE TABLE post_pass (
    kind         TEXT   NOT NULL,
    station      BIGINT NOT NULL,
    -- The number that the list gets if it is issued.
    number       BIGINT NOT NULL,
    begun_ms     BIGINT NOT NULL,
    basis        BIGINT NOT NULL,
    after_serial BIGINT,
    pieces       BIGINT NOT NULL,
    entries      BIGINT NOT NULL,
    is_through   BIGINT NOT NULL,
    PRIMARY KEY (kind, station)
);

-- Pieces of lists: entries in JSON with commas between them, of the meters from the first serial number to the last.
CREATE TABLE post_piece (
    kind         TEXT   NOT NULL,
    station      BIGINT NOT NULL,
    number       BIGINT NOT NULL,
    piece        BIGINT NOT NULL,
    first_serial BIGINT NOT NULL,
    last_serial  BIGINT NOT NULL,
    entries      TEXT   NOT NULL,
    PRIMARY KEY (kind, station, number, piece)
);

-- The notices to the post that the list of suspects which is being made will have told.
CREATE TABLE post_told (
    serial BIGINT NOT NULL,
    number BIGINT NOT NULL,
    PRIMARY KEY (serial, number)
);

-- What people set for the post: cliché frames, thresholds, tariff. The entry as it stands in its list.
CREATE TABLE post_set (
    kind  TEXT   NOT NULL,
    place BIGINT NOT NULL,
    entry TEXT   NOT NULL,
    PRIMARY KEY (kind, place)
);

-- The first list that a new epoch of a meter was found in.
CREATE TABLE post_epoch (
    kind    TEXT   NOT NULL,
    station BIGINT NOT NULL,
    serial  BIGINT NOT NULL,
    epoch   BIGINT NOT NULL,
    number  BIGINT NOT NULL,
    PRIMARY KEY (kind, station, serial, epoch)
);

-- Imprints that stations saw. What tells one imprint from every other, then who saw it and by which picture.
CREATE TABLE post_sighting (
    serial        BIGINT NOT NULL,
    epoch         BIGINT NOT NULL,
    -- 0 where there is no second number.
    has_second    BIGINT NOT NULL,
    second        BIGINT NOT NULL,
    by_pieces     BIGINT NOT NULL,
    mv            BIGINT NOT NULL,
    station       BIGINT NOT NULL REFERENCES station (number),
    picture       TEXT   NOT NULL,
    postage_minor BIGINT NOT NULL,
    printed       TEXT,
    seen_ms       BIGINT NOT NULL,
    latitude      BIGINT,
    longitude     BIGINT,
    batch         BIGINT NOT NULL,
    PRIMARY KEY (serial, epoch, has_second, second, by_pieces, mv, station, picture)
);
CREATE INDEX post_sighting_by_batch ON post_sighting (station, batch);

-- What stations found. A finding about a meter in the books goes to its file after it was taken.
CREATE TABLE post_finding (
    station     BIGINT NOT NULL REFERENCES station (number),
    batch       BIGINT NOT NULL,
    place       BIGINT NOT NULL,
    serial      BIGINT,
    kind        TEXT   NOT NULL,
    at_ms       BIGINT NOT NULL,
    case_number BIGINT,
    note        TEXT   NOT NULL,
    received_ms BIGINT NOT NULL,
    -- Empty until it stands in the meter's file; noted, no_meter, no_serial.
    outcome     TEXT   NOT NULL,
    PRIMARY KEY (station, batch, place)
);
CREATE INDEX post_finding_by_outcome ON post_finding (outcome, received_ms);
CREATE INDEX post_finding_by_serial ON post_finding (serial, received_ms);

-- Stations' cases as they stand.
CREATE TABLE post_case (
    station     BIGINT NOT NULL REFERENCES station (number),
    number      BIGINT NOT NULL,
    serial      BIGINT,
    state       TEXT   NOT NULL,
    since_ms    BIGINT NOT NULL,
    note        TEXT   NOT NULL,
    received_ms BIGINT NOT NULL,
    PRIMARY KEY (station, number)
);
