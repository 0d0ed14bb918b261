//! Grades: what a grader found, once per module, lab, engine and meter.

use super::{StoreError, Tx, on};
use crate::ids::Id;

/// What decides a grade: the same key gives the same bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GradeKey {
    /// SHA-256 of the module as submitted.
    pub module_sha256: String,
    /// Lab id.
    pub lab: String,
    /// Version of the lab.
    pub lab_version: i64,
    /// Version of the engine.
    pub engine: String,
    /// Version of the meter's price table.
    pub meter: String,
}

/// What a grader found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Findings {
    /// The report, byte for byte.
    pub report: Vec<u8>,
    /// The report's digest.
    pub digest: String,
    /// Score in parts per million; 100 points are 1,000,000.
    pub score_ppm: i64,
    /// Stars earned, hidden scenarios considered.
    pub stars: i64,
    /// What the hidden scenarios said, as JSON.
    pub hidden_json: Option<String>,
}

/// A grade on record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grade {
    /// Id of the row.
    pub id: Id,
    /// What was graded by what.
    pub key: GradeKey,
    /// What was found.
    pub findings: Findings,
    /// Unix milliseconds.
    pub created_at: i64,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    module_sha256: String,
    lab: String,
    lab_version: i64,
    engine: String,
    meter: String,
    report: Vec<u8>,
    digest: String,
    score_ppm: i64,
    stars: i64,
    hidden_json: Option<String>,
    created_at: i64,
}

impl TryFrom<Row> for Grade {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id.parse().map_err(StoreError::corrupt)?,
            key: GradeKey {
                module_sha256: row.module_sha256,
                lab: row.lab,
                lab_version: row.lab_version,
                engine: row.engine,
                meter: row.meter,
            },
            findings: Findings {
                report: row.report,
                digest: row.digest,
                score_ppm: row.score_ppm,
                stars: row.stars,
                hidden_json: row.hidden_json,
            },
            created_at: row.created_at,
        })
    }
}

/// Records a grade, unless this key has one: then that one stands, and is the answer.
pub async fn insert(
    tx: &mut Tx,
    id: Id,
    key: &GradeKey,
    findings: &Findings,
    now_ms: i64,
) -> Result<Id, StoreError> {
    const SQL: &str = "INSERT INTO grades (id, module_sha256, lab, lab_version, engine, meter, \
         report, digest, score_ppm, stars, hidden_json, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) \
         ON CONFLICT (module_sha256, lab, lab_version, engine, meter) DO NOTHING";
    let made = on!(tx, |c| sqlx::query(SQL)
        .bind(id.to_string())
        .bind(&key.module_sha256)
        .bind(&key.lab)
        .bind(key.lab_version)
        .bind(&key.engine)
        .bind(&key.meter)
        .bind(&findings.report)
        .bind(&findings.digest)
        .bind(findings.score_ppm)
        .bind(findings.stars)
        .bind(&findings.hidden_json)
        .bind(now_ms)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    if made == 1 {
        return Ok(id);
    }
    let standing = id_by_key(tx, key).await?;
    standing.ok_or_else(|| StoreError::corrupt("a grade vanished"))
}

/// Which grade this key has.
pub async fn id_by_key(tx: &mut Tx, key: &GradeKey) -> Result<Option<Id>, StoreError> {
    const SQL: &str = "SELECT id FROM grades WHERE module_sha256 = $1 AND lab = $2 \
         AND lab_version = $3 AND engine = $4 AND meter = $5";
    let id: Option<String> = on!(tx, |c| sqlx::query_scalar(SQL)
        .bind(&key.module_sha256)
        .bind(&key.lab)
        .bind(key.lab_version)
        .bind(&key.engine)
        .bind(&key.meter)
        .fetch_optional(c)
        .await)?;
    let id: Option<Result<Id, _>> = id.map(|id| id.parse());
    id.transpose().map_err(StoreError::corrupt)
}

/// A grade by its id.
pub async fn by_id(tx: &mut Tx, id: Id) -> Result<Option<Grade>, StoreError> {
    const SQL: &str = "SELECT * FROM grades WHERE id = $1";
    let row: Option<Row> = on!(tx, |c| sqlx::query_as(SQL)
        .bind(id.to_string())
        .fetch_optional(c)
        .await)?;
    row.map(Grade::try_from).transpose()
}
