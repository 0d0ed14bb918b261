//! The outline: what the course teaches, in order.

use super::Html;
use serde::{Deserialize, Serialize};

/// The whole outline: what the course teaches, in order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Course {
    /// "System Design & Scaling".
    pub title: String,
    /// What a learner can do afterwards, in one sentence.
    pub promise: String,
    /// The seven areas, in reading order.
    pub areas: Vec<Area>,
    /// Groups of questions with no single right answer.
    pub tradeoffs: Vec<TradeoffGroup>,
    /// Case files that follow one company as it grows.
    pub scenarios: Vec<Scenario>,
    /// Groups of tools and what they are for.
    pub tools: Vec<ToolGroup>,
    /// Suggested ways through the course.
    pub tracks: Vec<Track>,
}

/// One of the seven areas.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Area {
    /// Its folder and its part of the address: `distributed-systems`.
    pub slug: String,
    /// Its name.
    pub title: String,
    /// One line under the name.
    pub tagline: String,
    /// One paragraph: what the area teaches.
    pub about: Html,
    /// Its topics, in reading order.
    pub topics: Vec<Topic>,
}

/// One topic of an area: a line of the syllabus, whether or not its lesson is written.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Topic {
    /// Unique in the whole course: `api-gateway`.
    pub slug: String,
    /// Slug of the area it belongs to.
    pub area: String,
    /// Its name.
    pub title: String,
    /// What it covers, in one line.
    pub summary: String,
    /// What the learner gains, in at most 120 characters.
    pub promise: String,
    /// Slugs of topics that help to have read first.
    pub needs: Vec<String>,
    /// What the learner can do afterwards, as text.
    pub outcomes: Vec<String>,
    /// The one quantity worth carrying away, worked.
    pub quantity: Html,
    /// What to read, in order.
    pub reading: Vec<String>,
    /// Labs that exercise it.
    pub labs: Vec<LabRef>,
    /// Whether [`Library::lesson`](crate::Library::lesson) has its lesson.
    pub written: bool,
}

/// A lab named by the curriculum.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabRef {
    /// The lab's id: `rate_limiter`.
    pub id: String,
    /// Its name, as the curriculum gives it.
    pub title: String,
    /// Whether the lab can be opened; only then may a page link it.
    pub open: bool,
}

/// A group of three trade-off questions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TradeoffGroup {
    /// Part of the address: `consistency-availability`.
    pub slug: String,
    /// "Consistency vs Availability".
    pub title: String,
    /// Why the two pull against each other.
    pub about: Html,
    /// The questions.
    pub questions: Vec<Question>,
}

/// A trade-off to decide, or a decision of a scenario.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// Unique in its group.
    pub slug: String,
    /// The question as the outline asks it.
    pub title: String,
    /// What is at stake, with the number that decides it.
    pub about: Html,
    /// Slugs of the topics that prepare for it.
    pub topics: Vec<String>,
    /// Labs where it can be felt.
    pub labs: Vec<LabRef>,
}

/// One stage of growth, played as decisions with consequences.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scenario {
    /// Part of the address: `startup`.
    pub slug: String,
    /// "Startup to Scale-up".
    pub title: String,
    /// "1K → 100K users".
    pub users: String,
    /// The first estimate: requests per second at the end of the stage.
    pub about: Html,
    /// The decisions.
    pub decisions: Vec<Question>,
}

/// A group of four tools.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToolGroup {
    /// Part of the address: `infrastructure`.
    pub slug: String,
    /// "Infrastructure & Deployment".
    pub title: String,
    /// The tools.
    pub tools: Vec<Tool>,
}

/// A tool, and the honest word about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tool {
    /// Unique in the course: `kubernetes`.
    pub slug: String,
    /// Its name.
    pub title: String,
    /// What it is for, in one line.
    pub summary: String,
    /// How this product uses it, or what a learner does with it here.
    pub hands_on: String,
    /// What to know before choosing it.
    pub caution: String,
    /// Slugs of the topics that teach the idea behind it.
    pub topics: Vec<String>,
}

/// A way through the course for someone with one aim.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Track {
    /// Part of the address: `first-week`.
    pub slug: String,
    /// Its name.
    pub title: String,
    /// Whom it is for.
    pub about: String,
    /// Slugs of topics, in order.
    pub topics: Vec<String>,
}
