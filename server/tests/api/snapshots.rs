//! Every mail there is, byte by byte, against the files in `tests/snapshots`. What changed on
//! purpose is written anew with `HEADROOM_WRITE_SNAPSHOTS=1`, and then read in the diff.

use std::path::{Path, PathBuf};

use headroom::clock::Clock;
use headroom::config::Config;
use headroom::mail::account::{self, Telling};
use headroom::mail::{Bulk, Letter, Mailer, Report, newsletter, outbox};
use headroom::newsletter::audience::Audience;
use headroom::newsletter::compose::Draft;
use headroom::newsletter::edition::{Edition, Part};
use headroom::newsletter::wishes::Topic;
use headroom::store::issues::Issue;
use headroom::store::links::Purpose;

const SITE: &str = "https://course.example";
const NOW_MS: i64 = 1_800_000_000_000;
/// As long as real ones.
const KEY: &str = "key-of-ada-0123456789_0123456789-0123456789";
const ISSUE: &str = "+++\n\
    subject = \"Größe zählt: what the labs showed about <retries>, budgets and queues\"\n\
    summary = \"1 < 2 & so on\"\ntopic = \"labs\"\n+++\n\n\
    See [the retry lab](/labs/retry) & *more*.\n\n## Numbers\n\n\
    | Policy | p99 |\n|---|---|\n| three at once | 18.5 s |\n\n\
    1. One\n2. Two `code`\n\n> A quotation.\n\n```rust\nfn main() {}\n```\n\n\
    .\n\nFrom the start.\n";

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots")
}

/// Writes mail into files, at a time that stands still.
struct Desk {
    mailer: Mailer,
    data: tempfile::TempDir,
}

impl Desk {
    fn new() -> Self {
        let data = tempfile::tempdir().unwrap();
        let settings = "[mail]\nfrom = \"Headroom <news@course.example>\"";
        let mut config = Config::from_toml(settings).unwrap();
        config.data.dir = data.path().to_owned();
        let mailer = Mailer::new(&config, Clock::manual(NOW_MS)).unwrap();
        Self { mailer, data }
    }

    async fn letter(&self, name: &str, letter: Letter) {
        let id = letter.id.clone();
        self.mailer.send(letter, "ada@example.org").await.unwrap();
        self.compare(name, &id);
    }

    async fn copy(&self, name: &str, issue: &Issue, topics: &str) {
        let edition = Edition::new(issue, SITE).unwrap();
        let copy = edition.copy(KEY, (topics, "everyone"));
        let id = format!("{}.12.{}", edition.issue, edition.created_at);
        let report = self
            .mailer
            .post(Bulk {
                id: id.clone(),
                to: "ada@example.org",
                return_path: None,
                subject: &edition.subject,
                body: copy.body,
                list: &edition.list,
                unsubscribe: copy.unsubscribe,
                archive: &edition.archive,
            })
            .await;
        assert!(matches!(report, Report::Sent(_)), "{report:?}");
        self.compare(name, &id);
    }

    /// Compares what was written under `id` with the file `name`.
    fn compare(&self, name: &str, id: &str) {
        let written = outbox(self.data.path()).join(format!("{id}.eml"));
        let mail = without_chance(&std::fs::read_to_string(written).unwrap());
        let file = folder().join(format!("{name}.eml"));
        if std::env::var("HEADROOM_WRITE_SNAPSHOTS").is_ok_and(|value| value == "1") {
            std::fs::write(file, mail).unwrap();
            return;
        }
        let known = std::fs::read_to_string(&file).unwrap_or_default();
        let mut lines = mail.split('\n').zip(known.split('\n')).enumerate();
        let first = lines.find(|(_, (is, was))| is != was);
        assert!(
            mail == known,
            "{name}.eml differs, first in {first:?}; if it is meant to, write it anew with \
             HEADROOM_WRITE_SNAPSHOTS=1"
        );
    }
}

/// The mail with the boundary between its parts, which is random, named.
fn without_chance(mail: &str) -> String {
    let (_, rest) = mail.split_once("boundary=\"").unwrap();
    let (boundary, _) = rest.split_once('"').unwrap();
    assert!(boundary.len() >= 20, "{boundary}");
    mail.replace(boundary, "BOUNDARY")
}

#[tokio::test]
async fn an_issue_is_what_it_was() {
    let draft = Draft::from_file(ISSUE).unwrap();
    let issue = draft.issue(7, NOW_MS);
    Desk::new().copy("issue", &issue, "labs").await;
}

#[tokio::test]
async fn a_digest_is_what_it_was() {
    let parts = [
        (
            Topic::Labs,
            "## A lab\n\nAbout it.\n\n[Open it](/labs/retry)",
        ),
        (Topic::Lessons, "## A lesson that ada does not read"),
        (Topic::Articles, "# An article\n\nIts text."),
    ];
    let parts = parts.map(|(topic, markdown)| Part {
        topic,
        audience: Audience::Everyone,
        markdown: markdown.into(),
    });
    let draft = Draft::from_file(ISSUE).unwrap();
    let digest = Issue {
        slug: "digest-weekly-2027-01-11".into(),
        is_digest: true,
        frequency: "weekly".into(),
        subject: "This week: 3 new things to learn from".into(),
        summary: "A lab · A lesson · An article".into(),
        parts: serde_json::to_string(&parts).unwrap(),
        ..draft.issue(8, NOW_MS)
    };
    Desk::new().copy("digest", &digest, "labs articles").await;
}

#[tokio::test]
async fn letters_about_subscriptions_are_what_they_were() {
    let desk = Desk::new();
    let confirm = "https://course.example/newsletter/confirm?token=a_b-c";
    let preferences = "https://course.example/newsletter/preferences?key=a_b-c";
    for (name, telling) in [
        ("confirm", newsletter::Telling::Confirm(confirm)),
        ("already", newsletter::Telling::Already(preferences)),
    ] {
        let letter = newsletter::letter(name, telling, SITE);
        desk.letter(&format!("newsletter-{name}"), letter).await;
    }
}

#[tokio::test]
async fn letters_about_accounts_are_what_they_were() {
    let desk = Desk::new();
    let link = "https://course.example/link?token=a_b-c&next=%2Fme";
    for (name, telling) in [
        ("sign-up", Telling::Link(Purpose::SignUp, link)),
        ("sign-in", Telling::Link(Purpose::SignIn, link)),
        ("reset", Telling::Link(Purpose::Reset, link)),
        ("email", Telling::Link(Purpose::Email, link)),
        ("has-account", Telling::HasAccount),
        ("has-none", Telling::HasNone),
        ("password-changed", Telling::PasswordChanged),
        ("address-changed", Telling::AddressChanged),
    ] {
        let letter = account::letter(name, telling, SITE);
        desk.letter(&format!("account-{name}"), letter).await;
    }
}
