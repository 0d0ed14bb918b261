//! `sequenceDiagram`: participants, messages in time, notes.

use super::{Slip, text};
use crate::page::suggest;

/// Widest text of a message or note before it is broken.
const TEXT_WIDTH: f64 = 230.0;
/// Widest name of a participant before it is broken.
const NAME_WIDTH: f64 = 130.0;

/// How messages are written; longer arrows first.
const ARROWS: [(&str, Kind); 3] = [
    ("-->>", Kind::Reply),
    ("->>", Kind::Call),
    ("-x", Kind::Lost),
];

#[derive(Debug, Default)]
pub(super) struct Sequence {
    pub participants: Vec<Participant>,
    pub steps: Vec<Step>,
}

#[derive(Debug)]
pub(super) struct Participant {
    pub id: String,
    pub lines: Vec<String>,
}

#[derive(Debug)]
pub(super) enum Step {
    Message {
        from: usize,
        to: usize,
        kind: Kind,
        lines: Vec<String>,
    },
    Note {
        first: usize,
        last: usize,
        lines: Vec<String>,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Call,
    Reply,
    /// It never arrives.
    Lost,
}

pub(super) fn parse(lines: &[(usize, &str)]) -> Result<Sequence, Slip> {
    let mut sequence = Sequence::default();
    for (at, line) in lines {
        sequence.statement(line).map_err(|message| (*at, message))?;
    }
    Ok(sequence)
}

impl Sequence {
    fn statement(&mut self, line: &str) -> Result<(), String> {
        if let Some(rest) = line.strip_prefix("participant ") {
            return self.participant(rest);
        }
        let step = match line.strip_prefix("Note over ") {
            Some(rest) => self.note(rest)?,
            None => self.message(line)?,
        };
        self.steps.push(step);
        Ok(())
    }

    fn participant(&mut self, text: &str) -> Result<(), String> {
        let (id, label) = text.split_once(" as ").unwrap_or((text, text));
        let id = id.trim();
        let plain = |c: char| c.is_alphanumeric() || c == '_';
        if id.is_empty() || !id.chars().all(plain) {
            return Err("a participant is declared by: participant id as Label".to_owned());
        }
        if self.participants.iter().any(|known| known.id == id) {
            return Err(format!("the participant “{id}” is declared twice"));
        }
        self.participants.push(Participant {
            id: id.to_owned(),
            lines: text::wrapped(label.trim(), NAME_WIDTH),
        });
        Ok(())
    }

    /// `a, b: text` after `Note over`.
    fn note(&self, text: &str) -> Result<Step, String> {
        let Some((over, said)) = text.split_once(':') else {
            return Err("a note is Note over a,b: text".to_owned());
        };
        let (first, last) = over.split_once(',').unwrap_or((over, over));
        let (first, last) = (self.index(first)?, self.index(last)?);
        Ok(Step::Note {
            first: first.min(last),
            last: first.max(last),
            lines: text::wrapped(said, TEXT_WIDTH),
        })
    }

    /// `a->>b: text`
    fn message(&self, line: &str) -> Result<Step, String> {
        let (ends, said) = line.split_once(':').unwrap_or((line, ""));
        let arrow = ARROWS.iter().find_map(|(arrow, kind)| {
            let (from, to) = ends.split_once(arrow)?;
            Some((from, to, *kind))
        });
        let Some((from, to, kind)) = arrow else {
            let forms = "a->>b: text, a-->>b: text or a-xb: text";
            return Err(format!("a message is {forms}, not “{line}”"));
        };
        Ok(Step::Message {
            from: self.index(from)?,
            to: self.index(to)?,
            kind,
            lines: text::wrapped(said, TEXT_WIDTH),
        })
    }

    fn index(&self, id: &str) -> Result<usize, String> {
        let id = id.trim();
        let known = self.participants.iter();
        known
            .clone()
            .position(|known| known.id == id)
            .ok_or_else(|| {
                let near = suggest(id, known.map(|known| known.id.as_str()));
                format!("no participant “{id}” is declared{near}")
            })
    }

    /// The sequence in words.
    pub(super) fn words(&self) -> String {
        let name = |index: usize| self.participants[index].lines.join(" ");
        let steps = self.steps.iter().map(|step| match step {
            Step::Message {
                from,
                to,
                kind,
                lines,
            } => {
                let lost = if *kind == Kind::Lost { ", lost" } else { "" };
                let said = lines.join(" ");
                format!("{} → {}: {said}{lost}", name(*from), name(*to))
            }
            Step::Note { lines, .. } => lines.join(" "),
        });
        steps.collect::<Vec<_>>().join("; ")
    }
}
