-- Bulk imports: what was asked under which key, how far it is, and who works on it.

CREATE TABLE import_job (
    id          text        NOT NULL PRIMARY KEY,
    key         text        NOT NULL UNIQUE,
    fingerprint bytea       NOT NULL,
    state       text        NOT NULL CHECK (state IN ('RUNNING', 'DONE', 'FAILED')),
    accepted    bigint      NOT NULL DEFAULT 0,
    rejected    bigint      NOT NULL DEFAULT 0,
    -- Every line up to this one is settled; the work goes on behind it.
    last_line   bigint      NOT NULL DEFAULT 0,
    errors      jsonb       NOT NULL DEFAULT '[]',
    -- One life of one node. Progress is written by the runner of the row alone, so a node that was thought dead cannot.
    runner      text        NOT NULL,
    -- Name of the file with the lines, in the runner's data directory.
    spool       text        NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at  timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- What a node looks for when it starts.
CREATE INDEX import_job_running ON import_job (spool) WHERE state = 'RUNNING';
