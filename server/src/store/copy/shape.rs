//! What tables there are. It is read from the migrations themselves, applied to a database in
//! memory: there is no list that could fall behind them.

use sqlx::{Connection as _, SqliteConnection};

use crate::store::{StoreError, migrations};

/// The tables of a schema version, each after those it refers to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shape {
    /// The newest migration that is applied.
    pub version: i64,
    /// All of them.
    pub tables: Vec<Table>,
}

/// A table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Its columns, in the order of the migrations.
    pub columns: Vec<Column>,
    /// The columns of its primary key.
    pub key: Vec<Column>,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What it holds, where it is not null.
    pub kind: Kind,
}

/// What a column holds: one of the types that `migrations/README.md` allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `TEXT`.
    Text,
    /// `BIGINT`.
    Integer,
    /// `BOOLEAN`.
    Boolean,
    /// `DOUBLE PRECISION`.
    Real,
    /// `BYTEA`.
    Bytes,
}

impl Shape {
    /// The tables after the migration with this version.
    pub async fn of(version: i64) -> Result<Self, StoreError> {
        let newest = migrations::newest();
        if !migrations::ALL.iter().any(|(known, ..)| *known == version) {
            return Err(StoreError::Schema(format!(
                "it is version {version}, and this program knows those up to {newest}; \
                 take the release that wrote it, or a newer one"
            )));
        }
        let mut db = SqliteConnection::connect("sqlite::memory:").await?;
        migrations::migrator().run_to(version, &mut db).await?;
        let tables = tables(&mut db).await?;
        db.close().await?;
        let tables = parents_first(tables)?;
        Ok(Self { version, tables })
    }

    /// The tables of this program's own schema.
    pub async fn newest() -> Result<Self, StoreError> {
        Self::of(migrations::newest()).await
    }
}

impl Table {
    /// Its columns as SQL, each in quotation marks.
    pub(super) fn columns_sql(&self) -> String {
        let names: Vec<String> = self.columns.iter().map(Column::sql).collect();
        names.join(", ")
    }
}

impl Column {
    pub(in crate::store) fn sql(&self) -> String {
        format!("\"{}\"", self.name)
    }
}

impl Kind {
    fn of(declared: &str) -> Option<Self> {
        match declared {
            "TEXT" => Some(Self::Text),
            "BIGINT" => Some(Self::Integer),
            "BOOLEAN" => Some(Self::Boolean),
            "DOUBLE PRECISION" => Some(Self::Real),
            "BYTEA" => Some(Self::Bytes),
            _ => None,
        }
    }
}

/// A table and those it refers to.
type Related = (Table, Vec<String>);

async fn tables(db: &mut SqliteConnection) -> Result<Vec<Related>, StoreError> {
    const SQL: &str = "SELECT name FROM sqlite_schema WHERE type = 'table' \
         AND name NOT LIKE 'sqlite!_%' ESCAPE '!' AND name <> '_sqlx_migrations' ORDER BY name";
    const PARENTS: &str = "SELECT DISTINCT \"table\" FROM pragma_foreign_key_list($1)";
    let names: Vec<String> = sqlx::query_scalar(SQL).fetch_all(&mut *db).await?;
    let mut found = Vec::new();
    for name in names {
        let parents = sqlx::query_scalar(PARENTS).bind(&name);
        let parents = parents.fetch_all(&mut *db).await?;
        found.push((table(db, name).await?, parents));
    }
    Ok(found)
}

async fn table(db: &mut SqliteConnection, name: String) -> Result<Table, StoreError> {
    const SQL: &str = "SELECT name, type, pk FROM pragma_table_info($1) ORDER BY cid";
    let rows: Vec<(String, String, i64)> =
        sqlx::query_as(SQL).bind(&name).fetch_all(&mut *db).await?;
    let mut columns = Vec::new();
    let mut key = Vec::new();
    for (column, declared, in_key) in rows {
        let kind = Kind::of(&declared).ok_or_else(|| {
            StoreError::Schema(format!(
                "{name}.{column} is {declared}, which is not portable"
            ))
        })?;
        let column = Column { name: column, kind };
        if in_key > 0 {
            key.push((in_key, column.clone()));
        }
        columns.push(column);
    }
    key.sort_by_key(|(place, _)| *place);
    let key: Vec<Column> = key.into_iter().map(|(_, column)| column).collect();
    if key.is_empty() {
        return Err(StoreError::Schema(format!("{name} has no primary key")));
    }
    Ok(Table { name, columns, key })
}

/// So that no row comes before one that it refers to. A table that refers to itself, or two to each
/// other, would need more than an order of tables.
fn parents_first(mut left: Vec<Related>) -> Result<Vec<Table>, StoreError> {
    let mut placed: Vec<Table> = Vec::new();
    while !left.is_empty() {
        let is_placed = |name: &String| placed.iter().any(|table| table.name == *name);
        let next = left
            .iter()
            .position(|(_, parents)| parents.iter().all(is_placed));
        let next = next.ok_or_else(|| {
            let names: Vec<&str> = left.iter().map(|(table, _)| table.name.as_str()).collect();
            StoreError::Schema(format!("tables refer in a circle: {}", names.join(", ")))
        })?;
        placed.push(left.remove(next).0);
    }
    Ok(placed)
}

#[cfg(test)]
mod tests {
    use super::{Table, parents_first};

    fn table(name: &str, parents: &[&str]) -> (Table, Vec<String>) {
        let table = Table {
            name: name.into(),
            columns: Vec::new(),
            key: Vec::new(),
        };
        (table, parents.iter().map(|&name| name.to_owned()).collect())
    }

    #[test]
    fn who_is_referred_to_comes_first_and_circles_are_refused() {
        let sorted = parents_first(vec![
            table("a", &["c"]),
            table("b", &[]),
            table("c", &["b"]),
        ]);
        let names: Vec<String> = sorted.unwrap().into_iter().map(|t| t.name).collect();
        assert_eq!(names, ["b", "c", "a"]);
        assert!(parents_first(vec![table("a", &["a"])]).is_err());
    }
}
