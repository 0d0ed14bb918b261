//! Pools: questions that ask the same idea, of which a reader meets one at a time.

use crate::Quiz;
use crate::model::{Block, Lesson, Section};
use crate::page::Page;
use std::collections::BTreeSet;

/// Whether every pool has several questions, side by side, that stand for each other.
pub(super) fn check(page: &Page<'_>, lesson: &Lesson, body: &str) {
    let ids: BTreeSet<&str> = lesson.quizzes().map(|quiz| quiz.id.as_str()).collect();
    let mut seen = BTreeSet::new();
    for group in lesson.sections.iter().flat_map(Section::groups) {
        let Some(pool) = group[0].pool() else {
            continue;
        };
        let wrong = |message: &str| {
            let at = body.find(&format!("pool = \"{pool}\"")).unwrap_or(0);
            page.problem(at, format!("the pool “{pool}” {message}"));
        };
        if !seen.insert(pool) {
            wrong("is in two places; its questions stand next to each other");
        } else if group.len() < 2 {
            wrong("has one question; write another, or leave out `pool`");
        }
        if ids.contains(pool) {
            wrong("has the name of a question");
        }
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if pool.is_empty() || !pool.chars().all(plain) {
            wrong("has a name that is not made of a–z, 0–9 and dashes");
        }
        let mut outcomes = group.iter().filter_map(quiz).map(|quiz| &quiz.covers);
        let first = outcomes.next();
        if outcomes.any(|covers| Some(covers) != first) {
            wrong("has questions that cover different outcomes");
        }
    }
}

fn quiz(block: &Block) -> Option<&Quiz> {
    match block {
        Block::Quiz(quiz) => Some(quiz),
        _ => None,
    }
}
