//! `/status` and `/admin/status`: how the site is doing, for everybody and for whoever runs it.

use app::AccountPage;
use app::admin::AdminPage;
use app::status::{Condition, Guard, Promise, Service, Status, StatusDesk};
use axum::extract::State;
use axum::response::Response;
use http::{HeaderValue, header};

use super::account::show;
use crate::error::Error;
use crate::jobs::Job as _;
use crate::jobs::deliver_webhook::DeliverWebhook;
use crate::jobs::grade_submission::GradeSubmission;
use crate::jobs::mail_account::MailAccount;
use crate::jobs::mail_newsletter::MailNewsletter;
use crate::jobs::send_issue::SendIssue;
use crate::metrics::{OBJECTIVES, Objective, Window, resident_bytes};
use crate::standing::{self, Standing};
use crate::state::AppState;

const ALERTING: (&str, &str) = ("/lessons/observability/alerting", "Alerting");
const GATEWAY: (&str, &str) = ("/lessons/distributed-systems/api-gateway", "API gateway");
const RETRIES: (&str, &str) = ("/lessons/reliability/retries", "Retries");
const BREAKER: (&str, &str) = ("/lessons/reliability/circuit-breaker", "Circuit breakers");
const BALANCING: (&str, &str) = ("/lessons/scalability/load-balancing", "Load balancing");
const LATENCY: (&str, &str) = ("/lessons/performance/latency", "Latency");

/// A submission that waits longer is noticed, milliseconds.
const GRADING_BEHIND_MS: i64 = 60_000;
/// The same for mail and webhooks.
const MAIL_BEHIND_MS: i64 = 600_000;
/// What waits longer than this many times that is stuck.
const STUCK: i64 = 10;

/// `GET /status`
pub async fn page(State(state): State<AppState>) -> Result<Response, Error> {
    let status = match standing::of(&state).await {
        Ok(standing) => status(&state, Some(&standing)),
        Err(error) => {
            tracing::warn!(%error, "cannot say how the queues stand: {error}");
            status(&state, None)
        }
    };
    let mut response = show(&state, "/status", AccountPage::Status(status)).await?;
    let brief = HeaderValue::from_static("public, max-age=2");
    response.headers_mut().insert(header::CACHE_CONTROL, brief);
    Ok(response)
}

/// `GET /admin/status`
pub async fn desk(State(state): State<AppState>) -> Result<Response, Error> {
    let standing = standing::of(&state).await?;
    let queues = standing.queues.iter().map(|queue| {
        let counts = queue.counts;
        let late = span(queue.late_ms);
        (
            queue.kind.to_owned(),
            [counts.queued, counts.running, counts.dead],
            late,
        )
    });
    let nodes = standing.nodes.iter().map(|node| {
        let age = span(standing.now_ms - node.started_at);
        [
            node.role.clone(),
            node.host.clone(),
            node.version.clone(),
            age,
        ]
    });
    let minutes = state.metrics.window().minutes(standing.now_ms);
    let page = StatusDesk {
        status: status(&state, Some(&standing)),
        minutes: minutes
            .iter()
            .map(|counts| (counts.answers, counts.failed))
            .collect(),
        queues: queues.collect(),
        nodes: nodes.collect(),
        guards: guards(&state, &standing),
    };
    let page = AccountPage::Admin(AdminPage::Status(page));
    show(&state, "/admin/status", page).await
}

fn status(state: &AppState, standing: Option<&Standing>) -> Status {
    let now_ms = state.parts.clock.now_ms();
    let window = state.metrics.window();
    let services = match standing {
        Some(standing) => services(standing),
        None => vec![Service {
            name: "Database",
            condition: Condition::Stuck,
            words: "It does not answer. What was read before can still be read.".to_owned(),
            lesson: BREAKER,
        }],
    };
    let pages = Service {
        name: "Pages",
        condition: Condition::Works,
        words: "You are reading one.".to_owned(),
        lesson: LATENCY,
    };
    Status {
        services: std::iter::once(pages).chain(services).collect(),
        promises: OBJECTIVES
            .iter()
            .map(|own| promise(own, window, now_ms))
            .collect(),
        at: clock_time(now_ms),
    }
}

fn services(standing: &Standing) -> Vec<Service> {
    let mails = [MailAccount::KIND, MailNewsletter::KIND, SendIssue::KIND];
    let (grade, webhook) = ([GradeSubmission::KIND], [DeliverWebhook::KIND]);
    [
        ("Grading", &grade[..], GRADING_BEHIND_MS, BALANCING),
        ("Mail", &mails[..], MAIL_BEHIND_MS, RETRIES),
        ("Webhooks", &webhook[..], MAIL_BEHIND_MS, RETRIES),
    ]
    .into_iter()
    .map(|(name, kinds, behind_ms, lesson)| {
        let own = || {
            standing
                .queues
                .iter()
                .filter(|queue| kinds.contains(&queue.kind))
        };
        let late_ms = own().map(|queue| queue.late_ms).max().unwrap_or(0);
        // What is put off, as an issue for next week, does not wait.
        let waits: i64 = own()
            .filter(|queue| queue.late_ms > 0)
            .map(|queue| queue.counts.queued)
            .sum();
        let condition = match late_ms {
            late if late < behind_ms => Condition::Works,
            late if late < behind_ms * STUCK => Condition::Behind,
            _ => Condition::Stuck,
        };
        let words = match waits {
            0 => "Nothing waits.".to_owned(),
            1 => format!("One waits, for {}.", span(late_ms)),
            _ => format!("{waits} wait, the first for {}.", span(late_ms)),
        };
        Service {
            name,
            condition,
            words,
            lesson,
        }
    })
    .collect()
}

fn promise(objective: &Objective, window: &Window, now_ms: i64) -> Promise {
    let hour = window.last(60, now_ms);
    let (all, short) = objective.shortfall(&hour);
    let kept = match all {
        0 => "Nothing was asked".to_owned(),
        _ => format!("{:.2}\u{a0}%", (all - short) as f64 * 100.0 / all as f64),
    };
    let burn = [window.last(5, now_ms), hour].map(|counts| objective.burn_percent(&counts));
    Promise {
        words: objective.words,
        kept,
        burn: burn.map(|percent| match percent {
            Some(percent) => format!("{:.1}", percent as f64 / 100.0),
            None => "none".to_owned(),
        }),
        is_overspent: burn[1].is_some_and(|percent| percent > 100),
    }
}

fn guards(state: &AppState, standing: &Standing) -> Vec<Guard> {
    let (limits, server) = (&state.config.limits, &state.config.server);
    let graders = &standing.graders;
    let too_many = ["too-many-submissions", "too-many-tries"];
    let too_many: u64 = too_many
        .map(|code| state.metrics.problems(code))
        .iter()
        .sum();
    let held_back = match standing.held_back.as_slice() {
        [] => "none".to_owned(),
        hosts => hosts.join(", "),
    };
    let memory = resident_bytes().map_or_else(
        || "unknown".to_owned(),
        |bytes| format!("{} MiB", bytes >> 20),
    );
    vec![
        Guard {
            name: "Limiter",
            lesson: GATEWAY,
            facts: vec![
                (
                    "A client, submissions a minute",
                    limits.submissions_per_minute.to_string(),
                ),
                (
                    "The site, submissions a minute",
                    limits.global_submissions_per_minute.to_string(),
                ),
                ("Answered 429 since the start", too_many.to_string()),
            ],
        },
        Guard {
            name: "Bulkhead of grading",
            lesson: BALANCING,
            facts: vec![
                ("Gradings at once", graders.workers.to_string()),
                ("Busy", graders.busy.to_string()),
                ("Warm", graders.warm.to_string()),
                ("Starting", graders.starting.to_string()),
            ],
        },
        Guard {
            name: "Circuit breakers",
            lesson: BREAKER,
            facts: vec![("Hosts that are left alone", held_back)],
        },
        Guard {
            name: "Connections",
            lesson: LATENCY,
            facts: vec![
                ("Open", state.metrics.connections().to_string()),
                ("At most", server.max_connections.to_string()),
                ("Memory of this process", memory),
            ],
        },
        Guard {
            name: "Error budgets",
            lesson: ALERTING,
            facts: OBJECTIVES
                .iter()
                .map(|objective| (objective.name, budget(objective)))
                .collect(),
        },
    ]
}

/// A budget in words.
fn budget(objective: &Objective) -> String {
    format!("{} in a million", objective.budget_ppm)
}

/// A length of time in the words of people.
fn span(ms: i64) -> String {
    match ms / 1_000 {
        0 => "0 s".to_owned(),
        s if s < 120 => format!("{s} s"),
        s if s < 7_200 => format!("{} min", s / 60),
        s if s < 172_800 => format!("{} h", s / 3_600),
        s => format!("{} days", s / 86_400),
    }
}

/// The time of day, UTC.
fn clock_time(now_ms: i64) -> String {
    let s = now_ms.div_euclid(1_000).rem_euclid(86_400);
    format!("{:02}:{:02}:{:02}", s / 3_600, s / 60 % 60, s % 60)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grader;
    use crate::standing::Queue;
    use crate::store::jobs::Counts;

    fn grading(queued: i64, late_ms: i64) -> Service {
        let queue = Queue {
            kind: GradeSubmission::KIND,
            counts: Counts {
                queued,
                ..Counts::default()
            },
            late_ms,
        };
        let standing = Standing {
            queues: vec![queue],
            nodes: Vec::new(),
            graders: grader::Status::default(),
            held_back: Vec::new(),
            now_ms: 0,
        };
        services(&standing).remove(0)
    }

    #[test]
    fn what_waits_says_how_long() {
        let told = |queued, late_ms| {
            let service = grading(queued, late_ms);
            (service.condition, service.words)
        };
        let calm = |words: &str| (Condition::Works, words.to_owned());
        assert_eq!(told(0, 0), calm("Nothing waits."));
        assert_eq!(told(3, 0), calm("Nothing waits."));
        assert_eq!(told(1, 59_999), calm("One waits, for 59 s."));
        let behind = (Condition::Behind, "40 wait, the first for 60 s.".to_owned());
        assert_eq!(told(40, 60_000), behind);
        assert_eq!(told(40, 600_000).0, Condition::Stuck);
    }

    #[test]
    fn times_are_in_the_words_of_people() {
        let spans = [999, 119_999, 120_000, 7_200_000, 172_800_000].map(span);
        assert_eq!(spans, ["0 s", "119 s", "2 min", "2 h", "2 days"]);
        assert_eq!(clock_time(86_399_000), "23:59:59");
    }
}
