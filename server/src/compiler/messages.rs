//! What rustc says, from its JSON (`--error-format=json`, one object a line).

use serde::{Deserialize, Serialize};

/// Messages that are passed on; the rest repeats.
const MOST: usize = 20;
/// Characters of one message that are passed on.
const LONGEST: usize = 1_000;
/// What rustc calls a source that came on standard input.
const SOURCE: &str = "<anon>";

/// A message of the compiler; line and column count from 1.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Diagnostic {
    /// Line in the source.
    pub line: u32,
    /// Column in the source, characters.
    pub column: u32,
    /// `error` or `warning`.
    pub severity: String,
    /// What it says.
    pub message: String,
}

impl Diagnostic {
    /// A message about the source as a whole.
    pub(super) fn whole(message: String) -> Self {
        Self {
            line: 1,
            column: 1,
            severity: "error".into(),
            message,
        }
    }
}

#[derive(Deserialize)]
struct Line {
    message: String,
    level: String,
    #[serde(default)]
    code: Option<Code>,
    #[serde(default)]
    spans: Vec<Span>,
    #[serde(default)]
    children: Vec<Child>,
}

#[derive(Deserialize)]
struct Code {
    code: String,
}

#[derive(Deserialize)]
struct Child {
    message: String,
    level: String,
}

#[derive(Deserialize)]
struct Span {
    file_name: String,
    line_start: u32,
    column_start: u32,
    is_primary: bool,
}

/// Every error, then every warning, as far as they are worth reading.
pub(super) fn read(said: &str) -> Vec<Diagnostic> {
    let lines = said
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok());
    let mut found: Vec<Diagnostic> = lines.filter_map(diagnostic).collect();
    // A stable sort: errors stay in the compiler's order.
    found.sort_by_key(|said| said.severity != "error");
    found.truncate(MOST);
    if !found.iter().any(|said| said.severity == "error") {
        found.insert(
            0,
            Diagnostic::whole("the compiler gave up without a reason".into()),
        );
    }
    found
}

fn diagnostic(line: Line) -> Option<Diagnostic> {
    // "aborting due to 2 previous errors" has no place and says nothing new.
    let is_summary = line.spans.is_empty() && line.message.starts_with("aborting due to");
    if is_summary || !matches!(line.level.as_str(), "error" | "warning") {
        return None;
    }
    let mut spans = line.spans.iter().filter(|span| span.file_name == SOURCE);
    let span = spans.find(|span| span.is_primary);
    let code = line
        .code
        .map_or(String::new(), |code| format!("{}: ", code.code));
    let mut helps = line.children.iter().filter(|child| child.level == "help");
    let help = helps
        .next()
        .map_or(String::new(), |help| format!(" ({})", help.message));
    let message = format!("{code}{}{help}", line.message);
    Some(Diagnostic {
        line: span.map_or(1, |span| span.line_start),
        column: span.map_or(1, |span| span.column_start),
        severity: line.level,
        message: message.chars().take(LONGEST).collect(),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn errors_come_first_with_their_places() {
        let span = |line: u32, column: u32| {
            json!([{
                "file_name": SOURCE, "line_start": line, "column_start": column, "is_primary": true,
            }])
        };
        let lines = [
            json!({
                "message": "unused variable: `x`", "level": "warning", "code": null,
                "spans": span(9, 2), "children": [],
            }),
            json!({
                "message": "mismatched types", "level": "error", "code": {"code": "E0308"},
                "spans": span(3, 5), "children": [{"message": "try this", "level": "help"}],
            }),
            json!({"message": "aborting due to 1 previous error", "level": "error"}),
        ];
        let said = lines.map(|line| line.to_string()).join("\n") + "\nnot JSON";
        let found = read(&said);
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].line, found[0].column), (3, 5));
        assert_eq!(found[0].message, "E0308: mismatched types (try this)");
        assert_eq!(found[1].severity, "warning");
    }

    #[test]
    fn silence_is_an_error_too() {
        assert_eq!(read("").len(), 1);
    }
}
