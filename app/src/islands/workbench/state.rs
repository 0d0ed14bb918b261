//! What the workbench knows.

use std::collections::{BTreeMap, BTreeSet};

use ::labs::engine::plot::Plot;
use ::labs::{Case, Lab, PolicyRole, Report, Starter};
use leptos::prelude::*;
use serde::Deserialize;

/// The learner's cases by scenario: the first seed's, with its charts.
pub(super) type Cases = BTreeMap<String, (Case, Vec<Plot>)>;

/// Something that went wrong, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// What happened.
    pub title: String,
    /// Details: a place, a cause, advice.
    pub lines: Vec<String>,
}

/// What the engine's worker reports.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum Message {
    /// One scenario was run with one seed.
    Case {
        /// What was measured.
        case: Case,
        /// Its charts.
        #[serde(default)]
        plots: Vec<Plot>,
    },
    /// How far the run is.
    Progress {
        /// Cases run.
        done: u32,
        /// Cases to run.
        total: u32,
    },
    /// The run is over.
    Report {
        /// The report's exact bytes.
        report: String,
    },
    /// The module logged something.
    Log {
        /// What it said.
        text: String,
    },
    /// The module stopped in one scenario; the run goes on with the next.
    Fault {
        /// What happened.
        message: String,
        /// What to do.
        #[serde(default)]
        advice: Option<String>,
        /// Where in the source.
        #[serde(default)]
        position: Option<serde_json::Value>,
    },
    /// The run could not go on.
    Error {
        /// What happened.
        message: String,
        /// What to do.
        #[serde(default)]
        advice: Option<String>,
        /// Where in the source.
        #[serde(default)]
        position: Option<serde_json::Value>,
    },
}

/// Lines below a trouble; a module that stops everywhere need not say so 24 times.
const LINES_MAX: usize = 6;

fn place(position: Option<serde_json::Value>) -> Option<String> {
    let position = position?;
    let [line, column] = ["line", "column"].map(|name| position.get(name)?.as_u64());
    Some(format!("At line {}, column {}.", line?, column?))
}

/// Every signal of the workbench.
#[derive(Clone, Copy)]
pub struct State {
    pub(super) lab: &'static Lab,
    pub(super) language: RwSignal<String>,
    pub(super) source: RwSignal<String>,
    /// Name of the module that was dropped or chosen.
    pub(super) file: RwSignal<Option<String>>,
    pub(super) mounted: RwSignal<bool>,
    pub(super) status: RwSignal<String>,
    pub(super) running: RwSignal<bool>,
    pub(super) progress: RwSignal<(u32, u32)>,
    pub(super) trouble: RwSignal<Option<Trouble>>,
    pub(super) log: RwSignal<Vec<String>>,
    pub(super) scenario: RwSignal<usize>,
    pub(super) overlays: RwSignal<BTreeSet<&'static str>>,
    pub(super) cases: RwSignal<Cases>,
    pub(super) local: RwSignal<Option<Report>>,
    pub(super) submitting: RwSignal<bool>,
    pub(super) server: RwSignal<Option<serde_json::Value>>,
}

impl State {
    pub(super) fn new(lab: &'static Lab) -> Self {
        let first = lab.files.starters.first();
        let overlays = BTreeSet::from(["you", "reference", "naive", "bound"]);
        Self {
            lab,
            language: RwSignal::new(first.map_or("wasm", |s| s.language.id).to_owned()),
            source: RwSignal::new(first.map_or("", |s| s.source).to_owned()),
            file: RwSignal::new(None),
            mounted: RwSignal::new(false),
            status: RwSignal::new("Ready. Ctrl+Enter compiles and runs.".to_owned()),
            running: RwSignal::new(false),
            progress: RwSignal::new((0, 0)),
            trouble: RwSignal::new(None),
            log: RwSignal::new(Vec::new()),
            scenario: RwSignal::new(0),
            overlays: RwSignal::new(overlays),
            cases: RwSignal::new(BTreeMap::new()),
            local: RwSignal::new(None),
            submitting: RwSignal::new(false),
            server: RwSignal::new(None),
        }
    }

    /// The starter of a language.
    pub(super) fn starter(self, language: &str) -> Option<&'static Starter> {
        self.lab
            .files
            .starters
            .iter()
            .find(|starter| starter.language.id == language)
    }

    /// The policy that plays the naive part.
    pub(super) fn naive(self) -> Option<&'static ::labs::Policy> {
        self.lab
            .policies
            .iter()
            .find(|policy| policy.role == PolicyRole::Naive)
    }

    /// Forgets the last run before the next.
    #[cfg_attr(
        not(feature = "hydrate"),
        expect(dead_code, reason = "runs start in browsers")
    )]
    pub(super) fn clear(self) {
        self.trouble.set(None);
        self.log.set(Vec::new());
        self.cases.set(BTreeMap::new());
        self.local.set(None);
        self.server.set(None);
        self.progress.set((0, 0));
    }

    /// Takes a message of the engine's worker.
    #[cfg_attr(
        not(feature = "hydrate"),
        expect(dead_code, reason = "runs start in browsers")
    )]
    pub(super) fn take(self, message: Message) {
        match message {
            Message::Case { case, plots } => self.take_case(case, plots),
            Message::Progress { done, total } => self.progress.set((done, total)),
            Message::Report { report } => self.take_report(&report),
            Message::Log { text } => self.log.update(|log| log.push(text)),
            Message::Fault {
                message,
                advice,
                position,
            } => self.trouble.set(Some(Trouble {
                title: message,
                lines: advice.into_iter().chain(place(position)).collect(),
            })),
            Message::Error {
                message,
                advice,
                position,
            } => self.fail(
                &message,
                advice.into_iter().chain(place(position)).collect(),
            ),
        }
    }

    fn take_case(self, case: Case, plots: Vec<Plot>) {
        if let Some(fault) = &case.fault {
            let spec = self.lab.spec();
            let name = spec
                .exports
                .get(fault.at.export)
                .map_or("?", |e| e.name.as_str());
            let args: Vec<String> = fault.at.args.iter().map(i64::to_string).collect();
            let line = format!(
                "Scenario {}, call {}: {name}({}). It scores 0 until the call returns.",
                case.scenario,
                fault.at.call,
                args.join(", ")
            );
            self.trouble.update(|trouble| {
                let trouble = trouble.get_or_insert_with(|| Trouble {
                    title: fault.kind.to_string(),
                    lines: Vec::new(),
                });
                if trouble.lines.len() < LINES_MAX {
                    trouble.lines.push(line);
                }
            });
        }
        self.cases.update(|cases| {
            cases.entry(case.scenario.clone()).or_insert((case, plots));
        });
    }

    fn take_report(self, report: &str) {
        match serde_json::from_str(report) {
            Ok(report) => {
                self.local.set(Some(report));
                self.status.set("Done. The report is below.".to_owned());
            }
            Err(error) => self.fail("The report cannot be read", vec![error.to_string()]),
        }
        self.running.set(false);
    }

    /// Ends a run with something to read.
    pub(super) fn fail(self, title: &str, lines: Vec<String>) {
        self.trouble.set(Some(Trouble {
            title: title.to_owned(),
            lines,
        }));
        self.status.set("Stopped. The reason is below.".to_owned());
        self.running.set(false);
        self.submitting.set(false);
    }
}
