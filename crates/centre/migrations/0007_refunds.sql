-- Claims for spoiled imprints, and what became of each line. Times, amounts and bytes as in 0001; numbers of 64 bits that
-- can use them all (MV, second numbers) lie in two's complement as in 0005.

CREATE TABLE refund_claim (
    number      BIGINT NOT NULL PRIMARY KEY,
    -- SHA-256 of the document as it is written here: the same again is the same claim.
    digest      TEXT   NOT NULL UNIQUE,
    serial      BIGINT NOT NULL REFERENCES meter (serial),
    customer    TEXT   NOT NULL REFERENCES customer (reference),
    taken_ms    BIGINT NOT NULL,
    taken_by    TEXT   NOT NULL,
    -- The consignment in which the papers came, who received it and when; nothing until then.
    consignment TEXT,
    received_ms BIGINT,
    received_by TEXT
);
CREATE INDEX refund_claim_by_serial ON refund_claim (serial, number);
CREATE INDEX refund_claim_by_customer ON refund_claim (customer, number);

CREATE TABLE refund_line (
    claim         BIGINT NOT NULL REFERENCES refund_claim (number),
    line          BIGINT NOT NULL,
    request       TEXT   NOT NULL,
    -- What tells one imprint from every other, as in post_sighting; as the claim says it where the row did not prove it.
    serial        BIGINT NOT NULL,
    epoch         BIGINT NOT NULL,
    has_second    BIGINT NOT NULL,
    second        BIGINT NOT NULL,
    mv            BIGINT NOT NULL,
    postage_minor BIGINT NOT NULL,
    printed       TEXT   NOT NULL,
    -- misprint, printer, wrong_value, wrong_date, damaged, not_used, unknown
    reason        TEXT   NOT NULL,
    spoiled_on    TEXT   NOT NULL,
    -- claimed, refunded, refused
    state         TEXT   NOT NULL,
    -- Why it is refused, in a word; empty otherwise.
    why           TEXT   NOT NULL,
    -- What the person wrote who refused it; empty otherwise.
    note          TEXT   NOT NULL,
    -- Since when it stands so, and by whom.
    at_ms         BIGINT NOT NULL,
    by_whom       TEXT   NOT NULL,
    -- What was paid for it: the postage less the handling share; 0 until then.
    paid_minor    BIGINT NOT NULL,
    -- When it was known here that the imprint was seen in the mail.
    seen_ms       BIGINT,
    -- When that was put down for people to look at.
    told_ms       BIGINT,
    PRIMARY KEY (claim, line)
);
-- One imprint is claimed or refunded by one line, whoever claims it how often at the same time.
CREATE UNIQUE INDEX refund_line_of_imprint ON refund_line (serial, epoch, has_second, second, mv) WHERE state <> 'refused';
CREATE INDEX refund_line_by_imprint ON refund_line (serial, mv);
CREATE INDEX refund_line_by_state ON refund_line (state, claim, line);
CREATE INDEX refund_line_to_tell ON refund_line (claim, line) WHERE seen_ms IS NOT NULL AND told_ms IS NULL;
