//! A server with subscribers, and the mail server that it sends to.

use std::time::Duration;

use headroom::jobs::Job as _;
use headroom::jobs::send_issue::SendIssue;
use headroom::newsletter::audience::Audience;
use headroom::newsletter::compose::Draft;
use headroom::newsletter::office;
use headroom::newsletter::wishes::Topic;
use headroom::store::issues::{self, State};
use headroom::store::jobs;
use headroom::store::mailings::{self, Line};
use headroom::store::subscribers::{self, Status, Subscriber};

use super::scripted::{MailServer, Taken};
use crate::test_app::TestApp;

pub struct Press {
    pub app: TestApp,
    pub server: MailServer,
}

impl Press {
    pub async fn start(settings: &str) -> Self {
        let server = MailServer::start().await;
        let settings = format!(
            "[mail]\ntransport = \"smtp\"\nsmtp_host = \"127.0.0.1\"\nsmtp_port = {}\n\
             smtp_tls = \"none\"\nsmtp_patience_s = 1\nfrom = \"Headroom <news@course.example>\"\n\
             {settings}\n[server]\npublic_url = \"https://course.example\"\n",
            server.address.port()
        );
        Self {
            app: TestApp::start(&settings).await,
            server,
        }
    }

    pub async fn subscribe(&self, names: &[&str]) {
        let state = &self.app.state;
        let mut tx = state.db.write().await.unwrap();
        for name in names {
            let new = Subscriber {
                id: state.ids.next(),
                email: format!("{name}@{name}.example"),
                status: Status::Confirmed,
                topics: "labs articles".into(),
                frequency: "each".into(),
                key: format!("key-of-{name}"),
                created_at: state.parts.clock.now_ms(),
                suppressed: None,
            };
            assert!(subscribers::insert_confirmed(&mut tx, &new).await.unwrap());
        }
        tx.commit().await.unwrap();
    }

    pub async fn send(&self, subject: &str) -> i64 {
        let state = &self.app.state;
        let now_ms = state.parts.clock.now_ms();
        let draft = Draft {
            subject: subject.into(),
            summary: "Soon.".into(),
            slug: String::new(),
            topic: Topic::Labs,
            audience: Audience::Everyone,
            markdown: "A new [lab](/labs).\n\n.\n\nA line that begins with a dot:\n.dot".into(),
        };
        let mut tx = state.db.write().await.unwrap();
        let number = office::draft(&mut tx, &draft, now_ms).await.unwrap();
        office::send(&mut tx, &state.ids, number, now_ms)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        number
    }

    pub async fn lines(&self, issue: i64) -> Vec<Line> {
        let mut tx = self.app.state.db.read().await.unwrap();
        mailings::list_lines(&mut tx, issue, ("", false), 0, 10_000)
            .await
            .unwrap()
    }

    /// Waits until an issue stands in `state`; while nobody works on it, `step_ms` pass between two
    /// looks.
    pub async fn until(&self, issue: i64, state: State, step_ms: i64) {
        for _ in 0..600 {
            let mut tx = self.app.state.db.read().await.unwrap();
            let now = issues::by_number(&mut tx, issue).await.unwrap();
            let jobs = jobs::count(&mut tx, SendIssue::KIND).await.unwrap();
            drop(tx);
            if now.is_some_and(|now| now.state == state) {
                return;
            }
            // A lease lasts by this clock, and a server that hangs does so by another.
            if jobs.running == 0 {
                self.app.clock.advance_ms(step_ms);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!(
            "issue {issue} never was {state:?}: {:?}",
            self.lines(issue).await
        );
    }

    pub async fn line(&self, issue: i64, name: &str) -> Line {
        let lines = self.lines(issue).await;
        let email = format!("{name}@{name}.example");
        let found = lines
            .into_iter()
            .find(|line| line.email.as_deref() == Some(&email));
        found.unwrap()
    }

    pub fn to(&self, name: &str) -> Vec<Taken> {
        let taken = self.server.taken().into_iter();
        taken.filter(|taken| taken.to.starts_with(name)).collect()
    }
}
