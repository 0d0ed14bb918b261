//! `/api/v1/submissions/{id}/series` and `/log`: a case of a report, run again to be looked at.
//!
//! Charts and texts are no part of a report. They come from a second run of the case, in a grader
//! like the first, and only where that run is the one of the report.

use std::time::Duration;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::{Extension, Json};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::time::timeout;
use utoipa::{IntoParams, ToSchema};

use super::{graded, query};
use crate::edge::ClientAddress;
use crate::error::Error;
use crate::grader::{PublicCase, Replay};
use crate::jobs::grade_submission::{GradeFailure, Problem};
use crate::routes::representation::is_known;
use crate::state::AppState;
use crate::store::grades::{Grade, GradeKey};
use crate::store::modules;
use crate::store::submissions::Submission;

/// How long a request waits for its turn.
const PATIENCE: Duration = Duration::from_secs(30);

/// Which case.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Which {
    /// A scenario of the report; the first, where none is named.
    #[param(example = "steady")]
    scenario: Option<String>,
    /// One of its seeds; the first, where none is named.
    seed: Option<u64>,
}

/// Charts of a case.
#[derive(Serialize, ToSchema)]
pub struct SeriesDocument {
    /// The case, as it is in the report.
    #[schema(value_type = Object)]
    case: Value,
    /// Charts: each has an id, a title, a caption, two axes and series of points. A stored integer
    /// divided by its axis's scale is in the axis's unit. None where a fault ended the run.
    #[schema(value_type = Vec<Object>)]
    plots: Value,
}

/// What a module logged in a case.
#[derive(Serialize, ToSchema)]
pub struct LogDocument {
    /// The case, as it is in the report.
    #[schema(value_type = Object)]
    case: Value,
    /// The first 200 texts, cut to 1 KiB each. The module chose them: escape them.
    lines: Vec<String>,
    /// How many more there were.
    more: u64,
}

/// The charts of a case of a submission
///
/// They are the charts that the workbench draws. The case is run again for them: that counts as a
/// submission from your address, and takes a while. A server that leaves grading to other processes
/// answers 503.
#[utoipa::path(
    get, path = "/api/v1/submissions/{id}/series", tag = "submissions",
    params(("id" = String, Path, description = "Its id"), Which),
    responses((status = 200, description = "The charts", body = SeriesDocument)),
)]
pub async fn series(
    State(state): State<AppState>,
    Path(id): Path<String>,
    Extension(address): Extension<ClientAddress>,
    headers: HeaderMap,
    which: Result<Query<Which>, QueryRejection>,
) -> Result<Response, Error> {
    let case = Case::of(&state, &id, query(which)?).await?;
    let who = (address, &headers);
    case.answer(&state, who, "series", |replay, case| {
        let plots = serde_json::to_value(replay.plots)?;
        Ok(Json(SeriesDocument { case, plots }).into_response())
    })
    .await
}

/// What a module logged in a case of a submission
///
/// The texts given to `headroom.log`, which the workbench shows below the editor; a script's
/// `console.log` is one of them. The case is run again for them: that counts as a submission
/// from your address, and takes a while. A server that leaves grading to other processes answers
/// 503.
#[utoipa::path(
    get, path = "/api/v1/submissions/{id}/log", tag = "submissions",
    params(("id" = String, Path, description = "Its id"), Which),
    responses((status = 200, description = "The texts", body = LogDocument)),
)]
pub async fn log(
    State(state): State<AppState>,
    Path(id): Path<String>,
    Extension(address): Extension<ClientAddress>,
    headers: HeaderMap,
    which: Result<Query<Which>, QueryRejection>,
) -> Result<Response, Error> {
    let case = Case::of(&state, &id, query(which)?).await?;
    let who = (address, &headers);
    case.answer(&state, who, "log", |replay, case| {
        let Replay { lines, more, .. } = replay;
        Ok(Json(LogDocument { case, lines, more }).into_response())
    })
    .await
}

/// A case of a report that can be run again here.
struct Case {
    submission: Submission,
    grade: Grade,
    key: PublicCase,
    /// As it is in the report.
    found: Value,
}

impl Case {
    async fn of(state: &AppState, id: &str, which: Which) -> Result<Self, Error> {
        let (submission, grade) = graded(state, id).await?;
        let (lab, language) = (&submission.lab, submission.language.as_deref());
        let now = state.parts.grader.edition(lab, language);
        let now = now.map(|edition| edition.key(lab, &submission.module_sha256));
        if now.as_ref() != Some(&grade.key) {
            return Err(Error::GradeOutdated {
                then: edition(&grade.key),
                now: now.map_or_else(|| "no such lab".to_owned(), |now| edition(&now)),
            });
        }
        let report: Value = serde_json::from_slice(&grade.findings.report)
            .map_err(|error| Error::Internal(error.into()))?;
        let cases = || {
            let scenarios = report["scenarios"].as_array().into_iter().flatten();
            scenarios.flat_map(|scenario| scenario["cases"].as_array().into_iter().flatten())
        };
        let wanted = |case: &&Value| {
            let scenario = which.scenario.as_ref();
            scenario.is_none_or(|id| case["scenario"] == id.as_str())
                && which.seed.is_none_or(|seed| case["seed"] == seed)
        };
        let found = cases().find(wanted).and_then(|case| {
            let key = PublicCase {
                scenario: case["scenario"].as_str()?.to_owned(),
                seed: case["seed"].as_u64()?,
            };
            Some((key, case.clone()))
        });
        let Some((key, found)) = found else {
            let name = |case: &Value| {
                let scenario = case["scenario"].as_str().unwrap_or_default();
                format!("{scenario} with seed {}", case["seed"])
            };
            let names: Vec<String> = cases().map(name).collect();
            return Err(Error::CaseNotFound(names.join(", ")));
        };
        Ok(Self {
            submission,
            grade,
            key,
            found,
        })
    }

    /// Runs it again, unless the client has what would come of that.
    async fn answer(
        self,
        state: &AppState,
        (address, headers): (ClientAddress, &HeaderMap),
        what: &str,
        show: impl FnOnce(Replay, Value) -> serde_json::Result<Response>,
    ) -> Result<Response, Error> {
        let PublicCase { scenario, seed } = &self.key;
        let tag = format!(
            "\"{}-{scenario}-{seed}-{what}\"",
            self.grade.findings.digest
        );
        let etag = HeaderValue::try_from(tag).map_err(|error| Error::Internal(error.into()))?;
        let mut response = if is_known(headers, &etag) {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            let allowance = state.limits.take(address.0, None, 1).await?;
            let replay = self.run(state).await?;
            let shown = show(replay, self.found);
            let mut shown = shown.map_err(|error| Error::Internal(error.into()))?;
            super::allow(shown.headers_mut(), &allowance);
            shown
        };
        let headers = response.headers_mut();
        headers.insert(header::ETAG, etag);
        let cache = HeaderValue::from_static("private, no-cache");
        headers.insert(header::CACHE_CONTROL, cache);
        Ok(response)
    }

    async fn run(&self, state: &AppState) -> Result<Replay, Error> {
        // One at a time: graders are there to grade.
        let place = timeout(PATIENCE, state.replaying.acquire()).await;
        let late = |_| Error::Unavailable(anyhow::anyhow!("others look at cases now"));
        let _place = place.map_err(late)?;
        let sha256 = &self.submission.module_sha256;
        let module = modules::by_sha256(&mut state.db.read().await?, sha256).await?;
        let module = module.ok_or_else(|| anyhow::anyhow!("a module vanished"))?;
        let (lab, language) = (&self.submission.lab, self.submission.language.as_deref());
        let grader = &state.parts.grader;
        let replayed = grader
            .replay(lab, language, &module, self.key.clone())
            .await;
        // It was graded: what hinders it now is not the module.
        let replay = replayed.map_err(|failure| {
            let (GradeFailure::Retry(reason)
            | GradeFailure::Problem(Problem { detail: reason, .. })) = failure;
            Error::Unavailable(anyhow::anyhow!(reason))
        })?;
        let again = serde_json::to_value(&replay.case);
        let again = again.map_err(|error| Error::Internal(error.into()))?;
        let measured = ["calls", "decisions", "metrics", "ops", "fault"];
        if let Some(part) = measured
            .iter()
            .find(|part| again[**part] != self.found[**part])
        {
            let (now, then) = (&again[*part], &self.found[*part]);
            let text = format!("a case that was run again has {part} {now}, its report {then}");
            return Err(Error::Internal(anyhow::anyhow!(text)));
        }
        Ok(replay)
    }
}

fn edition(key: &GradeKey) -> String {
    let (version, engine, meter) = (key.lab_version, &key.engine, &key.meter);
    format!("version {version} of the lab, {engine} and {meter}")
}
