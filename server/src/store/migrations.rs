//! The migrations, embedded: the files of `migrations/`, in order.

use std::borrow::Cow;

use sqlx::SqlSafeStr as _;
use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};

use super::StoreError;

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
    (
        8,
        "course_by_mail",
        include_str!("../../../migrations/0008_course_by_mail.sql"),
    ),
    (
        9,
        "setup",
        include_str!("../../../migrations/0009_setup.sql"),
    ),
    (
        10,
        "traces",
        include_str!("../../../migrations/0010_traces.sql"),
    ),
    (
        11,
        "audiences",
        include_str!("../../../migrations/0011_audiences.sql"),
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

/// The version of the last one.
#[must_use]
pub fn newest() -> i64 {
    ALL.last().map_or(0, |(version, ..)| *version)
}

/// Whether what a database says was applied, versions and checksums, is how this program begins.
pub(super) fn check_applied(applied: &[(i64, Vec<u8>)]) -> Result<(), StoreError> {
    let migrator = migrator();
    let mut known = migrator.iter();
    for (version, checksum) in applied {
        let wanted = known.next();
        let Some(wanted) = wanted.filter(|wanted| wanted.version == *version) else {
            return Err(MigrateError::VersionMissing(*version).into());
        };
        if *wanted.checksum != **checksum {
            return Err(MigrateError::VersionMismatch(*version).into());
        }
    }
    Ok(())
}
