//! Subscribers from a table and into one: CSV (RFC 4180), row by row, so that a million rows need
//! no more memory than a hundred. A table with anything wrong in it is not taken at all.

use std::io::{Read, Write};

use csv::{ReaderBuilder, StringRecord, WriterBuilder};

use super::wishes::Wishes;
use crate::accounts::Address;
use crate::ids::Ids;
use crate::random::Random;
use crate::store::subscribers::{self, Consent, Status, Subscriber};
use crate::store::{Db, StoreError, course_readers, modules};

/// Problems that are told; more are counted.
const TOLD_MAX: usize = 100;
/// Rows in one transaction: other writers wait no longer than that takes.
const CHUNK: usize = 1_000;
/// Rows read for an export at once.
const PAGE: i64 = 1_000;
/// A field that begins so is a formula to a spreadsheet (OWASP, "CSV Injection").
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// What is wrong in a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Line, from 1.
    pub line: u64,
    /// What is wrong.
    pub text: String,
}

/// What was done with a table.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Done {
    /// Subscribers made.
    pub new: u64,
    /// Addresses that were known: they stay as they are, and who has left stays away.
    pub known: u64,
}

/// Why a table was not taken.
#[derive(Debug, thiserror::Error)]
pub enum RollError {
    /// Rows that cannot be taken: the first hundred, and how many there are.
    #[error("{1} of its rows cannot be taken, so none was")]
    Rows(Vec<Problem>, u64),
    /// It cannot be written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It cannot be read or written.
    #[error(transparent)]
    Csv(#[from] csv::Error),
}

/// Where the columns are.
struct Columns {
    email: usize,
    topics: Option<usize>,
    frequency: Option<usize>,
}

impl Columns {
    fn find(header: &StringRecord) -> Result<Self, Problem> {
        let at = |name: &str| {
            let mut names = header.iter();
            names.position(|found| found.trim().eq_ignore_ascii_case(name))
        };
        let email = at("email").ok_or_else(|| Problem {
            line: 1,
            text: "the first line names the columns; one must be called email".into(),
        })?;
        Ok(Self {
            email,
            topics: at("topics"),
            frequency: at("frequency"),
        })
    }

    fn row(&self, record: &StringRecord) -> Result<(Address, Wishes), String> {
        let field = |at: Option<usize>| at.and_then(|at| record.get(at)).unwrap_or("").trim();
        let email = field(Some(self.email)).trim_start_matches('\'');
        let address: Address = email
            .parse()
            .map_err(|problem| format!("{email:?}: {problem}"))?;
        let topics = match field(self.topics) {
            "" => Wishes::default().topics(),
            topics => topics.to_owned(),
        };
        let named = topics
            .split([' ', ';', '|'])
            .filter(|name| !name.is_empty());
        let frequency = match field(self.frequency) {
            "" => "weekly",
            known @ ("each" | "weekly" | "monthly") => known,
            other => return Err(format!("frequency {other:?}: each, weekly or monthly")),
        };
        let wishes = Wishes::named(named.clone(), frequency);
        let wishes =
            wishes.ok_or_else(|| format!("topics {topics:?}: lessons, labs, articles, course"))?;
        if named.count() != wishes.topics.len() {
            return Err(format!(
                "topics {topics:?}: lessons, labs, articles, course, each once"
            ));
        }
        Ok((address, wishes))
    }
}

fn reader<R: Read>(from: R) -> csv::Reader<R> {
    ReaderBuilder::new().from_reader(from)
}

/// Looks a table over. Answers how many rows it has.
///
/// # Errors
/// Every row that cannot be taken.
pub fn check(from: impl Read) -> Result<u64, RollError> {
    let mut reader = reader(from);
    let (mut problems, mut wrong, mut rows) = (Vec::new(), 0_u64, 0);
    let mut note = |problem: Problem| {
        wrong += 1;
        if problems.len() < TOLD_MAX {
            problems.push(problem);
        }
    };
    match Columns::find(reader.headers()?) {
        Err(problem) => note(problem),
        Ok(columns) => {
            let mut record = StringRecord::new();
            loop {
                match reader.read_record(&mut record) {
                    Ok(false) => break,
                    Ok(true) => {
                        rows += 1;
                        if let Err(text) = columns.row(&record) {
                            let line = record.position().map_or(0, csv::Position::line);
                            note(Problem { line, text });
                        }
                    }
                    Err(error) if error.is_io_error() => return Err(error.into()),
                    Err(error) => {
                        let line = error.position().map_or(0, csv::Position::line);
                        let text = error.to_string();
                        note(Problem { line, text });
                    }
                }
            }
        }
    }
    match wrong {
        0 => Ok(rows),
        _ => Err(RollError::Rows(problems, wrong)),
    }
}

/// Makes subscribers of the rows of a table that [`check`] found right. `words` say where their
/// consent comes from and are kept with each. Cut off half way, it can be begun again.
///
/// # Errors
/// When it cannot be read, or the database does not take it.
pub async fn import(
    db: &Db,
    (ids, random): (&Ids, &Random),
    from: impl Read,
    words: &str,
    now_ms: i64,
) -> Result<Done, RollError> {
    let mut reader = reader(from);
    let columns =
        Columns::find(reader.headers()?).map_err(|problem| RollError::Rows(vec![problem], 1))?;
    let mut done = Done::default();
    let mut record = StringRecord::new();
    let mut is_over = false;
    while !is_over {
        let mut tx = db.write().await?;
        for _ in 0..CHUNK {
            if !reader.read_record(&mut record)? {
                is_over = true;
                break;
            }
            let (address, wishes) = columns.row(&record).map_err(|text| {
                let line = record.position().map_or(0, csv::Position::line);
                RollError::Rows(vec![Problem { line, text }], 1)
            })?;
            let new = Subscriber {
                id: ids.next(),
                email: address.as_str().to_owned(),
                status: Status::Confirmed,
                topics: wishes.topics(),
                frequency: wishes.frequency.as_str().to_owned(),
                key: random.secret(),
                created_at: now_ms,
                suppressed: None,
            };
            if !subscribers::insert_confirmed(&mut tx, &new).await? {
                done.known += 1;
                continue;
            }
            let consent = Consent {
                id: ids.next(),
                email_sha256: modules::digest(new.email.as_bytes()),
                event: "confirmed",
                words: words.to_owned(),
                source: "import",
                at: now_ms,
            };
            subscribers::insert_consent(&mut tx, &consent).await?;
            if wishes.wants_course() {
                course_readers::insert(&mut tx, new.id, now_ms).await?;
            }
            done.new += 1;
        }
        tx.commit().await?;
    }
    Ok(done)
}

/// Writes every subscriber as a row. Answers how many.
///
/// # Errors
/// When they cannot be read or written.
pub async fn export(db: &Db, to: impl Write) -> Result<u64, RollError> {
    let mut writer = WriterBuilder::new().from_writer(to);
    writer.write_record(["email", "status", "topics", "frequency", "suppressed"])?;
    let (mut after, mut rows) = (String::new(), 0);
    loop {
        let page = subscribers::list(&mut db.read().await?, "", &after, PAGE).await?;
        for subscriber in &page {
            let fields = [
                subscriber.email.as_str(),
                subscriber.status.as_str(),
                &subscriber.topics,
                &subscriber.frequency,
                subscriber.suppressed.as_deref().unwrap_or_default(),
            ];
            writer.write_record(fields.map(harmless))?;
            rows += 1;
        }
        match page.last() {
            Some(last) => after = last.id.to_string(),
            None => break,
        }
    }
    writer.flush().map_err(csv::Error::from)?;
    Ok(rows)
}

/// A field that no spreadsheet takes for a formula.
fn harmless(field: &str) -> String {
    match field.starts_with(FORMULA) {
        true => format!("'{field}"),
        false => field.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(table: &str) -> Vec<(u64, String)> {
        match check(table.as_bytes()) {
            Err(RollError::Rows(problems, _)) => {
                problems.into_iter().map(|p| (p.line, p.text)).collect()
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_good_table_is_taken_in_any_dress() {
        let table = "\u{feff}Email,Frequency,topics\r\nada@example.org,each,labs;lessons\r\n\
                     \"eve@example.org\",,\n'+tag@example.org,monthly,articles\n";
        assert_eq!(check(table.as_bytes()).unwrap(), 3);
    }

    #[test]
    fn every_row_that_is_wrong_is_named() {
        let long = format!("{}@example.org", "a".repeat(320));
        let table = format!(
            "email,topics,frequency\nada@example.org,labs,each\nnobody,,\n{long},,\n\
             a@example.org,cats,\na@example.org,labs labs,\na@example.org,,hourly\n\
             a\0@example.org,,\nshort@example.org\n"
        );
        let lines: Vec<u64> = problems(&table).into_iter().map(|(line, _)| line).collect();
        assert_eq!(lines, [3, 4, 5, 6, 7, 8, 9]);
        assert!(problems("address\nx@example.org\n")[0].1.contains("email"));
        assert!(problems("")[0].1.contains("email"));
    }

    #[test]
    fn no_field_is_a_formula() {
        assert_eq!(harmless("=cmd()"), "'=cmd()");
        assert_eq!(harmless("+a@example.org"), "'+a@example.org");
        assert_eq!(harmless("a=b"), "a=b");
    }
}
