//! Pages for administrators, and what their forms do.

pub mod deliverability;
pub mod health;
pub mod issue;
pub mod issues;
pub mod outbox;
pub mod subscribers;

use app::AccountPage;
use app::admin::{AdminPage, Finding, Overview};
use app::status::Condition;
use axum::extract::State;
use axum::response::Response;

use super::account::show;
use crate::config::MailTransport;
use crate::doctor::{self, Verdict};
use crate::error::Error;
use crate::newsletter::office::OfficeError;
use crate::state::AppState;
use crate::store::{subscribers as kept, users};

/// `GET /admin`
pub async fn overview(State(state): State<AppState>) -> Result<Response, Error> {
    let mut tx = state.db.read().await?;
    let [subscribers, ..] = kept::count(&mut tx).await?;
    let mail = match state.config.mail.transport {
        MailTransport::Outbox => "Mail is written to the outbox and sent to nobody.".to_owned(),
        MailTransport::Smtp => format!("Mail leaves by {}.", state.config.mail.smtp_host),
    };
    let page = Overview {
        accounts: users::count(&mut tx).await?,
        subscribers,
        mail,
    };
    drop(tx);
    shown(&state, "/admin", AdminPage::Overview(page)).await
}

async fn shown(state: &AppState, path: &'static str, page: AdminPage) -> Result<Response, Error> {
    show(state, path, AccountPage::Admin(page)).await
}

/// What was found, as pages show it.
fn finding(found: doctor::Finding) -> Finding {
    Finding {
        about: found.about,
        condition: match found.verdict {
            Verdict::Fine => Condition::Works,
            Verdict::Mind => Condition::Behind,
            Verdict::Broken => Condition::Stuck,
        },
        found: found.found,
        remedy: found.remedy,
    }
}

impl From<OfficeError> for Error {
    fn from(error: OfficeError) -> Self {
        match error {
            OfficeError::None(_) => Self::NotFound,
            OfficeError::Store(error) => error.into(),
            other => Self::Incomplete(other.to_string()),
        }
    }
}
