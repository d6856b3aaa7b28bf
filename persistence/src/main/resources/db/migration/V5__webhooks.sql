-- How far the outbox was cleared: whoever goes on from before this place has missed something.
CREATE TABLE outbox_horizon (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    tx       xid8    NOT NULL,
    seq      bigint  NOT NULL
);

INSERT INTO outbox_horizon (tx, seq) VALUES ('0', 0);

-- Who wants to be told of events, and how far each has been told.
CREATE TABLE webhook (
    id              text        PRIMARY KEY,
    url             text        NOT NULL,
    -- Empty: all.
    types           text[]      NOT NULL,
    description     text,
    -- What deliveries are signed with: it must be known to sign, so it is kept as it is.
    secret          bytea       NOT NULL,
    state           text        NOT NULL CHECK (state IN ('ACTIVE', 'DISABLED')),
    reason          text,
    created_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    -- The key and request that created it, so that a repetition creates no second one.
    key             text        UNIQUE,
    fingerprint     bytea,
    -- Everything up to here was delivered.
    cursor_tx       xid8        NOT NULL,
    cursor_seq      bigint      NOT NULL,
    failures        integer     NOT NULL DEFAULT 0,
    failing_since   timestamptz,
    next_attempt_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    -- Raised by whoever takes the row over or changes it: what an older holder wants to write is refused.
    revision        bigint      NOT NULL DEFAULT 0,
    leased_until    timestamptz
) WITH (fillfactor = 50);

-- Events that are to be delivered once more, apart from the order of the rest.
CREATE TABLE webhook_redelivery (
    webhook_id text        NOT NULL REFERENCES webhook ON DELETE CASCADE,
    tx         xid8        NOT NULL,
    seq        bigint      NOT NULL,
    PRIMARY KEY (webhook_id, tx, seq)
);

-- Each attempt, newest last.
CREATE TABLE webhook_delivery (
    webhook_id text        NOT NULL REFERENCES webhook ON DELETE CASCADE,
    number     bigint      GENERATED ALWAYS AS IDENTITY,
    event_id   text        NOT NULL,
    type       text        NOT NULL,
    attempt    integer     NOT NULL,
    state      text        NOT NULL CHECK (state IN ('DELIVERED', 'FAILED', 'LOST')),
    -- What the receiver answered; null: nothing.
    status     integer,
    error      text,
    took_ms    integer     NOT NULL,
    at         timestamptz NOT NULL,
    PRIMARY KEY (webhook_id, number)
);

CREATE INDEX webhook_delivery_age ON webhook_delivery USING brin (at);
