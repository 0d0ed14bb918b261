//! The text of our own HTML.

/// Longest formula that reads as text.
const FORMULA: usize = 24;

/// Text without markup and long formulas, with single spaces.
pub(super) fn text(html: &str) -> String {
    let mut text = String::with_capacity(html.len() / 2);
    let mut rest = html;
    while let Some(open) = rest.find('<') {
        push(&mut text, &rest[..open]);
        let tag = &rest[open..];
        let end = tag.find('>').map_or(tag.len(), |end| end + 1);
        let skipped = skipped(tag).unwrap_or(end);
        if tag.starts_with("<math") {
            push(&mut text, &formula(&tag[..skipped]));
        }
        if !is_inline(tag) && !tag.starts_with("<small") {
            push(&mut text, " ");
        }
        rest = &tag[skipped.max(1)..];
    }
    push(&mut text, rest);
    text.trim_end().to_owned()
}

/// Length of an element that is no prose: formulas, signs to link to headings, and definitions
/// beside terms.
fn skipped(tag: &str) -> Option<usize> {
    let pairs = [
        ("<math", "</math>"),
        ("<a class=\"anchor\"", "</a>"),
        ("<small", "</small>"),
    ];
    let (_, close) = pairs.iter().find(|(open, _)| tag.starts_with(open))?;
    Some(tag.find(close)? + close.len())
}

/// A formula as its signs, if it is short.
fn formula(math: &str) -> String {
    let parts = math.split('<').filter_map(|part| part.split_once('>'));
    let signs: String = parts.map(|(_, text)| text).collect();
    let short = signs.chars().count() <= FORMULA;
    Some(signs).filter(|_| short).unwrap_or_default()
}

/// Whether words on both sides of a tag may be one word.
fn is_inline(tag: &str) -> bool {
    let name = tag.trim_start_matches(['<', '/']);
    let name = name.split(|c: char| !c.is_ascii_alphanumeric()).next();
    matches!(
        name,
        Some("a" | "b" | "em" | "math" | "strong" | "code" | "span" | "del")
    )
}

fn push(text: &mut String, part: &str) {
    let part = ["&lt;<", "&gt;>", "&quot;\"", "&#39;'", "&amp;&"]
        .iter()
        .fold(part.to_owned(), |part, entity| {
            let (name, sign) = entity.split_at(entity.len() - 1);
            part.replace(name, sign)
        });
    for c in part.chars() {
        let space = c.is_whitespace();
        if !space {
            text.push(c);
        } else if !text.is_empty() && !text.ends_with(' ') {
            text.push(' ');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_and_formulas_are_left_out() {
        let html = "<p>A <em>b</em>c &amp; d &lt;e&gt; \
                    <math><mi>T</mi><mo>=</mo><mn>1</mn></math>.</p>\n<ul><li>f</li><li>g</li>\
                    </ul><math display=\"block\"><mi>a long one, more than a line</mi></math>\
                    <h3>h <a class=\"anchor\">#</a></h3>";
        assert_eq!(text(html), "A bc & d <e> T=1. f g h");
        assert_eq!(text("a < b <"), "a");
        assert_eq!(
            text("a <a>p99</a><small id=\"x\">The <em>99th</em></small>, b"),
            "a p99, b"
        );
    }
}
