//! Fenced blocks that become components: figures, questions, labs, lines of code and diagrams.
//! Inside is TOML, but for diagrams, so that an author's slip is an error with a line and never
//! half a question.

use crate::diagram::diagram;
use crate::highlight;
use crate::markdown::inline;
use crate::model::{
    Answer, Block, Choice, Code, Figure, LabLink, Mistake, Quiz, Step, Table, Value,
};
use crate::page::{Page, suggest};
use crate::runs::plain;
use crate::source::is_plain;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;

/// Whether a fence with this info string is one of ours.
pub(crate) fn is_ours(info: &str) -> bool {
    matches!(
        info.trim(),
        "figure" | "quiz" | "lab" | "code-from" | "diagram"
    )
}

/// The block that a fence stands for; `at` is where it starts.
pub(crate) fn block(page: &Page<'_>, info: &str, text: &str, at: usize) -> Option<Block> {
    let here = page.pinned(at);
    match info.trim() {
        "figure" => Some(Block::Figure(figure(&here, read(&here, text)?))),
        "diagram" => diagram(page, text, at).map(Block::Diagram),
        "quiz" => quiz(&here, read(&here, text)?).map(Block::Quiz),
        "lab" => {
            let lab: LabFence = read(&here, text)?;
            let id = here
                .open_lab(&lab.id)
                .map_err(|error| here.problem(0, error));
            let text = inline(&here, &lab.text);
            Some(Block::Lab(LabLink { id: id.ok()?, text }))
        }
        _ => code(&here, read(&here, text)?).map(Block::Code),
    }
}

fn read<T: DeserializeOwned>(page: &Page<'_>, text: &str) -> Option<T> {
    toml::from_str(text)
        .map_err(|error| {
            let before = error
                .span()
                .map_or("", |span| text.get(..span.start).unwrap_or(""));
            let line = before.matches('\n').count() + 1;
            page.problem(0, format!("line {line} of the block: {}", error.message()));
        })
        .ok()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LabFence {
    id: String,
    text: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FigureFence {
    id: String,
    title: String,
    model: String,
    alt: String,
    #[serde(default)]
    params: BTreeMap<String, Value>,
    table: Option<Table>,
}

fn figure(page: &Page<'_>, fence: FigureFence) -> Figure {
    let figures = page.names.known.figures;
    if !figures.contains(&fence.id.as_str()) {
        let near = suggest(&fence.id, figures.iter().copied());
        page.problem(0, format!("no figure “{}”{near}", fence.id));
    }
    let slips = page
        .names
        .known
        .params
        .map(|check| check(&fence.id, &fence.params));
    for slip in slips.unwrap_or_default() {
        let near = suggest(&slip.name, slip.known.iter().map(String::as_str));
        page.problem(0, format!("figure “{}”: {}{near}", fence.id, slip.message));
    }
    if fence.alt.trim().is_empty() {
        page.problem(0, "the figure needs a text alternative in `alt`");
    }
    if let Some(table) = &fence.table
        && table.rows.iter().any(|row| row.len() != table.head.len())
    {
        page.problem(
            0,
            "every row of the figure's table has as many cells as `head`",
        );
    }
    Figure {
        id: fence.id,
        title: plain(page, &fence.title),
        model: inline(page, &fence.model),
        alt: plain(page, &fence.alt),
        params: fence.params,
        table: fence.table.map(|table| numbers(page, table)),
    }
}

/// The table with the numbers that its cells take from runs.
fn numbers(page: &Page<'_>, mut table: Table) -> Table {
    for cell in table.rows.iter_mut().flatten() {
        *cell = plain(page, cell);
    }
    table
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CodeFence {
    path: String,
    range: String,
    caption: String,
}

/// Lines between `// lesson: <range>` and `// lesson: end`, whatever the comment looks like.
fn code(page: &Page<'_>, fence: CodeFence) -> Option<Code> {
    let CodeFence {
        path,
        range,
        caption,
    } = fence;
    let bytes = Some(&path).filter(|path| is_plain(path));
    let Some(bytes) = bytes.and_then(|path| page.names.source.code(path)) else {
        page.problem(0, format!("no file “{path}” in the repository"));
        return None;
    };
    let text = String::from_utf8_lossy(&bytes);
    let lines: Vec<&str> = text.lines().collect();
    let after = |name: &str, from: usize| {
        let mut rest = lines.iter().enumerate().skip(from);
        rest.find(|(_, line)| marker(line) == Some(name))
            .map(|(i, _)| i)
    };
    let Some(start) = after(&range, 0) else {
        let marks = lines.iter().filter_map(|line| marker(line));
        let near = suggest(&range, marks.filter(|mark| *mark != "end"));
        page.problem(0, format!("{path} has no comment “lesson: {range}”{near}"));
        return None;
    };
    let Some(end) = after("end", start) else {
        page.problem(
            0,
            format!("“lesson: {range}” in {path} has no “lesson: end”"),
        );
        return None;
    };
    let text = dedent(&lines[start + 1..end]);
    if text.trim().is_empty() {
        page.problem(0, format!("“lesson: {range}” in {path} is empty"));
    }
    let language = highlight::language_of(&path);
    Some(Code {
        first_line: u32::try_from(start + 2).unwrap_or(u32::MAX),
        last_line: u32::try_from(end).unwrap_or(u32::MAX),
        language: language.to_owned(),
        caption: inline(page, &caption),
        html: crate::model::Html::trusted(highlight::html(&text, language)),
        text,
        path,
    })
}

fn marker(line: &str) -> Option<&str> {
    let comment = line.trim().trim_start_matches(['/', '#', '-', '*', ';']);
    let name = comment.trim_start().strip_prefix("lesson:")?.trim();
    // Without a comment sign it is code.
    (line.trim() != comment).then_some(name)
}

fn dedent(lines: &[&str]) -> String {
    let indent = |line: &&str| line.len() - line.trim_start_matches(' ').len();
    let full = lines.iter().filter(|line| !line.trim().is_empty());
    let common = full.map(indent).min().unwrap_or(0);
    let cut = lines.iter().map(|line| line.get(common..).unwrap_or(""));
    let mut text = cut.collect::<Vec<_>>().join("\n");
    text.push('\n');
    text
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct QuizFence {
    id: String,
    pool: Option<String>,
    kind: String,
    covers: Vec<usize>,
    prompt: String,
    explanation: String,
    #[serde(default)]
    drill: bool,
    #[serde(default)]
    options: Vec<OptionFence>,
    #[serde(default)]
    steps: Vec<StepFence>,
    answer: Option<f64>,
    #[serde(default)]
    unit: String,
    #[serde(default)]
    tolerance: f64,
    #[serde(default)]
    mistakes: Vec<MistakeFence>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OptionFence {
    text: String,
    #[serde(default)]
    right: bool,
    why: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StepFence {
    text: String,
    why: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MistakeFence {
    value: f64,
    why: String,
}

fn quiz(page: &Page<'_>, fence: QuizFence) -> Option<Quiz> {
    let wrong = |message: &str| {
        page.problem(0, format!("quiz “{}”: {message}", fence.id));
    };
    let answer = match fence.kind.as_str() {
        "single" | "multiple" => choices(page, &fence, &wrong),
        "numeric" => numeric(page, &fence, &wrong)?,
        "ordering" => ordering(page, &fence, &wrong),
        kind => {
            let near = suggest(kind, ["single", "multiple", "numeric", "ordering"]);
            wrong(&format!("unknown kind “{kind}”{near}"));
            return None;
        }
    };
    if fence.covers.is_empty() {
        wrong("`covers` names no outcome");
    }
    if fence.explanation.trim().is_empty() {
        wrong("no explanation");
    }
    Some(Quiz {
        prompt: inline(page, &fence.prompt),
        explanation: inline(page, &fence.explanation),
        drill: fence.drill,
        id: fence.id,
        pool: fence.pool,
        covers: fence.covers,
        answer,
    })
}

fn choices(page: &Page<'_>, fence: &QuizFence, wrong: &impl Fn(&str)) -> Answer {
    let right = fence.options.iter().filter(|option| option.right).count();
    let single = fence.kind == "single";
    if right == 0 {
        wrong("no right answer");
    } else if single && right > 1 {
        wrong("a single choice has one right answer");
    }
    if fence.options.len() < 2 {
        wrong("fewer than two options");
    }
    if fence
        .options
        .iter()
        .any(|option| option.why.trim().is_empty())
    {
        wrong("every option says why it is right or wrong");
    }
    let options = fence.options.iter().map(|option| Choice {
        text: inline(page, &option.text),
        right: option.right,
        why: inline(page, &option.why),
    });
    let options = options.collect();
    match single {
        true => Answer::Single { options },
        false => Answer::Multiple { options },
    }
}

fn numeric(page: &Page<'_>, fence: &QuizFence, wrong: &impl Fn(&str)) -> Option<Answer> {
    let Some(value) = fence.answer.filter(|value| value.is_finite()) else {
        wrong("no right answer: set `answer`");
        return None;
    };
    if !fence.tolerance.is_finite() || fence.tolerance < 0.0 {
        wrong("`tolerance` is a number from 0");
    }
    let near = |mistake: &MistakeFence| (mistake.value - value).abs() <= fence.tolerance;
    if fence.mistakes.iter().any(near) {
        wrong("a mistake is within the tolerance of the answer");
    }
    let mistakes = fence.mistakes.iter().map(|mistake| Mistake {
        value: mistake.value,
        why: inline(page, &mistake.why),
    });
    Some(Answer::Numeric {
        value,
        unit: fence.unit.clone(),
        tolerance: fence.tolerance,
        mistakes: mistakes.collect(),
    })
}

fn ordering(page: &Page<'_>, fence: &QuizFence, wrong: &impl Fn(&str)) -> Answer {
    if fence.steps.len() < 3 {
        wrong("an order needs three steps");
    }
    let steps = fence.steps.iter().map(|step| Step {
        text: inline(page, &step.text),
        why: inline(page, &step.why),
    });
    Answer::Ordering {
        steps: steps.collect(),
        shown: shuffled(&fence.steps),
    }
}

/// An order that looks arbitrary, is the same on every load, and is never the right one.
fn shuffled(steps: &[StepFence]) -> Vec<usize> {
    let hash = |i: &usize| {
        let bytes = steps[*i].text.bytes();
        bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        })
    };
    let mut shown: Vec<usize> = (0..steps.len()).collect();
    shown.sort_by_key(hash);
    if shown.is_sorted() && !shown.is_empty() {
        shown.rotate_left(1);
    }
    shown
}
