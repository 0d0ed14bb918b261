//! The statements that the two engines do not share.

use super::copy::{Column, Kind};
use super::db::Engine;

/// Takes the due job of a kind whose turn it is. `$1` kind, `$2` now, `$3` end of the lease.
///
/// SQLite has one writer, so the inner select cannot race. PostgreSQL locks the row it picks and
/// passes over rows that others have picked, so that claims neither wait nor collide.
pub(super) fn claim_job(engine: &Engine) -> &'static str {
    match engine {
        Engine::Sqlite(_) => {
            "UPDATE jobs SET state = 'running', attempt = attempt + 1, lease_until = $3 \
             WHERE id = (SELECT id FROM jobs WHERE kind = $1 AND state = 'queued' \
             AND run_at <= $2 ORDER BY start, run_at, id LIMIT 1) RETURNING *"
        }
        Engine::Postgres(_) => {
            "WITH due AS MATERIALIZED (SELECT id FROM jobs WHERE kind = $1 AND state = 'queued' \
             AND run_at <= $2 ORDER BY start, run_at, id LIMIT 1 FOR UPDATE SKIP LOCKED) \
             UPDATE jobs SET state = 'running', attempt = attempt + 1, lease_until = $3 \
             FROM due WHERE jobs.id = due.id RETURNING jobs.*"
        }
    }
}

/// Marks deliveries as in flight. `$1` issue, `$2` a JSON list of positions. Both engines take
/// apart one bound text, so that a turn of the ledger is one statement however many take part.
pub(super) fn fly(engine: &Engine) -> &'static str {
    match engine {
        Engine::Sqlite(_) => {
            "UPDATE mailings SET state = 'in_flight' WHERE issue = $1 \
             AND position IN (SELECT value FROM json_each($2))"
        }
        Engine::Postgres(_) => {
            "UPDATE mailings SET state = 'in_flight' WHERE issue = $1 \
             AND position IN (SELECT value::bigint FROM json_array_elements_text($2::json))"
        }
    }
}

/// Notes what became of deliveries. `$1` issue, `$2` a JSON list of lists: position, state,
/// attempts, uncertain, due, first, at, reply. The rows are there, so on SQLite every insertion
/// becomes an update by key; an update joined with a list would go through the whole issue.
pub(super) fn land(engine: &Engine) -> &'static str {
    match engine {
        Engine::Sqlite(_) => {
            "INSERT INTO mailings (issue, position, subscriber_id, state, attempts, uncertain, \
             due_at, first_at, at, reply) \
             SELECT $1, value ->> 0, '', value ->> 1, value ->> 2, value ->> 3, value ->> 4, \
             value ->> 5, value ->> 6, value ->> 7 FROM json_each($2) WHERE true \
             ON CONFLICT (issue, position) DO UPDATE SET state = excluded.state, \
             attempts = excluded.attempts, uncertain = excluded.uncertain, \
             due_at = excluded.due_at, first_at = excluded.first_at, at = excluded.at, \
             reply = excluded.reply"
        }
        Engine::Postgres(_) => {
            "UPDATE mailings SET state = landed ->> 1, attempts = (landed ->> 2)::bigint, \
             uncertain = (landed ->> 3)::bigint, due_at = (landed ->> 4)::bigint, \
             first_at = (landed ->> 5)::bigint, at = (landed ->> 6)::bigint, \
             reply = landed ->> 7 \
             FROM json_array_elements($2::json) AS landed \
             WHERE issue = $1 AND position = (landed ->> 0)::bigint"
        }
    }
}

/// Forgets whose caps owe nothing. `$1` now.
///
/// PostgreSQL passes over rows that others are changing: it would wait for them while it holds
/// rows that they may want next.
pub(super) fn forget_rested(engine: &Engine) -> &'static str {
    match engine {
        Engine::Sqlite(_) => "DELETE FROM limits WHERE owed_until <= $1",
        Engine::Postgres(_) => {
            "DELETE FROM limits USING (SELECT cap, tenant FROM limits WHERE owed_until <= $1 \
             FOR UPDATE SKIP LOCKED) AS rested \
             WHERE limits.cap = rested.cap AND limits.tenant = rested.tenant"
        }
    }
}

/// Name and version, and the time of day in Unix milliseconds or null.
pub(super) fn about(engine: &Engine) -> &'static str {
    match engine {
        Engine::Sqlite(_) => "SELECT 'SQLite ' || sqlite_version(), CAST(NULL AS INTEGER)",
        Engine::Postgres(_) => {
            "SELECT 'PostgreSQL ' || current_setting('server_version'), \
             CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)"
        }
    }
}

/// Whether migrations were ever applied, as one boolean.
pub(super) fn is_migrated(engine: &Engine) -> &'static str {
    match engine {
        Engine::Sqlite(_) => {
            "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = '_sqlx_migrations')"
        }
        Engine::Postgres(_) => "SELECT to_regclass('_sqlx_migrations') IS NOT NULL",
    }
}

/// A column to order by, text by its bytes. SQLite does that by itself; PostgreSQL would go by the
/// language that its database was made with.
pub(super) fn by_bytes(engine: &Engine, column: &Column) -> String {
    let name = column.sql();
    match (engine, column.kind) {
        (Engine::Postgres(_), Kind::Text) => format!("{name} COLLATE \"C\""),
        _ => name,
    }
}
