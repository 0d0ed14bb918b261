//! Into a database, many rows at a time.

use std::fmt::Write as _;

use sqlx::AssertSqlSafe;

use super::{Cell, Column, Kind, Row, Table};
use crate::store::db::Engine;
use crate::store::{StoreError, Tx, on};

/// Values of one statement; SQLite takes 32,766 and PostgreSQL 65,535.
const VALUES_MAX: usize = 4_096;
/// Bytes of one statement, above which no further row is added.
const BYTES_MAX: usize = 1 << 20;

/// Rows for a table. They come after the rows they refer to.
pub struct Writer<'t> {
    table: &'t Table,
    rows: Vec<Row>,
    bytes: usize,
}

impl<'t> Writer<'t> {
    /// A writer for this table.
    #[must_use]
    pub const fn new(table: &'t Table) -> Self {
        Self {
            table,
            rows: Vec::new(),
            bytes: 0,
        }
    }

    /// Takes a row.
    pub async fn push(&mut self, tx: &mut Tx, row: Row) -> Result<(), StoreError> {
        if matches!(tx.engine, Engine::Postgres(_)) {
            self.refuse_nul(&row)?;
        }
        self.bytes += row.iter().map(size).sum::<usize>();
        self.rows.push(row);
        if self.rows.len() == self.rows_max() || self.bytes >= BYTES_MAX {
            self.flush(tx).await?;
        }
        Ok(())
    }

    /// Writes what is left.
    pub async fn finish(mut self, tx: &mut Tx) -> Result<(), StoreError> {
        self.flush(tx).await
    }

    fn rows_max(&self) -> usize {
        VALUES_MAX / self.table.columns.len()
    }

    async fn flush(&mut self, tx: &mut Tx) -> Result<(), StoreError> {
        if self.rows.is_empty() {
            return Ok(());
        }
        let sql = insert(self.table, self.rows.len());
        // Only full statements come again.
        let is_full = self.rows.len() == self.rows_max();
        let rows = std::mem::take(&mut self.rows);
        self.bytes = 0;
        on!(tx, |c| {
            let mut query = sqlx::query(AssertSqlSafe(sql)).persistent(is_full);
            for (at, cell) in rows.into_iter().flatten().enumerate() {
                let column = &self.table.columns[at % self.table.columns.len()];
                query = match cell {
                    Cell::Text(text) => query.bind(text),
                    Cell::Integer(number) => query.bind(number),
                    Cell::Boolean(flag) => query.bind(flag),
                    Cell::Real(number) => query.bind(number),
                    Cell::Bytes(bytes) => query.bind(bytes),
                    Cell::Null => match column.kind {
                        Kind::Text => query.bind(None::<String>),
                        Kind::Integer => query.bind(None::<i64>),
                        Kind::Boolean => query.bind(None::<bool>),
                        Kind::Real => query.bind(None::<f64>),
                        Kind::Bytes => query.bind(None::<Vec<u8>>),
                    },
                };
            }
            query.execute(c).await.map(drop)
        })?;
        Ok(())
    }

    /// The one value that SQLite keeps and PostgreSQL does not.
    fn refuse_nul(&self, row: &[Cell]) -> Result<(), StoreError> {
        let cells = || row.iter().zip(&self.table.columns);
        let has_nul =
            |(cell, _): &(&Cell, &Column)| matches!(cell, Cell::Text(text) if text.contains('\0'));
        let Some((_, column)) = cells().find(has_nul) else {
            return Ok(());
        };
        let key = cells().filter(|(_, column)| self.table.key.contains(column));
        let key: Vec<String> = key.map(|(cell, _)| format!("{cell:?}")).collect();
        Err(StoreError::Corrupt(format!(
            "{}.{} of row {} holds a character U+0000, which PostgreSQL does not keep",
            self.table.name,
            column.name,
            key.join(", ")
        )))
    }
}

fn insert(table: &Table, rows: usize) -> String {
    let mut sql = format!(
        "INSERT INTO \"{}\" ({}) VALUES ",
        table.name,
        table.columns_sql()
    );
    let width = table.columns.len();
    for row in 0..rows {
        sql.push_str(if row == 0 { "(" } else { ", (" });
        for column in 0..width {
            let comma = if column == 0 { "" } else { ", " };
            let number = row * width + column + 1;
            // Writing to a string does not fail.
            let _ = write!(sql, "{comma}${number}");
        }
        sql.push(')');
    }
    sql
}

fn size(cell: &Cell) -> usize {
    match cell {
        Cell::Text(text) => text.len(),
        Cell::Bytes(bytes) => bytes.len(),
        _ => 8,
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Column, Kind, Table};
    use super::insert;

    #[test]
    fn values_are_numbered_through() {
        let column = |name: &str| Column {
            name: name.into(),
            kind: Kind::Text,
        };
        let table = Table {
            name: "t".into(),
            columns: vec![column("a"), column("b")],
            key: vec![column("a")],
        };
        let sql = "INSERT INTO \"t\" (\"a\", \"b\") VALUES ($1, $2), ($3, $4)";
        assert_eq!(insert(&table, 2), sql);
    }
}
