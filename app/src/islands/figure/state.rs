//! What the figure of a lab's world knows: its setting, and the trials that the engine has run.

use std::collections::BTreeMap;

use ::labs::engine::plot::Plot;
use ::labs::trial::Trial;
use leptos::prelude::*;
use serde_json::json;

use super::engine;
use super::player::Player;
use crate::components::chart::ends_ns;
use crate::figures::setting::{LabRunInfo, Metrics};

/// Trials that are remembered; then all are forgotten, and run again when they are needed.
const REMEMBERED: usize = 64;

/// Changed parameters.
type World = BTreeMap<String, i64>;

/// What a reader has set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Setting {
    pub policy: String,
    pub against: Option<String>,
    /// Value of every slider.
    pub values: BTreeMap<String, i64>,
}

/// What a policy reached, and in which world.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    pub metrics: Metrics,
    pub world: World,
}

/// Every signal of the figure.
#[derive(Clone, Copy)]
pub(super) struct State {
    pub info: StoredValue<LabRunInfo>,
    module: StoredValue<String>,
    pub setting: RwSignal<Setting>,
    /// Somebody looks closer: the engine may be loaded.
    pub touched: RwSignal<bool>,
    known: RwSignal<BTreeMap<String, Trial>>,
    pub rows: RwSignal<BTreeMap<String, Row>>,
    /// What the engine drew last.
    pub plot: RwSignal<Option<Plot>>,
    pub problem: RwSignal<Option<String>>,
    pub player: Player,
    timer: StoredValue<Option<TimeoutHandle>>,
}

impl Setting {
    /// How the lesson sets the figure.
    pub fn start(info: &LabRunInfo) -> Self {
        let values = info.sliders.iter().map(|s| (s.name.clone(), s.start));
        Self {
            policy: info.policy.clone(),
            against: info.against.clone(),
            values: values.collect(),
        }
    }

    /// The parameters that differ from the published world.
    pub fn world(&self, info: &LabRunInfo) -> World {
        let changed = info.sliders.iter().filter_map(|slider| {
            let value = *self.values.get(&slider.name)?;
            (value != slider.published).then(|| (slider.name.clone(), value))
        });
        changed.collect()
    }

    /// Sets a slider.
    pub fn set(&mut self, name: &str, value: i64) {
        self.values.insert(name.to_owned(), value);
    }

    fn take(&mut self, info: &LabRunInfo, name: &str, value: &str) {
        match name {
            "policy" if info.policy(value).is_some() => self.policy = value.to_owned(),
            "against" => self.against = info.policy(value).map(|policy| policy.id.clone()),
            _ => {
                let slider = info.sliders.iter().find(|s| s.name == name);
                if let (Some(slider), Ok(value)) = (slider, value.parse::<i64>()) {
                    self.set(name, value.clamp(slider.least, slider.most));
                }
            }
        }
    }

    fn pairs(&self) -> Vec<(String, String)> {
        let against = self.against.clone().unwrap_or_else(|| "none".to_owned());
        let names = [("policy", self.policy.clone()), ("against", against)];
        let names = names.map(|(name, value)| (name.to_owned(), value));
        let values = self.values.iter();
        let values = values.map(|(name, value)| (name.clone(), value.to_string()));
        names.into_iter().chain(values).collect()
    }
}

impl State {
    pub fn new(info: LabRunInfo, module: String) -> Self {
        let setting = Setting::start(&info);
        let world = setting.world(&info);
        let row = |(policy, metrics): (&String, &Metrics)| {
            let (metrics, world) = (metrics.clone(), world.clone());
            (policy.clone(), Row { metrics, world })
        };
        let rows = info.start.iter().map(row).collect();
        Self {
            player: Player::new(info.ends),
            info: StoredValue::new(info),
            module: StoredValue::new(module),
            setting: RwSignal::new(setting),
            touched: RwSignal::new(false),
            known: RwSignal::new(BTreeMap::new()),
            rows: RwSignal::new(rows),
            plot: RwSignal::new(None),
            problem: RwSignal::new(None),
            timer: StoredValue::new(None),
        }
    }

    /// Somebody looks closer.
    pub fn touch(self) {
        if !self.touched.get_untracked() {
            self.touched.set(true);
        }
    }

    /// Changes the setting.
    pub fn change(self, change: impl FnOnce(&mut Setting)) {
        self.touch();
        self.problem.set(None);
        self.setting.update(change);
    }

    /// Back to how the lesson sets it.
    pub fn reset(self) {
        let start = self.info.with_value(Setting::start);
        self.player.stop();
        self.player.at.set(None);
        self.change(|setting| *setting = start);
    }

    /// Whether the figure stands as the lesson sets it.
    pub fn is_at_start(self) -> bool {
        let setting = self.setting.get();
        self.player.at.get().is_none() && self.info.with_value(|i| setting == Setting::start(i))
    }

    /// Whether a policy's row is of another world than the one that is set.
    pub fn is_stale(self, policy: &str) -> bool {
        let world = self
            .setting
            .with(|s| self.info.with_value(|info| s.world(info)));
        self.rows
            .with(|rows| rows.get(policy).is_none_or(|row| row.world != world))
    }

    /// Reads the address once, then keeps it; asks the engine whenever the setting changes.
    pub fn follow(self) {
        let key = self.info.with_value(|info| info.key.clone());
        let own = key.clone();
        Effect::new(move |seen: Option<()>| {
            if seen.is_none() {
                self.read(&own);
                return;
            }
            let mut pairs = self.setting.with(Setting::pairs);
            if let Some(at) = self.player.resting() {
                pairs.push(("t".to_owned(), (at / 1_000_000).to_string()));
            }
            let kept = if self.is_at_start() {
                Vec::new()
            } else {
                pairs
            };
            engine::keep(&own, kept);
        });
        Effect::new(move |_| {
            self.setting.track();
            if self.touched.get() {
                self.settle();
                engine::later(self.timer, move || self.ask());
            }
        });
        let ids = ["still", "live"].map(|name| format!("{key}-{name}"));
        self.player.reveal(ids, move || self.plot.track());
    }

    fn read(self, key: &str) {
        let pairs = engine::pairs(key);
        // What is read here is kept from the next change on.
        let (now, at) = (self.setting.get(), self.player.resting());
        self.is_at_start();
        if pairs.is_empty() {
            return;
        }
        let mut setting = now;
        let mut instant = at;
        self.info.with_value(|info| {
            for (name, value) in &pairs {
                if name == "t" {
                    instant = value
                        .parse::<i64>()
                        .ok()
                        .map(|ms| ms.saturating_mul(1_000_000));
                } else {
                    setting.take(info, name, value);
                }
            }
        });
        self.change(|old| *old = setting);
        self.player.at.set(instant);
    }

    /// The question to the engine for a policy in the world that is set.
    fn question(self, setting: &Setting, policy: &str) -> String {
        self.info.with_value(|info| {
            json!({
                "lab": info.lab, "scenario": info.scenario, "plot": info.plot,
                "policy": policy, "world": setting.world(info),
            })
            .to_string()
        })
    }

    /// Whose trials are wanted: first those that are drawn.
    fn wanted(self, setting: &Setting) -> Vec<String> {
        let drawn = std::iter::once(setting.policy.clone()).chain(setting.against.clone());
        let mut wanted: Vec<String> = drawn.collect();
        self.info.with_value(|info| {
            for policy in &info.policies {
                if !wanted.contains(&policy.id) {
                    wanted.push(policy.id.clone());
                }
            }
        });
        wanted
    }

    fn ask(self) {
        let setting = self.setting.get_untracked();
        let wanted = self.wanted(&setting).into_iter();
        let mut questions: Vec<String> = wanted.map(|p| self.question(&setting, &p)).collect();
        self.known
            .with_untracked(|known| questions.retain(|question| !known.contains_key(question)));
        let key = self.info.with_value(|info| info.key.clone());
        let module = self.module.get_value();
        engine::ask(&module, &key, "trial", questions, move |question, found| {
            self.take(question, found);
        });
    }

    fn take(self, question: String, found: Result<String, String>) {
        let trial = found.and_then(|text| {
            serde_json::from_str::<Trial>(&text).map_err(|error| error.to_string())
        });
        match trial {
            Ok(trial) => {
                self.known.update(|known| {
                    if known.len() >= REMEMBERED {
                        known.clear();
                    }
                    known.insert(question, trial);
                });
                self.settle();
            }
            Err(trouble) => self.problem.set(Some(trouble)),
        }
    }

    /// Shows what is known of the setting.
    fn settle(self) {
        let setting = self.setting.get_untracked();
        let world = self.info.with_value(|info| setting.world(info));
        let of = |policy: &String| {
            let question = self.question(&setting, policy);
            self.known
                .with_untracked(|known| known.get(&question).cloned())
        };
        for policy in self.wanted(&setting) {
            if let Some(Trial { metrics, .. }) = of(&policy) {
                let world = world.clone();
                self.rows
                    .update(|rows| drop(rows.insert(policy, Row { metrics, world })));
            }
        }
        let other = setting.against.as_ref().map(of);
        let (Some(own), false) = (of(&setting.policy), matches!(other, Some(None))) else {
            return;
        };
        let other = other.flatten();
        let against = setting.against.as_deref().zip(other.as_ref());
        let drawn = self
            .info
            .with_value(|info| info.overlay((&setting.policy, &own), against));
        self.player.ends.set(drawn.as_ref().and_then(ends_ns));
        self.plot.set(drawn);
    }
}
