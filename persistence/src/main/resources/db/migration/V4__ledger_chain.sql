-- The entries of a SKU are a chain: each hash covers the one before it and the entry's own bytes (docs/ledger.md).

-- The bytes of an entry. The reference comes last, because it is the one part that may contain a bar.
CREATE FUNCTION ledger_entry(sku text, version bigint, delta_on_hand bigint, delta_reserved bigint, reason text,
                             at_micros bigint, ref text)
    RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT convert_to(concat_ws('|', sku, version, delta_on_hand, delta_reserved, reason, at_micros, ref), 'UTF8') $$;

-- Not strict: without a hash given or carried on, a chain begins, and begins with zeros. In plpgsql, because an aggregate
-- calls an SQL function the slow way.
CREATE FUNCTION ledger_link(carried bytea, previous bytea, entry bytea)
    RETURNS bytea LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    AS $$
    BEGIN
        RETURN sha256(coalesce(previous, carried,
            '\x0000000000000000000000000000000000000000000000000000000000000000'::bytea) || entry);
    END $$;

-- Over the entries in their order: where a previous hash is given, the chain goes on from that one.
CREATE AGGREGATE ledger_chain(previous bytea, entry bytea) (
    SFUNC = ledger_link,
    STYPE = bytea,
    PARALLEL = SAFE
);

-- The hash of one entry as the table has it, for whoever writes or checks one by hand; previous is null for the first.
CREATE FUNCTION ledger_hash(previous bytea, sku text, version bigint, delta_on_hand bigint, delta_reserved bigint,
                            reason text, at timestamptz, ref text)
    RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE
    AS $$
        SELECT ledger_link(NULL, previous, ledger_entry(sku, version, delta_on_hand, delta_reserved, reason,
            (extract(epoch FROM at) * 1000000)::bigint, ref))
    $$;

ALTER TABLE stock_ledger ADD COLUMN hash bytea;

UPDATE stock_ledger g
SET hash = c.hash
FROM (
    SELECT sku, version,
           ledger_chain(NULL, ledger_entry(sku, version, delta_on_hand, delta_reserved, reason,
                                           (extract(epoch FROM at) * 1000000)::bigint, ref))
               OVER (PARTITION BY sku ORDER BY version ROWS UNBOUNDED PRECEDING) AS hash
    FROM stock_ledger) c
WHERE c.sku = g.sku AND c.version = g.version;

ALTER TABLE stock_ledger ALTER COLUMN hash SET NOT NULL;
