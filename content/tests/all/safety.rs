//! What an author writes, by mistake or by malice, never becomes a script; and no text is slow.

use crate::problems::source;
use content::{Block, Known, load};
use std::fmt::Write;

const COURSE: &str = include_str!("../../course.toml");
const LESSON: &str = include_str!("../../distributed-systems/api-gateway.md");
const KNOWN: Known<'static> = Known {
    labs: &["rate_limiter"],
    figures: &["limiter-bench"],
    runs: None,
    params: None,
};
const PLACE: &str = "Judge it by its purpose.";

/// The lesson with `text` in it: its HTML, or its problems as text.
fn rendered(text: &str) -> Result<String, String> {
    assert!(LESSON.contains(PLACE));
    let lesson = LESSON.replacen(PLACE, &format!("\n\n{text}\n\n{PLACE}"), 1);
    let library = load(&source(COURSE, &lesson), &KNOWN).map_err(|problems| {
        let mut lines = String::new();
        for problem in problems {
            let _ = writeln!(lines, "{problem}");
        }
        lines
    })?;
    let html = library.lessons()[0]
        .blocks()
        .filter_map(|block| match block {
            Block::Html(html) => Some(html.as_str().to_owned()),
            Block::Code(code) => Some(code.html.as_str().to_owned()),
            _ => None,
        });
    let notes = library.lessons()[0].notes.iter();
    let notes: Vec<_> = notes.map(|note| note.html.as_str().to_owned()).collect();
    Ok(html.chain(notes).collect())
}

/// The problems of a text that must have some.
#[track_caller]
fn refused(text: &str) -> String {
    match rendered(text) {
        Ok(_) => panic!("{text} was let through"),
        Err(problems) => problems,
    }
}

#[test]
fn raw_html_is_refused() {
    for text in [
        "<script>alert(1)</script>",
        "a <b onclick=\"x()\">b</b>",
        "<img src=x onerror=alert(1)>",
        "<!-- a --><script>alert(1)</script><!-- b -->",
        "<?php ?>",
        "<![CDATA[x]]>",
    ] {
        let refused = refused(text);
        assert!(
            refused.contains("raw HTML is not allowed"),
            "{text}: {refused}"
        );
    }
    assert!(rendered("<!-- a note\nfor authors -->").is_ok_and(|html| !html.contains("authors")));
}

#[test]
fn links_cannot_run_scripts() {
    for to in [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java&#115;cript:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "//evil.example",
        "http://plain.example",
        "/\\evil.example",
        "https:evil",
    ] {
        let refused = refused(&format!("[a]({to})"));
        assert!(refused.contains("not a link we allow"), "{to}: {refused}");
    }
    assert!(rendered("<javascript:alert(1)>").is_err());
    assert!(rendered("![a](https://example.org/a.png)").is_err());
    let quoted = rendered("[a](<https://example.org/\"onclick=x> \"t\\\"onclick=y\")");
    let quoted = quoted.unwrap_or_else(|problems| panic!("{problems}"));
    assert!(
        quoted.contains("https://example.org/&quot;onclick=x\""),
        "the quote is escaped"
    );
    assert!(!quoted.contains("\"onclick"));
}

#[test]
fn text_stays_text() {
    let html = rendered(
        "<svg/onload=x> Is 1 &lt; 2 & `<script>`?\n\n```rust\nlet a = \"<script>\";\n```\n\n\
         $\\text{<script>} < 1$\n\n### <https://example.org/a>\n\n| a |\n|---|\n| `<b>` |\n\n\
         > [!NOTE]\n> mind\n\nA note[^n] and again[^n].\n\n[^n]: The `<note>`.\n",
    );
    let html = html.unwrap_or_else(|problems| panic!("{problems}"));
    assert!(
        !html.contains("<script") && !html.contains("<svg") && !html.contains("<note>"),
        "{html}"
    );
    for part in [
        "<code>&lt;script&gt;</code>",
        "hl-string",
        "class=\"alert alert-note\"",
        "href=\"#note-n\" id=\"noteref-n\"",
        "<div class=\"table-scroll\" tabindex=\"0\"><table>",
    ] {
        assert!(html.contains(part), "{part} is not in {html}");
    }
    assert!(rendered("```rust onclick\nx\n```").is_ok_and(|html| !html.contains("onclick")));
    assert!(
        rendered("```\"><script>\nx\n```").is_err(),
        "an unknown language"
    );
}

/// The patterns that make careless parsers quadratic. Linear work takes a moment even in a debug
/// build; quadratic work on these sizes would hold the suite for minutes.
#[test]
fn hostile_text_takes_linear_time() {
    let n = 50_000;
    let patterns = [
        "[".repeat(n),
        "{{".repeat(n),
        "{{}}".repeat(n / 4),
        "![".repeat(n),
        "> ".repeat(2_000),
        "*a **a ".repeat(n / 4),
        "`".repeat(n),
        "$".repeat(n),
        "<!--".repeat(n),
        "<a ".repeat(n / 4),
        "[a](<b".repeat(n / 4),
        "- ".repeat(2_000),
        (1..400)
            .map(|ticks| format!("e{}", "`".repeat(ticks)))
            .collect(),
        "&".repeat(n),
        "a|".repeat(n / 4),
        "[^a]: ".repeat(2_000),
        format!(
            "```diagram\n%% title: a\nflowchart LR\n{}\n```",
            "a[\"a\"] --> ".repeat(n / 10)
        ),
        format!(
            "```diagram\n%% title: a\nsequenceDiagram\n{}\n```",
            "a->>".repeat(n / 4)
        ),
        format!("${}{}$", "{".repeat(n), "}".repeat(n)),
    ];
    for pattern in patterns {
        // Most of these are refused; what counts is that an answer comes.
        let _ = rendered(&pattern);
    }
}
