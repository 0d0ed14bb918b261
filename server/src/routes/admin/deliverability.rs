//! `/admin/newsletter/deliverability`: whether mail from here is believed elsewhere.

use app::admin::{AdminPage, Deliverability};
use axum::extract::State;
use axum::response::Response;

use super::{finding, shown};
use crate::deliverability;
use crate::error::Error;
use crate::state::AppState;

/// `GET /admin/newsletter/deliverability`
pub async fn show(State(state): State<AppState>) -> Result<Response, Error> {
    let findings = deliverability::examine(&state.config).await;
    let page = Deliverability {
        from: state.config.mail.from.clone(),
        findings: findings.into_iter().map(finding).collect(),
    };
    let path = "/admin/newsletter/deliverability";
    shown(&state, path, AdminPage::Deliverability(page)).await
}
