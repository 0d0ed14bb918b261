//! How many deliveries stand where.

use std::collections::HashMap;

use super::State;
use crate::store::db::on;
use crate::store::{StoreError, Tx};

/// How many deliveries of an issue stand where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counts {
    /// How many in each state.
    pub states: Vec<(State, i64)>,
    /// Of all, how many may have been sent more than once.
    pub uncertain: i64,
}

impl Default for Counts {
    fn default() -> Self {
        Self {
            states: State::ALL.map(|state| (state, 0)).to_vec(),
            uncertain: 0,
        }
    }
}

impl Counts {
    /// How many stand there.
    #[must_use]
    pub fn of(&self, state: State) -> i64 {
        let mut all = self.states.iter();
        all.find(|(known, _)| *known == state)
            .map_or(0, |(_, count)| *count)
    }

    /// How many there are.
    #[must_use]
    pub fn all(&self) -> i64 {
        self.states.iter().map(|(_, count)| count).sum()
    }

    fn add(&mut self, (name, count, uncertain): (String, i64, i64)) {
        for (state, counted) in &mut self.states {
            if state.as_str() == name {
                *counted += count;
            }
        }
        self.uncertain += uncertain;
    }
}

/// Of one issue.
pub async fn count(tx: &mut Tx, issue: i64) -> Result<Counts, StoreError> {
    const SQL: &str = "SELECT state, COUNT(*), CAST(SUM(CASE WHEN uncertain > 0 THEN 1 ELSE 0 \
         END) AS BIGINT) FROM mailings WHERE issue = $1 GROUP BY state";
    let rows: Vec<(String, i64, i64)> =
        on!(tx, |c| sqlx::query_as(SQL).bind(issue).fetch_all(c).await)?;
    let mut counts = Counts::default();
    for row in rows {
        counts.add(row);
    }
    Ok(counts)
}

/// Of every issue from this number on that has deliveries, by its number, in one statement.
pub async fn count_since(tx: &mut Tx, issue: i64) -> Result<HashMap<i64, Counts>, StoreError> {
    const SQL: &str = "SELECT issue, state, COUNT(*), CAST(SUM(CASE WHEN uncertain > 0 THEN 1 \
         ELSE 0 END) AS BIGINT) FROM mailings WHERE issue >= $1 GROUP BY issue, state";
    let rows: Vec<(i64, String, i64, i64)> =
        on!(tx, |c| sqlx::query_as(SQL).bind(issue).fetch_all(c).await)?;
    let mut all: HashMap<i64, Counts> = HashMap::new();
    for (issue, state, count, uncertain) in rows {
        all.entry(issue).or_default().add((state, count, uncertain));
    }
    Ok(all)
}
