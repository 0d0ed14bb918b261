//! Numbers of the text that a run of a lab measured: `{{run "18.5 %" retry/stall/full_jitter
//! success}}`. This crate knows no lab; it is told what is measured, and compares.

mod form;

use crate::markdown::{TERM_IN_PROSE, escape, is_term};
use crate::page::{Page, suggest};
use form::Form;
use std::fmt;

/// Longest text between the braces, in bytes.
const LONGEST: usize = 200;

/// What measures: the labs, or a stand-in.
pub trait Runs: fmt::Debug + Sync {
    /// What the first published seed of the scenario gives.
    ///
    /// # Errors
    /// A name that nothing has, or a run that failed.
    fn reading(&self, run: &RunName<'_>) -> Result<Reading, Unread>;
}

/// Which number of which run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RunName<'a> {
    /// Id of the lab.
    pub lab: &'a str,
    /// Id of a published scenario.
    pub scenario: &'a str,
    /// Id of a built-in policy.
    pub policy: &'a str,
    /// Id of a metric.
    pub metric: &'a str,
}

impl fmt::Display for RunName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (lab, scenario, policy) = (self.lab, self.scenario, self.policy);
        write!(f, "{lab}/{scenario}/{policy} {}", self.metric)
    }
}

/// A metric's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// What it counts.
    pub unit: Unit,
    /// The value; `None` where nothing is run and only names are checked.
    pub value: Option<i64>,
}

/// What a metric counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Parts per million: a share or a ratio.
    Ppm,
    /// Nanoseconds.
    Ns,
    /// Things.
    Count,
}

/// Why there is no reading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unread {
    /// Nothing has the name.
    Unknown {
        /// `lab`, `scenario`, `policy` or `metric`.
        kind: &'static str,
        /// The name that nothing has.
        name: String,
        /// Names that there are.
        known: Vec<String>,
    },
    /// The run ended early.
    Failed(String),
}

/// A number as the text shows it, and the run it comes from.
pub(crate) struct Bound<'a> {
    pub shown: &'a str,
    pub name: RunName<'a>,
}

impl Bound<'_> {
    pub(crate) fn html(&self) -> String {
        let RunName {
            lab,
            scenario,
            policy,
            metric,
        } = self.name;
        let title = format!("{lab}, {scenario}, {policy}: {metric}");
        let (title, shown) = (escape(&title), escape(self.shown));
        format!("<span class=\"run\" title=\"{title}\">{shown}</span>")
    }
}

/// Where the braces that open at `at` close, after them.
pub(crate) fn end(text: &str, at: usize) -> Option<usize> {
    let inside = text.get(at + 2..)?;
    let close = inside.find("}}").filter(|close| *close <= LONGEST)?;
    Some(at + 2 + close + 2)
}

/// Reads and compares what stands between the braces, which are part of `written`.
pub(crate) fn bound<'a>(page: &Page<'_>, written: &'a str, at: usize) -> Option<Bound<'a>> {
    let Some(bound) = parse(written) else {
        if is_term(written) {
            page.problem(at, TERM_IN_PROSE);
            return None;
        }
        let message =
            "between {{ and }} stands: run \"18.5 %\" lab/scenario/policy metric, or term \"name\"";
        page.problem(at, message);
        return None;
    };
    if let Err(message) = compare(page, &bound) {
        page.problem(at, message);
    }
    Some(bound)
}

/// The same for text that is not markdown: the number takes the place of the braces.
pub(crate) fn plain(page: &Page<'_>, text: &str) -> String {
    let (mut plain, mut from) = (String::new(), 0);
    while let Some(at) = text[from..].find("{{").map(|at| from + at) {
        let Some(end) = end(text, at) else {
            page.problem(0, "nothing closes the {{ with }}");
            break;
        };
        plain.push_str(&text[from..at]);
        if let Some(bound) = bound(page, &text[at..end], 0) {
            plain.push_str(bound.shown);
        }
        from = end;
    }
    plain.push_str(&text[from..]);
    plain
}

fn parse(written: &str) -> Option<Bound<'_>> {
    let inside = written.strip_prefix("{{")?.strip_suffix("}}")?;
    let rest = inside.trim().strip_prefix("run")?.trim_start();
    let (shown, rest) = rest.strip_prefix('"')?.split_once('"')?;
    let mut words = rest.split_whitespace();
    let (run, metric) = (words.next()?, words.next()?);
    let mut parts = run.split('/');
    let name = RunName {
        lab: parts.next()?,
        scenario: parts.next()?,
        policy: parts.next()?,
        metric,
    };
    let all = words.next().is_none() && parts.next().is_none();
    all.then_some(Bound { shown, name })
}

fn compare(page: &Page<'_>, bound: &Bound<'_>) -> Result<(), String> {
    let Bound { shown, name } = bound;
    let form = Form::parse(shown).map_err(|error| format!("“{shown}”: {error}"))?;
    let Some(runs) = page.names.known.runs else {
        return Ok(());
    };
    let Reading { unit, value } = runs.reading(name).map_err(|error| unread(name, &error))?;
    let expected = |value| form.of(unit, value);
    let Some(found) = expected(value.unwrap_or(0)) else {
        return Err(format!("“{shown}”: {name} {}", form::usual(unit)));
    };
    match value {
        Some(value) if found != form.digits => {
            let engine = form.show(found);
            let raw = form::raw(unit, value);
            Err(format!("“{shown}”: {name} is {engine} ({raw})"))
        }
        _ => Ok(()),
    }
}

fn unread(run: &RunName<'_>, error: &Unread) -> String {
    match error {
        Unread::Unknown { kind, name, known } => {
            let near = suggest(name, known.iter().map(String::as_str));
            format!("{run}: no {kind} “{name}”{near}")
        }
        Unread::Failed(reason) => format!("{run}: {reason}"),
    }
}
