//! `/admin/health`: what `headroom doctor` finds, asked from inside.

use app::admin::{AdminPage, Health};
use axum::extract::{Query, State};
use axum::response::Response;
use serde::Deserialize;

use super::{finding, shown};
use crate::doctor;
use crate::error::Error;
use crate::state::AppState;

/// The query of `GET /admin/health`.
#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    done: String,
}

/// `GET /admin/health`
pub async fn show(
    State(state): State<AppState>,
    Query(Asked { done }): Query<Asked>,
) -> Result<Response, Error> {
    let findings = doctor::examine_running(&state).await;
    let page = Health {
        is_new: done == "setup",
        findings: findings.into_iter().map(finding).collect(),
    };
    shown(&state, "/admin/health", AdminPage::Health(page)).await
}
