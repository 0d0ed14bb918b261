//! What the workbench knows.

use std::collections::{BTreeMap, BTreeSet};

use ::labs::engine::plot::Plot;
use ::labs::tape::Window;
use ::labs::{Case, Report, Spec};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::info::{LabInfo, Start};

/// The learner's cases by scenario: the first seed's, with its charts.
pub(super) type Cases = BTreeMap<String, (Case, Vec<Plot>)>;

/// Changed parameters by scenario.
pub(super) type Worlds = BTreeMap<String, BTreeMap<String, i64>>;

/// `(good, bad)` by metric, by scenario and seed.
pub(super) type Ends = BTreeMap<(String, u64), BTreeMap<String, (i64, i64)>>;

/// Whose charts: a built-in policy or an attempt, in which scenario, in which world.
pub(super) type Subject = (Who, usize, String);

/// Who is compared with the learner.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Who {
    Policy(String),
    Attempt(String),
}

/// A run that was kept, or a text that something replaced.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Attempt {
    /// Given when it is kept.
    #[serde(default)]
    pub id: String,
    /// Lab id.
    pub lab: String,
    /// As the learner named it.
    pub name: String,
    /// Language id.
    pub language: String,
    /// Source; empty for a module that was dropped.
    pub source: String,
    /// Milliseconds since 1970.
    #[serde(default)]
    pub time: f64,
    /// `run`, or what replaced the text.
    pub why: String,
    /// ppm.
    pub score: Option<i64>,
    /// Digest of the report.
    pub digest: Option<String>,
    /// Changed parameters by scenario.
    pub worlds: Worlds,
}

/// What a link holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shared {
    pub(super) lab: String,
    pub(super) language: String,
    pub(super) source: String,
    pub(super) name: String,
    pub(super) worlds: Worlds,
}

/// A line of a comparison of two texts.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct DiffLine {
    pub(super) kind: String,
    pub(super) text: String,
}

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
        /// `(good, bad)` by metric.
        #[serde(default)]
        ends: BTreeMap<String, (i64, i64)>,
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
    pub(super) info: StoredValue<LabInfo>,
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
    /// Who else is drawn, beside the reference.
    pub(super) opponent: RwSignal<Option<Who>>,
    /// Charts that the worker drew.
    pub(super) known: RwSignal<BTreeMap<Subject, Vec<Plot>>>,
    /// Charts are asked for once somebody looks.
    pub(super) looking: RwSignal<bool>,
    /// Worlds that the learner changed, and those of the last run.
    pub(super) worlds: RwSignal<Worlds>,
    pub(super) ran_worlds: RwSignal<Worlds>,
    pub(super) ends: RwSignal<Ends>,
    /// The instant that all charts of time share, ns.
    pub(super) instant: RwSignal<Option<i64>>,
    pub(super) window: RwSignal<Option<Window>>,
    pub(super) attempts: RwSignal<Vec<Attempt>>,
    pub(super) shared: RwSignal<Option<Shared>>,
    pub(super) gave_up: RwSignal<bool>,
    /// The link that was made last.
    pub(super) link: RwSignal<Option<String>>,
    /// Comparisons that are shown: of attempts, and with the reference.
    pub(super) diff: RwSignal<Option<(String, Vec<DiffLine>)>>,
    pub(super) solution_diff: RwSignal<Option<Vec<DiffLine>>>,
    pub(super) cases: RwSignal<Cases>,
    pub(super) local: RwSignal<Option<Report>>,
    pub(super) submitting: RwSignal<bool>,
    pub(super) server: RwSignal<Option<serde_json::Value>>,
}

impl State {
    pub(super) fn new(info: LabInfo) -> Self {
        let first = info.starters.first().cloned();
        let (language, source) = first.map_or_else(
            || ("wasm".to_owned(), String::new()),
            |s| (s.language, s.source),
        );
        let naive = info.policies.iter().find(|p| p.naive);
        let opponent = naive.map(|p| Who::Policy(p.id.clone()));
        Self {
            info: StoredValue::new(info),
            language: RwSignal::new(language),
            source: RwSignal::new(source),
            file: RwSignal::new(None),
            mounted: RwSignal::new(false),
            status: RwSignal::new("Ready. Ctrl+Enter compiles and runs.".to_owned()),
            running: RwSignal::new(false),
            progress: RwSignal::new((0, 0)),
            trouble: RwSignal::new(None),
            log: RwSignal::new(Vec::new()),
            scenario: RwSignal::new(0),
            overlays: RwSignal::new(BTreeSet::from(["you", "reference", "bound"])),
            opponent: RwSignal::new(opponent),
            known: RwSignal::new(BTreeMap::new()),
            looking: RwSignal::new(false),
            worlds: RwSignal::new(Worlds::new()),
            ran_worlds: RwSignal::new(Worlds::new()),
            ends: RwSignal::new(Ends::new()),
            instant: RwSignal::new(None),
            window: RwSignal::new(None),
            attempts: RwSignal::new(Vec::new()),
            shared: RwSignal::new(None),
            gave_up: RwSignal::new(false),
            link: RwSignal::new(None),
            diff: RwSignal::new(None),
            solution_diff: RwSignal::new(None),
            cases: RwSignal::new(BTreeMap::new()),
            local: RwSignal::new(None),
            submitting: RwSignal::new(false),
            server: RwSignal::new(None),
        }
    }

    /// Lab id.
    #[cfg_attr(
        not(feature = "hydrate"),
        expect(dead_code, reason = "runs start in browsers")
    )]
    pub(super) fn lab(self) -> String {
        self.info.with_value(|info| info.id.clone())
    }

    /// Reads the lab's rules.
    pub(super) fn spec<T>(self, read: impl FnOnce(&Spec) -> T) -> T {
        self.info.with_value(|info| read(&info.spec))
    }

    /// The starter of a language.
    pub(super) fn starter(self, language: &str) -> Option<Start> {
        self.info.with_value(|info| info.starter(language))
    }

    /// The reference policy's id.
    pub(super) fn reference(self) -> String {
        self.info.with_value(|info| {
            let found = info.policies.iter().find(|p| p.reference);
            found.map_or_else(String::new, |p| p.id.clone())
        })
    }

    /// The scenario that is shown: its position among all, and its id.
    pub(super) fn shown(self) -> (usize, String) {
        let at = self.scenario.get();
        self.spec(|spec| {
            let found = spec.public().nth(at);
            found.map_or_else(|| (0, String::new()), |(i, s)| (i, s.id.clone()))
        })
    }

    /// The changed parameters of a scenario as JSON; empty for the published world.
    pub(super) fn world_json(self, scenario: &str) -> String {
        self.worlds.with(|worlds| {
            let changed = worlds.get(scenario).filter(|world| !world.is_empty());
            changed.map_or_else(String::new, |world| {
                serde_json::to_string(world).unwrap_or_default()
            })
        })
    }

    /// Whether the last run was of a changed world, so that it does not count.
    pub(super) fn is_what_if(self) -> bool {
        self.ran_worlds.with(|worlds| !worlds.is_empty())
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
        self.ends.set(Ends::new());
        self.window.set(None);
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
            Message::Case { case, plots, ends } => {
                self.ends.update(|all| {
                    all.insert((case.scenario.clone(), case.seed), ends);
                });
                self.take_case(case, plots);
            }
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
            let name = self.spec(|spec| {
                let export = spec.exports.get(fault.at.export);
                export.map_or_else(|| "?".to_owned(), |e| e.name.clone())
            });
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
