//! What the mail of a lesson says.

use super::{Ending, Lesson, UNANSWERED_MAX};
use crate::newsletter::audience::Audience;
use crate::newsletter::edition::{BUTTON, KEY, Part};
use crate::newsletter::wishes::Topic;

/// A lesson as an issue: subject, summary and text.
pub(super) struct Letter {
    pub(super) subject: String,
    pub(super) summary: String,
    pub(super) part: Part,
}

/// The mail of a lesson, `place` (from 0) of `lessons`; the next one comes on the day `next`.
pub(super) fn letter(
    lesson: &Lesson,
    (place, lessons): (usize, usize),
    (ending, next): (Ending, &str),
) -> Letter {
    let Lesson {
        path,
        title,
        promise,
        minutes,
        outcomes,
        opening,
    } = lesson;
    let number = place + 1;
    let outcomes: String = match outcomes.is_empty() {
        true => String::new(),
        false => {
            let lines: String = outcomes.iter().map(|one| format!("- {one}\n")).collect();
            format!("Afterwards you can:\n\n{lines}\n")
        }
    };
    let markdown = format!(
        "*Lesson {number} of {lessons}, {minutes} minutes with its questions.*\n\n**{promise}**\n\n\
         {outcomes}{opening}\n\n[Read on: the whole lesson, with its figures]({path} \
         \"{BUTTON}\")\n\n---\n\n{}",
        said(ending, next)
    );
    Letter {
        subject: format!("Lesson {number}: {title}"),
        summary: promise.clone(),
        part: Part {
            topic: Topic::Course,
            audience: Audience::Everyone,
            markdown,
        },
    }
}

fn said(ending: Ending, next: &str) -> String {
    let page = format!("/newsletter/course?key={KEY}");
    match ending {
        Ending::GoesOn => format!(
            "The next lesson comes on {next}. Are you still reading? \
             Nothing in this mail tells us; only you can. [Send me the next one]({page} \
             \"{BUTTON}\")\n\nAfter {UNANSWERED_MAX} lessons without a word the course pauses. You \
             can pause it yourself [on the same page]({page})."
        ),
        Ending::Pauses => format!(
            "With this one, {UNANSWERED_MAX} lessons have come since we last heard of you. So \
             **the course pauses here**, and no further lesson comes. Your place is kept. To go \
             on from it, now or in a year, press the button on this page: [Send me the next \
             one]({page} \"{BUTTON}\")"
        ),
        Ending::Ends => "**That was the last lesson.** You have had the whole course; thank you \
             for reading. What is next: [the labs](/labs), where you build what you read about."
            .to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(ending: Ending) -> String {
        let lesson = Lesson {
            path: "/lessons/a/b".into(),
            title: "Retries".into(),
            promise: "Retry without harm.".into(),
            minutes: 18,
            outcomes: vec!["Give a budget".into(), "Say why".into()],
            opening: "## A retry is load\n\nIt costs.".into(),
        };
        let letter = letter(&lesson, (3, 40), (ending, "Tuesday"));
        assert_eq!(letter.subject, "Lesson 4: Retries");
        letter.part.markdown
    }

    #[test]
    fn a_lesson_says_where_it_stands_how_it_begins_and_how_it_goes_on() {
        let next = format!("(/newsletter/course?key={KEY} \"{BUTTON}\")");
        let on = text(Ending::GoesOn);
        assert!(on.starts_with("*Lesson 4 of 40, 18 minutes"), "{on}");
        assert!(on.contains("comes on Tuesday."));
        assert!(on.contains("\n- Give a budget\n- Say why\n\n## A retry is load\n\nIt costs."));
        assert!(
            on.contains("(/lessons/a/b \"") && on.contains(&next),
            "{on}"
        );
        let pauses = text(Ending::Pauses);
        assert!(pauses.contains("pauses here") && pauses.contains(&next));
        let ends = text(Ending::Ends);
        assert!(ends.contains("the last lesson") && !ends.contains(&next));
    }
}
