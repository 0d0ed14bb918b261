//! Colours code by class. A dozen classes of our own instead of the highlighter's many scopes, so
//! that pages stay small and one style sheet covers every language.

use crate::markdown::escape;
use std::sync::{Arc, LazyLock, Mutex, PoisonError, Weak};
use syntect::parsing::{ParseState, Scope, ScopeStack, SyntaxReference, SyntaxSet};
use syntect::util::LinesWithEndings;

/// Every grammar. They take megabytes and a moment to unpack, and are wanted while a curriculum is
/// loaded: whoever loads one holds them, and with the last they go.
static SYNTAXES: Mutex<Weak<SyntaxSet>> = Mutex::new(Weak::new());

/// Holds the grammars.
#[derive(Clone)]
pub(crate) struct Syntaxes(Arc<SyntaxSet>);

/// The grammars, those at hand or unpacked anew.
pub(crate) fn syntaxes() -> Syntaxes {
    let mut held = SYNTAXES.lock().unwrap_or_else(PoisonError::into_inner);
    let at_hand = held.upgrade().unwrap_or_else(|| {
        let unpacked = Arc::new(two_face::syntax::extra_newlines());
        *held = Arc::downgrade(&unpacked);
        unpacked
    });
    Syntaxes(at_hand)
}

/// Scope prefixes and the class each becomes; the first that fits wins.
const CLASSES: [(&str, &str); 16] = [
    ("comment", "hl-comment"),
    ("constant.character.escape", "hl-escape"),
    ("string", "hl-string"),
    ("constant.numeric", "hl-number"),
    ("constant", "hl-constant"),
    ("entity.name.function", "hl-function"),
    ("support.function", "hl-function"),
    ("variable.function", "hl-function"),
    ("support.macro", "hl-function"),
    ("entity.name", "hl-type"),
    ("support.type", "hl-type"),
    ("support.class", "hl-type"),
    ("storage", "hl-keyword"),
    ("keyword.operator", "hl-operator"),
    ("keyword", "hl-keyword"),
    ("variable.language", "hl-keyword"),
];

static SCOPES: LazyLock<Vec<(Scope, &'static str)>> = LazyLock::new(|| {
    let scopes = CLASSES.iter();
    scopes
        .filter_map(|(name, class)| Some((Scope::new(name).ok()?, *class)))
        .collect()
});

/// Whether code in this language can be coloured; plain text always can.
pub(crate) fn knows(language: &str) -> bool {
    matches!(language, "" | "text") || syntaxes().of(language).is_some()
}

/// The usual short name of the language of a file, by its extension.
pub(crate) fn language_of(path: &str) -> &'static str {
    match path.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "rs" => "rust",
        "ts" => "typescript",
        "js" => "javascript",
        "toml" => "toml",
        "sql" => "sql",
        "css" => "css",
        "sh" => "bash",
        "yml" | "yaml" => "yaml",
        "c" | "h" => "c",
        "go" => "go",
        _ => "text",
    }
}

/// Escaped code with `<span class="hl-…">` around the words that have a class.
pub(crate) fn html(code: &str, language: &str) -> String {
    let syntaxes = syntaxes();
    match syntaxes.of(language) {
        Some(syntax) => coloured(code, &syntaxes, syntax).unwrap_or_else(|| escape(code)),
        None => escape(code),
    }
}

impl Syntaxes {
    fn of(&self, language: &str) -> Option<&SyntaxReference> {
        let token = match language {
            "assemblyscript" => "typescript",
            other => other,
        };
        self.0.find_syntax_by_token(token)
    }
}

/// `None` when the highlighter fails, which costs the colours and never the code.
fn coloured(code: &str, syntaxes: &Syntaxes, syntax: &SyntaxReference) -> Option<String> {
    let mut state = ParseState::new(syntax);
    let mut stack = ScopeStack::new();
    let mut pen = Pen::default();
    for line in LinesWithEndings::from(code) {
        let mut from = 0;
        for (at, op) in state.parse_line(line, &syntaxes.0).ok()? {
            pen.write(line.get(from..at)?, &stack);
            stack.apply(&op).ok()?;
            from = at;
        }
        pen.write(line.get(from..)?, &stack);
    }
    Some(pen.finish())
}

/// Writes runs of one class as one span.
#[derive(Default)]
struct Pen {
    html: String,
    class: Option<&'static str>,
}

impl Pen {
    fn write(&mut self, text: &str, stack: &ScopeStack) {
        if text.is_empty() {
            return;
        }
        let class = class_of(stack);
        // White space has no colour, so it may stay inside the span that is open.
        if class != self.class && !text.trim().is_empty() {
            self.switch(class);
        }
        self.html.push_str(&escape(text));
    }

    fn switch(&mut self, class: Option<&'static str>) {
        if self.class.is_some() {
            self.html.push_str("</span>");
        }
        if let Some(class) = class {
            self.html.push_str(&format!("<span class=\"{class}\">"));
        }
        self.class = class;
    }

    fn finish(mut self) -> String {
        self.switch(None);
        self.html
    }
}

fn class_of(stack: &ScopeStack) -> Option<&'static str> {
    let innermost_first = stack.as_slice().iter().rev();
    innermost_first
        .filter_map(|scope| {
            SCOPES
                .iter()
                .find(|(prefix, _)| prefix.is_prefix_of(*scope))
        })
        .map(|(_, class)| *class)
        .next()
}
