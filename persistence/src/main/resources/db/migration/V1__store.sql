-- The store's tables. PostgreSQL judges: CHECKs are the last line behind the guarded statements of the lanes.
-- Hot tables carry no foreign keys: each would cost a look-up and a share lock per row; the invariants (I7, I8) watch instead.

CREATE TABLE product (
    sku         text        PRIMARY KEY CHECK (sku ~ '^[A-Za-z0-9._-]{1,64}$'),
    title       text        NOT NULL,
    description text        NOT NULL,
    category    text        NOT NULL,
    price_minor bigint      NOT NULL CHECK (price_minor >= 0),
    currency    text        NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    attributes  jsonb       NOT NULL DEFAULT '{}',
    media_urls  jsonb       NOT NULL DEFAULT '[]',
    archived    boolean     NOT NULL DEFAULT false,
    version     bigint      NOT NULL CHECK (version >= 1),
    updated_at  timestamptz NOT NULL
);

-- Half-empty pages: a stock row is updated in place (HOT) thousands of times between two vacuums.
CREATE TABLE inventory (
    sku      text   PRIMARY KEY,
    on_hand  bigint NOT NULL,
    reserved bigint NOT NULL,
    version  bigint NOT NULL CHECK (version >= 1),
    CONSTRAINT inventory_holds_what_it_promises CHECK (0 <= reserved AND reserved <= on_hand)
) WITH (fillfactor = 50);

-- Append-only: the entries of a SKU replay to its row, versions are 1..inventory.version without gap or fork.
CREATE TABLE stock_ledger (
    sku             text        NOT NULL,
    version         bigint      NOT NULL CHECK (version >= 1),
    delta_on_hand   bigint      NOT NULL,
    delta_reserved  bigint      NOT NULL,
    reason          text        NOT NULL CHECK (reason IN ('INITIAL', 'ADJUSTED', 'COUNTED', 'RESERVED', 'CONFIRMED', 'RELEASED', 'EXPIRED')),
    ref             text        NOT NULL,
    at              timestamptz NOT NULL,
    PRIMARY KEY (sku, version)
);

CREATE TABLE reservation (
    id         text        PRIMARY KEY,
    state      text        NOT NULL CHECK (state IN ('HELD', 'CONFIRMED', 'RELEASED', 'EXPIRED')),
    cart_id    text,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    version    bigint      NOT NULL CHECK (version >= 1)
) WITH (fillfactor = 80);

-- Live holds by expiry: the sweeper and the sum of due holds read its head, however many holds a SKU has.
CREATE INDEX reservation_live ON reservation (expires_at, id) WHERE state = 'HELD';

CREATE TABLE reservation_line (
    reservation_id text    NOT NULL,
    sku            text    NOT NULL,
    quantity       integer NOT NULL CHECK (quantity > 0),
    PRIMARY KEY (reservation_id, sku)
);

CREATE TABLE cart (
    id             text        PRIMARY KEY,
    deleted        boolean     NOT NULL DEFAULT false,
    currency       text        NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    customer_id    text,
    reservation_id text,
    version        bigint      NOT NULL CHECK (version >= 1),
    created_at     timestamptz NOT NULL,
    updated_at     timestamptz NOT NULL,
    expires_at     timestamptz NOT NULL
) WITH (fillfactor = 70);

CREATE TABLE cart_line (
    cart_id  text    NOT NULL,
    sku      text    NOT NULL,
    position bigint  NOT NULL,
    quantity integer NOT NULL CHECK (quantity BETWEEN 1 AND 10000),
    PRIMARY KEY (cart_id, sku)
) WITH (fillfactor = 70);

-- What was answered under a caller's key; commits with the effect, or with the refusal.
CREATE TABLE idempotency (
    scope        text        NOT NULL,
    key          text        NOT NULL,
    request_hash bytea       NOT NULL,
    status       text        NOT NULL,
    body         text        NOT NULL,
    created_at   timestamptz NOT NULL,
    PRIMARY KEY (scope, key)
);

-- For clearing out old records: they come in the order of time, so a block-range index costs next to nothing.
CREATE INDEX idempotency_age ON idempotency USING brin (created_at);
