//! The migrations, embedded: the files of `migrations/`, in order.

use std::borrow::Cow;

use sqlx::SqlSafeStr as _;
use sqlx::migrate::{Migration, MigrationType, Migrator};

/// Version, name and text of every migration.
pub const ALL: &[(i64, &str, &str)] = &[
    (
        1,
        "foundation",
        include_str!("../../../migrations/0001_foundation.sql"),
    ),
    (
        2,
        "accounts",
        include_str!("../../../migrations/0002_accounts.sql"),
    ),
    (3, "api", include_str!("../../../migrations/0003_api.sql")),
    (
        4,
        "newsletter",
        include_str!("../../../migrations/0004_newsletter.sql"),
    ),
    (
        5,
        "issues",
        include_str!("../../../migrations/0005_issues.sql"),
    ),
    (
        6,
        "limits",
        include_str!("../../../migrations/0006_limits.sql"),
    ),
    (
        7,
        "nodes",
        include_str!("../../../migrations/0007_nodes.sql"),
    ),
];

pub(super) fn migrator() -> Migrator {
    let migrations = ALL.iter().map(|&(version, name, sql)| {
        let name = Cow::Borrowed(name);
        Migration::new(
            version,
            name,
            MigrationType::Simple,
            sql.into_sql_str(),
            false,
        )
    });
    Migrator::with_migrations(migrations.collect())
}
