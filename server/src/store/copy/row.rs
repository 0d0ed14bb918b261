//! A row as a line of JSON: an array of its columns. Text is a string, integers are numbers with
//! every digit, bytes are base64, and a floating-point number is a string that reads back to the
//! same bits. A row has one such line and no other, so lines can be compared by their digest.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use serde::ser::{SerializeSeq as _, Serializer};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::{Kind, Table};
use crate::hex::hex;
use crate::store::StoreError;

/// What stands in one column of one row.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Nothing.
    Null,
    /// Text.
    Text(String),
    /// An integer.
    Integer(i64),
    /// Yes or no.
    Boolean(bool),
    /// A floating-point number.
    Real(f64),
    /// Bytes.
    Bytes(Vec<u8>),
}

/// The cells of a row, in the order of [`Table::columns`].
pub type Row = Vec<Cell>;

impl Serialize for Cell {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_none(),
            Self::Text(text) => serializer.serialize_str(text),
            Self::Integer(number) => serializer.serialize_i64(*number),
            Self::Boolean(flag) => serializer.serialize_bool(*flag),
            Self::Real(number) => serializer.serialize_str(&format!("{number:?}")),
            Self::Bytes(bytes) => serializer.serialize_str(&STANDARD.encode(bytes)),
        }
    }
}

/// Appends a row's line, with its line end.
pub fn encode(row: &[Cell], line: &mut Vec<u8>) {
    let mut serializer = serde_json::Serializer::new(&mut *line);
    let written = serializer
        .serialize_seq(Some(row.len()))
        .and_then(|mut array| {
            row.iter()
                .try_for_each(|cell| array.serialize_element(cell))?;
            array.end()
        });
    debug_assert!(written.is_ok(), "cells are JSON, and a vector takes them");
    line.push(b'\n');
}

/// The row of a line.
///
/// # Errors
/// When it is no row of this table.
pub fn decode(table: &Table, line: &[u8]) -> Result<Row, StoreError> {
    let wrong = |what: String| StoreError::Corrupt(format!("a row of {}: {what}", table.name));
    let values: Vec<Value> = serde_json::from_slice(line).map_err(|e| wrong(e.to_string()))?;
    if values.len() != table.columns.len() {
        let (found, wanted) = (values.len(), table.columns.len());
        return Err(wrong(format!("{found} columns instead of {wanted}")));
    }
    let cells = table.columns.iter().zip(values);
    cells
        .map(|(column, value)| {
            cell(column.kind, value)
                .ok_or_else(|| wrong(format!("{} is not {:?}", column.name, column.kind)))
        })
        .collect()
}

fn cell(kind: Kind, value: Value) -> Option<Cell> {
    Some(match (kind, value) {
        (_, Value::Null) => Cell::Null,
        (Kind::Text, Value::String(text)) => Cell::Text(text),
        (Kind::Integer, Value::Number(number)) => Cell::Integer(number.as_i64()?),
        (Kind::Boolean, Value::Bool(flag)) => Cell::Boolean(flag),
        (Kind::Real, Value::String(text)) => Cell::Real(text.parse().ok()?),
        (Kind::Bytes, Value::String(text)) => Cell::Bytes(STANDARD.decode(text).ok()?),
        _ => return None,
    })
}

/// How many rows, and the SHA-256 of their lines in the order of the primary key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// How many rows.
    pub rows: u64,
    /// Of their lines.
    pub sha256: String,
}

/// Counts rows and takes their digest.
#[derive(Debug, Default)]
pub struct Tally {
    sha256: Sha256,
    rows: u64,
    line: Vec<u8>,
}

impl Tally {
    /// Counts a row.
    pub fn add_row(&mut self, row: &[Cell]) {
        self.line.clear();
        encode(row, &mut self.line);
        self.sha256.update(&self.line);
        self.rows += 1;
    }

    /// Counts rows by their lines, each whole.
    pub fn add_lines(&mut self, lines: &[u8]) {
        self.sha256.update(lines);
        self.rows += lines
            .iter()
            .map(|&byte| u64::from(byte == b'\n'))
            .sum::<u64>();
    }

    /// What was counted.
    #[must_use]
    pub fn finish(self) -> Facts {
        Facts {
            rows: self.rows,
            sha256: hex(&self.sha256.finalize()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::copy::Column;

    fn table(kinds: &[Kind]) -> Table {
        let columns = kinds.iter().enumerate().map(|(at, &kind)| Column {
            name: format!("c{at}"),
            kind,
        });
        Table {
            name: "things".into(),
            columns: columns.collect(),
            key: Vec::new(),
        }
    }

    #[test]
    fn a_row_reads_back_as_it_was() {
        use Kind::{Boolean, Bytes, Integer, Real, Text};
        let table = table(&[Text, Integer, Integer, Boolean, Real, Bytes, Bytes, Text]);
        let row = vec![
            Cell::Text("é\u{1f600}\u{0}\n\u{2028}\"\\".into()),
            Cell::Integer(i64::MAX),
            Cell::Integer(i64::MIN),
            Cell::Boolean(true),
            Cell::Real(0.1 + 0.2),
            Cell::Bytes((0..=255).collect()),
            Cell::Bytes(Vec::new()),
            Cell::Null,
        ];
        let mut line = Vec::new();
        encode(&row, &mut line);
        assert_eq!(line.iter().filter(|&&byte| byte == b'\n').count(), 1);
        assert_eq!(decode(&table, &line).unwrap(), row);
    }

    #[test]
    fn what_is_no_row_is_refused() {
        let table = table(&[Kind::Integer, Kind::Bytes]);
        for line in [
            "",
            "[1]",
            "[1,\"AA==\",2]",
            "[1.5,null]",
            "[1,\"!\"]",
            "[9223372036854775808,null]",
        ] {
            assert!(decode(&table, line.as_bytes()).is_err(), "{line}");
        }
    }

    #[test]
    fn rows_and_their_lines_are_counted_alike() {
        let row = [Cell::Integer(1), Cell::Null];
        let (mut by_row, mut by_line) = (Tally::default(), Tally::default());
        by_row.add_row(&row);
        by_row.add_row(&row);
        by_line.add_lines(b"[1,null]\n[1,null]\n");
        assert_eq!(by_row.finish(), by_line.finish());
    }
}
