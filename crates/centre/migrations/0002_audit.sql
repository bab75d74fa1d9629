-- The audit log. Entries are only ever inserted; `seal` is the number of the seal that covers one.
CREATE TABLE audit_entry (
    chain  TEXT   NOT NULL,
    number BIGINT NOT NULL,
    at_ms  BIGINT NOT NULL,
    who    TEXT   NOT NULL,
    event  TEXT   NOT NULL,
    hash   TEXT   NOT NULL,
    seal   BIGINT,
    PRIMARY KEY (chain, number)
);
CREATE INDEX audit_entry_by_seal ON audit_entry (seal, chain, number);

CREATE TABLE audit_seal (
    number    BIGINT NOT NULL PRIMARY KEY,
    at_ms     BIGINT NOT NULL,
    heads     BIGINT NOT NULL,
    entries   BIGINT NOT NULL,
    root      TEXT   NOT NULL,
    previous  TEXT   NOT NULL,
    signature TEXT   NOT NULL
);

-- Where each desk's chain ends; a meter's stands in its own row.
CREATE TABLE desk (
    name         TEXT   NOT NULL PRIMARY KEY,
    audit_number BIGINT NOT NULL,
    audit_hash   TEXT   NOT NULL
);
