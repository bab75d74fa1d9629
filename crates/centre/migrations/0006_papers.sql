-- What is set for a meter lies apart from what each of its calls changes, so that a call writes less.
CREATE TABLE meter_papers (
    serial     BIGINT NOT NULL PRIMARY KEY REFERENCES meter (serial),
    -- What was set at enrolment and is no secret, in JSON.
    passport   TEXT   NOT NULL,
    -- The rules for its refills, in JSON.
    conditions TEXT   NOT NULL
);
INSERT INTO meter_papers (serial, passport, conditions) SELECT serial, passport, conditions FROM meter;
ALTER TABLE meter DROP COLUMN passport;
ALTER TABLE meter DROP COLUMN conditions;
