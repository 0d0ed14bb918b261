//! What the pages on how the site is doing are made from. What is on them is in words by the time
//! it comes here, except what is drawn.

/// How a part of the site does its work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Condition {
    /// As it should.
    Works,
    /// It does, but whoever waits notices.
    Behind,
    /// Nobody who waits should go on waiting for it.
    Stuck,
}

/// A part of the site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// Its name.
    pub name: &'static str,
    /// How it does its work.
    pub condition: Condition,
    /// The same in a sentence.
    pub words: String,
    /// Where the course teaches what it is built on.
    pub lesson: Lesson,
}

/// Where something is taught: path and title.
pub type Lesson = (&'static str, &'static str);

/// Something the site promises itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Promise {
    /// The promise.
    pub words: &'static str,
    /// How it was kept within the last hour.
    pub kept: String,
    /// How fast the error budget was spent in the last five minutes and the last hour, as a
    /// multiple of what is allowed.
    pub burn: [String; 2],
    /// Whether it was spent faster than allowed within the last hour.
    pub is_overspent: bool,
}

/// `/status`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// The parts.
    pub services: Vec<Service>,
    /// The promises.
    pub promises: Vec<Promise>,
    /// When that was so, to the second.
    pub at: String,
}

/// `/admin/status`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusDesk {
    /// What everybody sees.
    pub status: Status,
    /// Answers in each of the last sixty minutes, the latest last, and how many of them were
    /// failures of the server.
    pub minutes: Vec<(u64, u64)>,
    /// Name of the kind of job; how many wait, run and were given up; how late the first is.
    pub queues: Vec<(String, [i64; 3], String)>,
    /// The processes: role, machine, version, how long they run.
    pub nodes: Vec<[String; 4]>,
    /// What protects the site.
    pub guards: Vec<Guard>,
}

/// Something that protects the site, and how it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guard {
    /// Its name.
    pub name: &'static str,
    /// Where it is taught.
    pub lesson: Lesson,
    /// What it says: name and value.
    pub facts: Vec<(&'static str, String)>,
}
