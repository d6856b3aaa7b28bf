-- Orders, what remains to be done for them, what the world is told, and the people behind them.

ALTER TABLE stock_ledger DROP CONSTRAINT stock_ledger_reason_check;
ALTER TABLE stock_ledger ADD CONSTRAINT stock_ledger_reason_check CHECK (
    reason IN ('INITIAL', 'ADJUSTED', 'COUNTED', 'RESERVED', 'CONFIRMED', 'RELEASED', 'EXPIRED', 'RESTOCKED'));

-- A hold that an order pays for is settled by the order, never by whoever knows its id.
ALTER TABLE reservation ADD COLUMN order_id text;

-- The order that a cart has become; null while the cart is open.
ALTER TABLE cart ADD COLUMN order_id text;

-- How often in a row a live hold of the cart was replaced by a new one.
ALTER TABLE cart ADD COLUMN hold_renewals integer NOT NULL DEFAULT 0;

-- Units that one order or hold may have; null: no limit but the general one.
ALTER TABLE product ADD COLUMN max_per_order integer CHECK (max_per_order BETWEEN 1 AND 10000);

-- Live holds by cart: how many one cart has.
CREATE INDEX reservation_of_cart ON reservation (cart_id) WHERE state = 'HELD' AND cart_id IS NOT NULL;

-- No person in here: what must be forgotten is in order_person.
CREATE TABLE orders (
    id                text        PRIMARY KEY,
    state             text        NOT NULL CHECK (state IN ('PENDING_PAYMENT', 'CONFIRMED', 'FULFILLED', 'DELIVERED',
                                      'CANCELLED', 'PAYMENT_FAILED', 'REFUND_DUE', 'REFUNDED')),
    cart_id           text        NOT NULL,
    reservation_id    text        NOT NULL,
    currency          text        NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    total_minor       bigint      NOT NULL CHECK (total_minor >= 0),
    -- Prices and titles as they were at checkout: [[sku, title, quantity, unitPriceMinor], …].
    lines             jsonb       NOT NULL,
    payment_state     text        NOT NULL CHECK (payment_state IN ('REQUESTED', 'PENDING', 'APPROVED', 'DECLINED',
                                      'REFUND_DUE', 'REFUNDED')),
    payment_method    text        NOT NULL,
    payment_reference text        NOT NULL,
    -- What has arrived, whatever was asked for; null: nothing.
    received_minor    bigint,
    checkout_key      text,
    version           bigint      NOT NULL CHECK (version >= 1),
    created_at        timestamptz NOT NULL,
    updated_at        timestamptz NOT NULL,
    pay_by            timestamptz NOT NULL
) WITH (fillfactor = 70);

CREATE INDEX orders_newest ON orders (created_at DESC, id DESC);
CREATE INDEX orders_of_cart ON orders (cart_id);

-- Append-only: one entry for each version of an order.
CREATE TABLE order_event (
    order_id      text        NOT NULL,
    version       bigint      NOT NULL,
    type          text        NOT NULL,
    state         text        NOT NULL,
    payment_state text        NOT NULL,
    detail        text,
    at            timestamptz NOT NULL,
    PRIMARY KEY (order_id, version)
);

-- What remains to be done for an order, until it is done: whoever finds a step due does it, on any node.
CREATE TABLE order_step (
    order_id text        PRIMARY KEY,
    due_at   timestamptz NOT NULL,
    attempts integer     NOT NULL DEFAULT 0
) WITH (fillfactor = 70);

CREATE INDEX order_step_due ON order_step (due_at);

-- Who ordered: the one place with a person's data. Erasing deletes the row.
CREATE TABLE order_person (
    order_id         text        PRIMARY KEY,
    customer_id      text,
    email            text,
    shipping_address jsonb,
    created_at       timestamptz NOT NULL
);

CREATE INDEX order_person_customer ON order_person (customer_id, created_at DESC, order_id DESC)
    WHERE customer_id IS NOT NULL;

CREATE INDEX cart_of_customer ON cart (customer_id) WHERE customer_id IS NOT NULL;

-- What the world is to be told, written with its cause. Transactions commit in another order than they take numbers:
-- a reader goes by (tx, seq) and no further than the oldest transaction that still runs, so nothing is left behind.
CREATE TABLE outbox (
    seq         bigint      GENERATED ALWAYS AS IDENTITY,
    tx          xid8        NOT NULL DEFAULT pg_current_xact_id(),
    type        text        NOT NULL,
    -- The aggregate that changed (an order's or reservation's id, a SKU) and its version, which orders its events.
    subject     text        NOT NULL,
    subject_seq bigint      NOT NULL,
    at          timestamptz NOT NULL,
    -- The CloudEvents data: one JSON object.
    data        text        NOT NULL,
    PRIMARY KEY (tx, seq)
);

CREATE INDEX outbox_age ON outbox USING brin (at);
