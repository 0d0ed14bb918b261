//! `/api/v1/labs`. A lab's address may name a version, `rate_limiter@1`: then it is that one or
//! none.

use axum::extract::{Path, State};
use axum::response::Response;
use bytes::Bytes;
use http::HeaderMap;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::pages::kept;
use crate::error::Error;
use crate::state::AppState;

const JSON: &str = "application/json";
const ROOT: &str = "/api/v1/labs";

/// A lab in the list.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct LabEntry {
    /// Its name in addresses.
    #[schema(example = "rate_limiter")]
    id: String,
    /// The version that is graded now.
    version: u32,
    title: String,
    /// What the policy decides, in a sentence.
    summary: String,
    /// The lesson behind it, as AREA/SLUG.
    lesson: String,
}

/// A lab with everything that is public about it.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct LabDocument {
    /// Exports, scenarios, metrics, scores and stars: the file that the lab is made from.
    spec: Value,
    /// The task, in Markdown.
    brief: String,
    /// Hints, in Markdown.
    hints: String,
    /// Starting points by language.
    starters: Vec<Value>,
    policies: Vec<PolicyEntry>,
}

/// A policy that comes with a lab.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct PolicyEntry {
    #[schema(example = "gcra")]
    id: String,
    title: String,
    summary: String,
}

/// A version of a lab.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct LabVersion {
    version: u32,
    /// The simulator.
    engine: String,
    /// The price table of instructions.
    meter: String,
    /// Whether submissions are graded by it.
    current: bool,
}

/// Every lab
#[utoipa::path(
    get, path = "/api/v1/labs", tag = "labs",
    responses((status = 200, description = "The labs, in the order of the course",
               body = Vec<LabEntry>)),
)]
pub async fn list(State(state): State<AppState>, headers: HeaderMap) -> Result<Response, Error> {
    kept(&state, &headers, ROOT.to_owned(), |state| {
        Ok((JSON, text(&state.parts.catalogue.list())))
    })
    .await
}

/// One lab
#[utoipa::path(
    get, path = "/api/v1/labs/{lab}", tag = "labs",
    params(("lab" = String, Path, description = "Its id, with or without @VERSION",
            example = "rate_limiter")),
    responses((status = 200, description = "All that is public about it", body = LabDocument)),
)]
pub async fn show(
    State(state): State<AppState>,
    Path(lab): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    part(&state, &headers, &lab, "", |whole| {
        Some((JSON, text(whole)))
    })
    .await
}

/// The versions of a lab that this instance grades
#[utoipa::path(
    get, path = "/api/v1/labs/{lab}/versions", tag = "labs",
    params(("lab" = String, Path, description = "Its id", example = "rate_limiter")),
    responses((status = 200, description = "The versions", body = Vec<LabVersion>)),
)]
pub async fn versions(
    State(state): State<AppState>,
    Path(lab): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let lab = named(&state, &lab)?;
    kept(
        &state,
        &headers,
        format!("{ROOT}/{lab}/versions"),
        move |state| {
            let edition = state.parts.grader.edition(&lab, None);
            let edition = edition.ok_or(Error::LabNotFound(lab))?;
            let versions = json!([{
                "version": edition.lab_version, "engine": edition.engine, "meter": edition.meter,
                "current": true,
            }]);
            Ok((JSON, text(&versions)))
        },
    )
    .await
}

/// The task of a lab
#[utoipa::path(
    get, path = "/api/v1/labs/{lab}/brief", tag = "labs",
    params(("lab" = String, Path, description = "Its id", example = "rate_limiter")),
    responses((status = 200, description = "Markdown", body = String,
               content_type = "text/markdown")),
)]
pub async fn brief(
    State(state): State<AppState>,
    Path(lab): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    part(&state, &headers, &lab, "brief", |whole| {
        let text = whole.get("brief")?.as_str()?.to_owned();
        Some(("text/markdown; charset=utf-8", text.into()))
    })
    .await
}

/// The functions that a policy for a lab exports
#[utoipa::path(
    get, path = "/api/v1/labs/{lab}/exports", tag = "labs",
    params(("lab" = String, Path, description = "Its id", example = "rate_limiter")),
    responses((status = 200, description = "Names, parameters, results and units",
               body = Vec<Value>)),
)]
pub async fn exports(
    State(state): State<AppState>,
    Path(lab): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    of_spec(&state, &headers, &lab, "exports").await
}

/// The public scenarios of a lab
#[utoipa::path(
    get, path = "/api/v1/labs/{lab}/scenarios", tag = "labs",
    params(("lab" = String, Path, description = "Its id", example = "rate_limiter")),
    responses((status = 200, description = "The worlds that a policy is measured in",
               body = Vec<Value>)),
)]
pub async fn scenarios(
    State(state): State<AppState>,
    Path(lab): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    of_spec(&state, &headers, &lab, "scenarios").await
}

/// The policies that come with a lab
#[utoipa::path(
    get, path = "/api/v1/labs/{lab}/policies", tag = "labs",
    params(("lab" = String, Path, description = "Its id", example = "rate_limiter")),
    responses((status = 200, description = "From naive to reference", body = Vec<PolicyEntry>)),
)]
pub async fn policies(
    State(state): State<AppState>,
    Path(lab): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    part(&state, &headers, &lab, "policies", |whole| {
        Some((JSON, text(whole.get("policies")?)))
    })
    .await
}

/// The report of a policy that comes with a lab
///
/// The bytes are those of `headroom grade LAB --policy POLICY --json`.
#[utoipa::path(
    get, path = "/api/v1/labs/{lab}/policies/{policy}/report", tag = "labs",
    params(("lab" = String, Path, description = "Its id", example = "rate_limiter"),
           ("policy" = String, Path, description = "Its id", example = "gcra")),
    responses((status = 200, description = "The report", body = Value)),
)]
pub async fn report(
    State(state): State<AppState>,
    Path((lab, policy)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let lab = named(&state, &lab)?;
    let path = format!("{ROOT}/{lab}/policies/{policy}/report");
    kept(&state, &headers, path, move |state| {
        let report = state.parts.catalogue.policy_report(&lab, &policy);
        Ok((JSON, report.ok_or(Error::NotFound)?.into()))
    })
    .await
}

/// The lab that an address names, if it is here in the version that is asked for.
pub fn named(state: &AppState, text: &str) -> Result<String, Error> {
    let (lab, version) = match text.split_once('@') {
        Some((lab, version)) => (lab, Some(version)),
        None => (text, None),
    };
    let absent = || Error::LabNotFound(lab.to_owned());
    let current = state.parts.grader.edition(lab, None).ok_or_else(absent)?;
    match version {
        Some(asked) if asked != current.lab_version.to_string() => Err(Error::LabVersionGone {
            lab: lab.to_owned(),
            asked: asked.to_owned(),
            current: current.lab_version,
        }),
        _ => Ok(lab.to_owned()),
    }
}

async fn of_spec(
    state: &AppState,
    headers: &HeaderMap,
    lab: &str,
    name: &'static str,
) -> Result<Response, Error> {
    part(state, headers, lab, name, move |whole| {
        let found = whole.get("spec")?.get(name)?;
        let public = |item: &&Value| item.get("public") != Some(&Value::Bool(false));
        let items: Option<Vec<&Value>> =
            found.as_array().map(|a| a.iter().filter(public).collect());
        Some((JSON, text(&json!(items?))))
    })
    .await
}

/// A part of a lab, by its last name in the address.
async fn part(
    state: &AppState,
    headers: &HeaderMap,
    lab: &str,
    name: &str,
    cut: impl FnOnce(&Value) -> Option<(&'static str, Bytes)> + Send + 'static,
) -> Result<Response, Error> {
    let lab = named(state, lab)?;
    kept(
        state,
        headers,
        format!("{ROOT}/{lab}/{name}"),
        move |state| {
            let whole = state.parts.catalogue.show(&lab);
            let whole = whole.ok_or(Error::LabNotFound(lab))?;
            cut(&whole).ok_or(Error::NotFound)
        },
    )
    .await
}

fn text(value: &Value) -> Bytes {
    value.to_string().into()
}
