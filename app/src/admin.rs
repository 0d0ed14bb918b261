//! What the pages for administrators are made from. Everything on them is text by the time it comes
//! here, except counts.

use crate::status::{Condition, StatusDesk};

/// A page for administrators.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AdminPage {
    /// `/admin`
    Overview(Overview),
    /// `/admin/health`
    Health(Health),
    /// `/admin/status`
    Status(StatusDesk),
    /// `/admin/newsletter`
    Issues(Issues),
    /// `/admin/newsletter/deliverability`
    Deliverability(Deliverability),
    /// `/admin/newsletter/<number>`
    Issue(Box<IssueView>),
    /// `/admin/newsletter/<number>/recipients`
    Recipients(Recipients),
    /// `/admin/subscribers`
    Subscribers(Subscribers),
    /// `/admin/subscribers/<id>`
    Subscriber(SubscriberView),
    /// `/admin/outbox`
    Outbox(Outbox),
}

/// How the instance is doing, in numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overview {
    /// Accounts.
    pub accounts: i64,
    /// Those who get the newsletter.
    pub subscribers: i64,
    /// How mail leaves, in words.
    pub mail: String,
}

/// Whether the instance can do its work where it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Health {
    /// Whether whoever reads it became the first administrator just now.
    pub is_new: bool,
    /// What was found.
    pub findings: Vec<Finding>,
}

/// What was found about one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What it is about.
    pub about: &'static str,
    /// How it is.
    pub condition: Condition,
    /// What was found, a sentence without its full stop.
    pub found: String,
    /// What to do, of the same kind, where there is something to do.
    pub remedy: Option<String>,
}

/// The issues, and the form for a new one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Issues {
    /// The newest first.
    pub rows: Vec<IssueRow>,
    /// Who gets the course by mail.
    pub course: CourseReaders,
    /// The form.
    pub form: IssueForm,
}

/// Who gets the course by mail, and where they stand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CourseReaders {
    /// Those who get lessons, who paused, of whom nothing was heard, who have had all of them.
    pub counts: [i64; 4],
    /// The last lesson that came, and how many are there; in the order of the course.
    pub places: Vec<(String, i64)>,
}

/// Whether mail from here is believed elsewhere.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Deliverability {
    /// The sender.
    pub from: String,
    /// What was looked at.
    pub findings: Vec<Finding>,
}

/// An issue in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssueRow {
    /// Its number.
    pub number: i64,
    /// Its subject.
    pub subject: String,
    /// Where it stands.
    pub state: &'static str,
    /// Whether the program made it.
    pub is_digest: bool,
    /// The day it was sent, or made.
    pub day: String,
    /// How many have it.
    pub sent: i64,
    /// How many are to get it.
    pub all: i64,
}

/// What is typed about an issue.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IssueForm {
    /// Its subject.
    pub subject: String,
    /// A sentence about it.
    pub summary: String,
    /// Its name in addresses.
    pub slug: String,
    /// Name of its topic.
    pub topic: String,
    /// Name of its audience.
    pub audience: String,
    /// What it says.
    pub markdown: String,
    /// What is wrong, a sentence.
    pub problem: Option<String>,
}

/// An issue, and what can be done with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssueView {
    /// What a list says of it.
    pub row: IssueRow,
    /// Its text.
    pub form: IssueForm,
    /// Whether its text can still be changed.
    pub is_open: bool,
    /// When it is to be sent, in words.
    pub planned: Option<String>,
    /// Name of a state, in words, how many stand there.
    pub counts: Vec<(&'static str, &'static str, i64)>,
    /// How many may have been sent more than once.
    pub uncertain: i64,
    /// What is to be said about the text: whether it must be mended, and what.
    pub findings: Vec<(bool, String)>,
    /// Where its page in the archive is, once it is there.
    pub page: Option<String>,
    /// Who would get it now.
    pub audience: i64,
    /// What was done just now, or could not be done.
    pub said: Option<String>,
}

/// Who got an issue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipients {
    /// Number of the issue.
    pub number: i64,
    /// Its subject.
    pub subject: String,
    /// What is shown: the name of a state, `doubt`, or all.
    pub shown: String,
    /// Position, address, state, tries, what the server said.
    pub rows: Vec<(i64, String, String, i64, String)>,
    /// Where the next page begins, if there is one.
    pub next: Option<i64>,
}

/// Those who get the newsletter, or did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subscribers {
    /// Subscribed, not confirmed, gone, and of the subscribed those whose mail does not arrive.
    pub counts: [i64; 4],
    /// What was searched for.
    pub query: String,
    /// Id, address, status, what they read.
    pub rows: Vec<(String, String, String, String)>,
    /// Where the next page begins, if there is one.
    pub next: Option<String>,
}

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubscriberView {
    /// Their id.
    pub id: String,
    /// Their address.
    pub email: String,
    /// Where the subscription stands, in words.
    pub status: String,
    /// What they read.
    pub wishes: String,
    /// Whether it can be ended.
    pub subscribes: bool,
    /// What they did, in order: what, the words they saw, where.
    pub consents: Vec<(String, String, String)>,
    /// Number of an issue, where it stands, the day, what the server said.
    pub issues: Vec<(i64, String, String, String)>,
}

/// Mail that was written down instead of sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outbox {
    /// Whether mail goes there, and nowhere else.
    pub is_used: bool,
    /// Name of the file, subject, to whom; the newest first.
    pub rows: Vec<(String, String, String)>,
    /// How many there are.
    pub all: usize,
}
