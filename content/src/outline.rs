//! `course.toml`: the outline as an author writes it, and the course it becomes.

use crate::markdown::inline;
use crate::model::{
    Area, Course, LabRef, Question, Scenario, Tool, ToolGroup, Topic, Track, TradeoffGroup,
};
use crate::page::{Names, Page, suggest};
use serde::Deserialize;
use std::collections::BTreeSet;

/// The file's name in the content folder.
pub(crate) const FILE: &str = "course.toml";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Outline {
    title: String,
    promise: String,
    pub labs: Vec<RawLab>,
    pub areas: Vec<RawArea>,
    tradeoffs: Vec<RawGroup>,
    scenarios: Vec<RawScenario>,
    tools: Vec<RawTools>,
    tracks: Vec<Track>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawLab {
    pub id: String,
    pub title: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawArea {
    pub slug: String,
    title: String,
    tagline: String,
    about: String,
    pub topics: Vec<RawTopic>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawTopic {
    pub slug: String,
    title: String,
    summary: String,
    promise: String,
    #[serde(default)]
    needs: Vec<String>,
    outcomes: Vec<String>,
    quantity: String,
    reading: Vec<String>,
    #[serde(default)]
    labs: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawGroup {
    slug: String,
    title: String,
    about: String,
    questions: Vec<RawQuestion>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawQuestion {
    slug: String,
    title: String,
    about: String,
    topics: Vec<String>,
    #[serde(default)]
    labs: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawScenario {
    slug: String,
    title: String,
    users: String,
    about: String,
    decisions: Vec<RawQuestion>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawTools {
    slug: String,
    title: String,
    tools: Vec<Tool>,
}

/// Turns the outline into the course, with every problem at the line that names its owner.
pub(crate) struct Builder<'a> {
    pub names: &'a Names<'a>,
    pub page: &'a Page<'a>,
    pub text: &'a str,
    /// Slugs of topics that have a lesson file.
    pub written: &'a BTreeSet<String>,
}

impl Builder<'_> {
    pub(crate) fn course(&self, outline: Outline) -> Course {
        Course {
            title: outline.title,
            promise: outline.promise,
            areas: outline
                .areas
                .into_iter()
                .map(|area| self.area(area))
                .collect(),
            tradeoffs: outline
                .tradeoffs
                .into_iter()
                .map(|raw| self.group(raw))
                .collect(),
            scenarios: outline
                .scenarios
                .into_iter()
                .map(|raw| self.scenario(raw))
                .collect(),
            tools: outline
                .tools
                .into_iter()
                .map(|raw| self.tools(raw))
                .collect(),
            tracks: outline
                .tracks
                .into_iter()
                .map(|raw| self.track(raw))
                .collect(),
        }
    }

    fn area(&self, raw: RawArea) -> Area {
        let at = offset(self.text, &raw.slug);
        let area = raw.slug.clone();
        let topics = raw.topics.into_iter().map(|topic| self.topic(&area, topic));
        Area {
            topics: topics.collect(),
            about: inline(&self.page.pinned(at), &raw.about),
            slug: raw.slug,
            title: raw.title,
            tagline: raw.tagline,
        }
    }

    fn topic(&self, area: &str, raw: RawTopic) -> Topic {
        let at = offset(self.text, &raw.slug);
        self.topics_exist(&raw.needs, at);
        let length = raw.promise.chars().count();
        if length == 0 || length > 120 {
            let message = format!(
                "“{}”: the promise has {length} of 1–120 characters",
                raw.slug
            );
            self.page.problem(at, message);
        }
        let outcomes = raw.outcomes.len();
        if !(4..=6).contains(&outcomes) {
            let message = format!("“{}” has {outcomes} outcomes, not 4 to 6", raw.slug);
            self.page.problem(at, message);
        }
        if raw.reading.is_empty() {
            self.page
                .problem(at, format!("“{}” has nothing to read", raw.slug));
        }
        Topic {
            area: area.to_owned(),
            quantity: inline(&self.page.pinned(at), &raw.quantity),
            labs: self.labs(&raw.labs, at),
            written: self.written.contains(&raw.slug),
            slug: raw.slug,
            title: raw.title,
            summary: raw.summary,
            promise: raw.promise,
            needs: raw.needs,
            outcomes: raw.outcomes,
            reading: raw.reading,
        }
    }

    fn group(&self, raw: RawGroup) -> TradeoffGroup {
        let at = offset(self.text, &raw.slug);
        TradeoffGroup {
            about: inline(&self.page.pinned(at), &raw.about),
            slug: raw.slug,
            title: raw.title,
            questions: raw
                .questions
                .into_iter()
                .map(|q| self.question(q))
                .collect(),
        }
    }

    fn question(&self, raw: RawQuestion) -> Question {
        let at = offset(self.text, &raw.slug);
        self.topics_exist(&raw.topics, at);
        Question {
            about: inline(&self.page.pinned(at), &raw.about),
            labs: self.labs(&raw.labs, at),
            slug: raw.slug,
            title: raw.title,
            topics: raw.topics,
        }
    }

    fn scenario(&self, raw: RawScenario) -> Scenario {
        let at = offset(self.text, &raw.slug);
        Scenario {
            about: inline(&self.page.pinned(at), &raw.about),
            slug: raw.slug,
            title: raw.title,
            users: raw.users,
            decisions: raw
                .decisions
                .into_iter()
                .map(|q| self.question(q))
                .collect(),
        }
    }

    fn tools(&self, raw: RawTools) -> ToolGroup {
        for tool in &raw.tools {
            self.topics_exist(&tool.topics, offset(self.text, &tool.slug));
        }
        ToolGroup {
            slug: raw.slug,
            title: raw.title,
            tools: raw.tools,
        }
    }

    fn track(&self, track: Track) -> Track {
        self.topics_exist(&track.topics, offset(self.text, &track.slug));
        track
    }

    fn topics_exist(&self, slugs: &[String], at: usize) {
        for slug in slugs {
            if !self.names.topics.contains_key(slug) {
                let near = suggest(slug, self.names.topics.keys().map(String::as_str));
                self.page.problem(at, format!("no topic “{slug}”{near}"));
            }
        }
    }

    fn labs(&self, ids: &[String], at: usize) -> Vec<LabRef> {
        let labs = ids.iter().filter_map(|id| {
            let lab = self.names.lab(id);
            if lab.is_none() {
                let near = suggest(id, self.names.labs.keys().map(String::as_str));
                self.page
                    .problem(at, format!("no lab “{id}” in [[labs]]{near}"));
            }
            lab
        });
        labs.collect()
    }
}

/// Where a slug is given; the start of the file if it is written in an unusual way.
pub(crate) fn offset(text: &str, slug: &str) -> usize {
    let line = format!("slug = \"{slug}\"");
    text.find(&line).unwrap_or(0)
}
