//! Questions and what answers them.

use super::Html;
use serde::{Deserialize, Serialize};

/// A question.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Quiz {
    /// Unique in its lesson.
    pub id: String,
    /// The pool it belongs to: its neighbours of the same pool ask the same with other numbers or
    /// in other situations, and a reader meets one of them at a time.
    pub pool: Option<String>,
    /// Numbers of the outcomes it tests, from 1.
    pub covers: Vec<usize>,
    /// Whether it is an estimation drill, where a unit and a rough number count.
    pub drill: bool,
    /// The question.
    pub prompt: Html,
    /// What answers it.
    pub answer: Answer,
    /// The reasoning, shown after any answer.
    pub explanation: Html,
}

/// What a question expects.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Answer {
    /// Exactly one of the choices.
    Single {
        /// The choices, in the order to show.
        options: Vec<Choice>,
    },
    /// Every right choice and no other.
    Multiple {
        /// The choices, in the order to show.
        options: Vec<Choice>,
    },
    /// A number.
    Numeric {
        /// The right number.
        value: f64,
        /// Its unit, shown beside the field; empty for a bare number.
        unit: String,
        /// How far off is still right, in the same unit.
        tolerance: f64,
        /// Numbers that show a known misconception.
        mistakes: Vec<Mistake>,
    },
    /// Steps to be put in order.
    Ordering {
        /// The steps in the right order.
        steps: Vec<Step>,
        /// Indices of `steps` in the order to show at first; never the right one.
        shown: Vec<usize>,
    },
}

impl Answer {
    /// Whether a number answers a numeric question.
    pub fn accepts(&self, number: f64) -> bool {
        match self {
            Self::Numeric {
                value, tolerance, ..
            } => (number - value).abs() <= *tolerance,
            _ => false,
        }
    }
}

/// A choice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// What it says.
    pub text: Html,
    /// Whether it is right.
    pub right: bool,
    /// Why it is right, or which misconception it shows.
    pub why: Html,
}

/// A wrong number and what leads to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Mistake {
    /// The wrong number.
    pub value: f64,
    /// Which misconception it shows.
    pub why: Html,
}

/// One step of an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// What happens.
    pub text: Html,
    /// Why it belongs there.
    pub why: Html,
}
