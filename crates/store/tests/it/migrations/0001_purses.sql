CREATE TABLE purse (
    name         TEXT   PRIMARY KEY,
    amount_minor BIGINT NOT NULL CHECK (amount_minor >= 0),
    note         TEXT
);
