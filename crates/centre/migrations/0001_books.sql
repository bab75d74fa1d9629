-- The books. Times are milliseconds since 1970 UTC, amounts minor units, yes and no 1 and 0, bytes lower-case
-- hexadecimal digits; what is text in JSON is read and written as a whole.

-- Customers and what they have paid in. A balance may fall to the credit limit below zero and no further.
CREATE TABLE customer (
    reference     TEXT   NOT NULL PRIMARY KEY,
    name          TEXT   NOT NULL,
    balance_minor BIGINT NOT NULL,
    limit_minor   BIGINT NOT NULL CHECK (limit_minor >= 0),
    is_active     BIGINT NOT NULL,
    since_ms      BIGINT NOT NULL,
    -- Number of the newest entry of the account.
    entries       BIGINT NOT NULL
);

-- What moved each balance: the sum of a customer's entries is his balance.
CREATE TABLE entry (
    customer      TEXT   NOT NULL REFERENCES customer (reference),
    number        BIGINT NOT NULL,
    at_ms         BIGINT NOT NULL,
    amount_minor  BIGINT NOT NULL,
    balance_minor BIGINT NOT NULL,
    -- deposit, reversal, refill, refund
    kind          TEXT   NOT NULL,
    -- The bank's reference, or meter and grant.
    about         TEXT   NOT NULL,
    PRIMARY KEY (customer, number)
);

-- What a bank has booked; its reference makes booking twice do nothing.
CREATE TABLE deposit (
    bank_reference TEXT   NOT NULL PRIMARY KEY,
    -- Nobody's, while a person has to say whose it is.
    customer       TEXT   REFERENCES customer (reference),
    amount_minor   BIGINT NOT NULL,
    booked_on      TEXT   NOT NULL,
    payer          TEXT   NOT NULL,
    remittance     TEXT   NOT NULL,
    -- Why nobody's; empty otherwise.
    unclear        TEXT   NOT NULL,
    at_ms          BIGINT NOT NULL,
    by_whom        TEXT   NOT NULL,
    reversed_ms    BIGINT
);
CREATE INDEX deposit_by_customer ON deposit (customer, at_ms);

-- Meters. `account` and `dossier` are what the decisions go by; the columns behind them repeat what lists ask for.
CREATE TABLE meter (
    serial         BIGINT NOT NULL PRIMARY KEY,
    pan            BIGINT NOT NULL UNIQUE,
    customer       TEXT   NOT NULL REFERENCES customer (reference),
    -- What was set at enrolment and is no secret.
    passport       TEXT   NOT NULL,
    -- The rules for its refills.
    conditions     TEXT   NOT NULL,
    account        TEXT   NOT NULL,
    dossier        TEXT   NOT NULL,
    -- Rises with every change.
    version        BIGINT NOT NULL,
    -- The name of its link key among the wrapped keys.
    link_key       TEXT   NOT NULL,
    since_ms       BIGINT NOT NULL,
    -- 0 okay, 1 suspicious, 2 manipulated.
    status         BIGINT NOT NULL,
    -- Since when it is not okay.
    suspect_ms     BIGINT,
    -- in_service, leaving, withdrawn, gone, settled
    service        TEXT   NOT NULL,
    is_stopped     BIGINT NOT NULL,
    contact_ms     BIGINT NOT NULL,
    r1_minor       BIGINT NOT NULL,
    -- Number of the newest reaction.
    reactions      BIGINT NOT NULL,
    -- The head of its chain in the audit log.
    audit_number   BIGINT NOT NULL,
    audit_hash     TEXT   NOT NULL
);
CREATE INDEX meter_by_customer ON meter (customer, serial);
CREATE INDEX meter_by_status ON meter (status, serial);

-- Every grant that was ever issued.
CREATE TABLE meter_grant (
    serial          BIGINT NOT NULL REFERENCES meter (serial),
    number          BIGINT NOT NULL,
    amount_minor    BIGINT NOT NULL,
    r3_before_minor BIGINT NOT NULL,
    closing         BIGINT NOT NULL,
    issued_ms       BIGINT NOT NULL,
    -- open, taken, void
    state           TEXT   NOT NULL,
    settled_ms      BIGINT,
    -- The device's error where it refused the grant last; 0 otherwise.
    refused_code    BIGINT NOT NULL,
    PRIMARY KEY (serial, number)
);

-- Registers as they were reported.
CREATE TABLE reading (
    serial       BIGINT NOT NULL REFERENCES meter (serial),
    at_ms        BIGINT NOT NULL,
    commit_number BIGINT NOT NULL,
    r1_minor     BIGINT NOT NULL,
    r2_minor     BIGINT NOT NULL,
    r3_minor     BIGINT NOT NULL,
    r4           BIGINT NOT NULL,
    r8           BIGINT NOT NULL,
    PRIMARY KEY (serial, at_ms, commit_number)
);

-- Calls, those that failed or were refused too: evidence, bounded in number.
CREATE TABLE meter_call (
    -- The call's nonce of the centre; drawn where there is none.
    id              TEXT   NOT NULL PRIMARY KEY,
    -- Nobody's where the caller did not prove who it is.
    serial          BIGINT,
    pan             BIGINT,
    -- manual, automatic, called_back; empty where it was not read.
    trigger_kind    TEXT   NOT NULL,
    origin          TEXT   NOT NULL,
    opened_ms       BIGINT NOT NULL,
    last_ms         BIGINT NOT NULL,
    transactions    BIGINT NOT NULL,
    -- The last thing asked for.
    ask             TEXT   NOT NULL,
    -- The step of Fig. 3 at which it went wrong; 0 where it did not.
    step            BIGINT NOT NULL,
    -- Why; empty where nothing went wrong.
    failure         TEXT   NOT NULL,
    -- Somebody asked for funds who was not entitled to.
    is_unauthorised BIGINT NOT NULL
);
CREATE INDEX meter_call_by_serial ON meter_call (serial, opened_ms);
CREATE INDEX meter_call_by_time ON meter_call (opened_ms);

-- Authorised openings of the housing.
CREATE TABLE opening (
    serial         BIGINT NOT NULL REFERENCES meter (serial),
    number         BIGINT NOT NULL,
    technician     TEXT   NOT NULL,
    announced_by   TEXT   NOT NULL,
    announced_ms   BIGINT NOT NULL,
    about_ms       BIGINT NOT NULL,
    valid_until_ms BIGINT NOT NULL,
    agreed_minor   BIGINT,
    work           TEXT   NOT NULL,
    fetched_ms     BIGINT,
    registers      TEXT,
    seal_before    BIGINT,
    -- completed, not_reported, other_value, too_late, withdrawn, refused; empty while it is open.
    ended          TEXT   NOT NULL,
    ended_ms       BIGINT,
    seal_after     BIGINT,
    PRIMARY KEY (serial, number)
);

-- What was decided about suspect meters, and what became of it: reactions a) to d) of EP 0 660 270.
CREATE TABLE reaction (
    serial   BIGINT NOT NULL REFERENCES meter (serial),
    number   BIGINT NOT NULL,
    -- ask_for_call, inspect_unless_heard, inspect, tell_post, mark_imprints
    kind     TEXT   NOT NULL,
    -- What belongs to the kind, in JSON.
    detail   TEXT   NOT NULL,
    by_whom  TEXT   NOT NULL,
    at_ms    BIGINT NOT NULL,
    why      TEXT   NOT NULL,
    -- Until when; nothing where it has no end.
    until_ms BIGINT,
    done_ms  BIGINT,
    done_by  TEXT,
    PRIMARY KEY (serial, number)
);
CREATE INDEX reaction_open ON reaction (done_ms, kind, at_ms);

-- Meters to be called back.
CREATE TABLE call_back (
    serial       BIGINT NOT NULL REFERENCES meter (serial),
    request      TEXT   NOT NULL,
    number       TEXT   NOT NULL,
    amount_minor BIGINT NOT NULL,
    asked_ms     BIGINT NOT NULL,
    -- When it is tried next; nothing where it is done with.
    due_ms       BIGINT,
    attempts     BIGINT NOT NULL,
    -- Empty while it is under way; reached, no_request, not_reached.
    ended        TEXT   NOT NULL,
    PRIMARY KEY (serial, request)
);
CREATE INDEX call_back_due ON call_back (due_ms);

-- The regular runs over all meters.
CREATE TABLE plausibility_run (
    started_ms   BIGINT NOT NULL PRIMARY KEY,
    after_serial BIGINT,
    okay         BIGINT NOT NULL,
    suspicious   BIGINT NOT NULL,
    manipulated  BIGINT NOT NULL,
    finished_ms  BIGINT
);

-- What an operator has set, in JSON.
CREATE TABLE setting (
    name  TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);

-- Which instance is at a task that only one may be at, and until when unless it says so again.
CREATE TABLE lease (
    task     TEXT   NOT NULL PRIMARY KEY,
    holder   TEXT   NOT NULL,
    until_ms BIGINT NOT NULL
);
