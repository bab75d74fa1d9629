-- The control unit's book. Times are milliseconds since 1970 UTC, amounts minor units, days numbers such as 20261121;
-- request ids, which can use all of their 64 bits, lie in two's complement. A sum that does not fit is refused, as the
-- tables are strict.

-- Files whose lines are franked one after the other.
CREATE TABLE batch (
    number   INTEGER NOT NULL PRIMARY KEY,
    name     TEXT    NOT NULL,
    -- SHA-256 of the file, in lower-case hexadecimal digits.
    digest   TEXT    NOT NULL UNIQUE,
    lines    INTEGER NOT NULL CHECK (lines > 0),
    begun_ms INTEGER NOT NULL
) STRICT;

-- Imprints that were asked for.
CREATE TABLE job (
    number          INTEGER NOT NULL PRIMARY KEY,
    request         INTEGER NOT NULL UNIQUE,
    -- reserved, booked, printing, printed, cancelled, spoiled, claimed
    state           TEXT    NOT NULL DEFAULT 'reserved',
    centre          INTEGER NOT NULL,
    user            INTEGER NOT NULL,
    card            INTEGER,
    postage_minor   INTEGER NOT NULL CHECK (postage_minor >= 0),
    surcharge_minor INTEGER NOT NULL CHECK (surcharge_minor >= 0),
    -- The date on the imprint.
    date            INTEGER NOT NULL,
    cliche          INTEGER NOT NULL,
    -- Empty for none, as the endorsement and the reference.
    text            TEXT    NOT NULL,
    endorsement     TEXT    NOT NULL,
    reference       TEXT    NOT NULL,
    batch           INTEGER REFERENCES batch (number),
    line            INTEGER,
    reserved_ms     INTEGER NOT NULL,
    -- When it came into its state.
    changed_ms      INTEGER NOT NULL,
    -- Nothing while it is not debited, and ever after the same.
    booked_on       INTEGER,
    booked_ms       INTEGER,
    indicium        TEXT,
    -- paper, printer, unknown
    spoiled_by      TEXT,
    spoiled_on      INTEGER,
    CHECK ((batch IS NULL) = (line IS NULL)),
    CHECK ((booked_on IS NULL) = (state IN ('reserved', 'cancelled'))),
    CHECK ((booked_on IS NULL) = (booked_ms IS NULL) AND (booked_on IS NULL) = (indicium IS NULL)),
    CHECK ((spoiled_on IS NOT NULL) = (state IN ('spoiled', 'claimed'))),
    CHECK ((spoiled_on IS NULL) = (spoiled_by IS NULL))
) STRICT;
-- What a start has to clear up, and what can be handed in for a refund: few rows each.
CREATE INDEX job_open ON job (number) WHERE state IN ('reserved', 'booked', 'printing');
CREATE INDEX job_spoiled ON job (number) WHERE state = 'spoiled';
CREATE INDEX job_of_batch ON job (batch, line) WHERE batch IS NOT NULL;
-- A line is not franked twice, unless its imprint was spoiled.
CREATE UNIQUE INDEX job_of_line ON job (batch, line)
    WHERE batch IS NOT NULL AND state IN ('reserved', 'booked', 'printing', 'printed');

-- What the debited jobs add up to. Every sum is made of these rows: those that are compared with the registers, what a
-- cost centre has spent in a month, what a user has, the pieces of a cliché.
CREATE TABLE tally (
    -- The day of the booking at the meter's place.
    day             INTEGER NOT NULL,
    centre          INTEGER NOT NULL,
    user            INTEGER NOT NULL,
    cliche          INTEGER NOT NULL,
    pieces          INTEGER NOT NULL,
    -- Those of them without a value.
    zero_pieces     INTEGER NOT NULL,
    postage_minor   INTEGER NOT NULL,
    surcharge_minor INTEGER NOT NULL,
    -- Those of the pieces that were spoiled, and their postage.
    spoiled         INTEGER NOT NULL,
    spoiled_minor   INTEGER NOT NULL,
    PRIMARY KEY (day, centre, user, cliche)
) STRICT, WITHOUT ROWID;

-- The tables add up by themselves, whichever statement books.
CREATE TRIGGER job_booked AFTER UPDATE OF booked_on ON job
WHEN OLD.booked_on IS NULL AND NEW.booked_on IS NOT NULL
BEGIN
    INSERT INTO tally
    VALUES (NEW.booked_on, NEW.centre, NEW.user, NEW.cliche, 1, NEW.postage_minor = 0, NEW.postage_minor,
            NEW.surcharge_minor, 0, 0)
    ON CONFLICT (day, centre, user, cliche) DO UPDATE SET
        pieces = pieces + 1,
        zero_pieces = zero_pieces + excluded.zero_pieces,
        postage_minor = postage_minor + excluded.postage_minor,
        surcharge_minor = surcharge_minor + excluded.surcharge_minor;
END;
CREATE TRIGGER job_was_spoiled AFTER UPDATE OF spoiled_on ON job
WHEN OLD.spoiled_on IS NULL AND NEW.spoiled_on IS NOT NULL
BEGIN
    UPDATE tally SET spoiled = spoiled + 1, spoiled_minor = spoiled_minor + NEW.postage_minor
    WHERE day = NEW.booked_on AND centre = NEW.centre AND user = NEW.user AND cliche = NEW.cliche;
END;

-- The device whose imprints these are, and its registers when the journal was begun.
CREATE TABLE opening (
    id       INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    serial   INTEGER NOT NULL,
    r2_minor INTEGER NOT NULL,
    r4       INTEGER NOT NULL,
    r8       INTEGER NOT NULL,
    at_ms    INTEGER NOT NULL
) STRICT;
