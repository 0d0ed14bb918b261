//! Small questions about events, and events of our own.

use super::Spanned;
use pulldown_cmark::{BlockQuoteKind, Event};

/// Events of ours are inline so that they never open a paragraph of their own.
pub(super) fn markup<'a>(html: String) -> Event<'a> {
    Event::InlineHtml(html.into())
}

pub(super) fn alert(kind: BlockQuoteKind) -> String {
    let (class, title) = match kind {
        BlockQuoteKind::Note => ("note", "Note"),
        BlockQuoteKind::Tip => ("tip", "Tip"),
        BlockQuoteKind::Important => ("important", "Important"),
        BlockQuoteKind::Warning => ("warning", "Warning"),
        BlockQuoteKind::Caution => ("caution", "Caution"),
    };
    format!(
        "<div class=\"alert alert-{class}\" role=\"note\"><p class=\"alert-title\">{title}</p>\n"
    )
}

/// Index after the element that starts at `at`.
pub(super) fn end_of(events: &[Spanned<'_>], at: usize) -> usize {
    let mut depth = 0_usize;
    for (i, (event, _)) in events.iter().enumerate().skip(at) {
        match event {
            Event::Start(_) => depth += 1,
            Event::End(_) => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return i + 1;
        }
    }
    events.len()
}

pub(super) fn text_of(events: &[Spanned<'_>]) -> String {
    let texts = events.iter().filter_map(|(event, _)| match event {
        Event::Text(text) | Event::Code(text) | Event::Html(text) => Some(text.as_ref()),
        _ => None,
    });
    texts.collect()
}

pub(super) fn words(text: &str) -> u32 {
    let words = text.split_whitespace();
    let count = words
        .filter(|word| word.contains(char::is_alphanumeric))
        .count();
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// Enough of a text to recognise it in a message.
pub(super) fn start_of(text: &str) -> String {
    text.trim().chars().take(40).collect()
}
