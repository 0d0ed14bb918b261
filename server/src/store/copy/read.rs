//! Out of a database, row by row.

use futures_util::TryStreamExt as _;
use sqlx::{AssertSqlSafe, ColumnIndex, Database, Decode, Type};

use super::{Cell, Facts, Kind, Row, Table, Tally};
use crate::store::{StoreError, Tx, dialect, on};

/// Hands over every row, in the order of the primary key, which is the same on both engines. One
/// row is in memory at a time.
pub async fn rows<E: From<StoreError>>(
    tx: &mut Tx,
    table: &Table,
    mut each: impl AsyncFnMut(Row) -> Result<(), E>,
) -> Result<(), E> {
    let order: Vec<String> = table
        .key
        .iter()
        .map(|column| dialect::by_bytes(&tx.engine, column))
        .collect();
    let (columns, order) = (table.columns_sql(), order.join(", "));
    let sql = format!("SELECT {columns} FROM \"{}\" ORDER BY {order}", table.name);
    on!(tx, |c| {
        let mut rows = sqlx::query(AssertSqlSafe(sql)).fetch(c);
        while let Some(row) = rows.try_next().await.map_err(StoreError::from)? {
            each(cells(table, &row)?).await?;
        }
        Ok(())
    })
}

/// How many rows a table has, and their digest.
pub async fn facts(tx: &mut Tx, table: &Table) -> Result<Facts, StoreError> {
    let mut tally = Tally::default();
    rows(tx, table, async |row| {
        tally.add_row(&row);
        Ok::<_, StoreError>(())
    })
    .await?;
    Ok(tally.finish())
}

pub(super) async fn is_empty(tx: &mut Tx, table: &Table) -> Result<bool, StoreError> {
    let sql = format!("SELECT NOT EXISTS (SELECT 1 FROM \"{}\")", table.name);
    let empty = on!(tx, |c| sqlx::query_scalar(AssertSqlSafe(sql))
        .fetch_one(c)
        .await)?;
    Ok(empty)
}

fn cells<'r, R>(table: &Table, row: &'r R) -> Result<Row, StoreError>
where
    R: sqlx::Row,
    usize: ColumnIndex<R>,
    String: Value<'r, R::Database>,
    i64: Value<'r, R::Database>,
    bool: Value<'r, R::Database>,
    f64: Value<'r, R::Database>,
    Vec<u8>: Value<'r, R::Database>,
{
    let cells = table.columns.iter().enumerate().map(|(at, column)| {
        let cell = match column.kind {
            Kind::Text => row.try_get::<Option<_>, _>(at)?.map(Cell::Text),
            Kind::Integer => row.try_get::<Option<_>, _>(at)?.map(Cell::Integer),
            Kind::Boolean => row.try_get::<Option<_>, _>(at)?.map(Cell::Boolean),
            Kind::Real => row.try_get::<Option<_>, _>(at)?.map(Cell::Real),
            Kind::Bytes => row.try_get::<Option<_>, _>(at)?.map(Cell::Bytes),
        };
        Ok(cell.unwrap_or(Cell::Null))
    });
    let cells: Result<Row, sqlx::Error> = cells.collect();
    cells.map_err(|error| StoreError::Corrupt(format!("a row of {}: {error}", table.name)))
}

/// What both engines can give.
trait Value<'r, D: Database>: Decode<'r, D> + Type<D> {}

impl<'r, D: Database, T: Decode<'r, D> + Type<D>> Value<'r, D> for T {}
