//! How a lesson begins, as a mail shows it: its first section, without what only a page can show.

/// Blocks that need the page.
const OURS: [&str; 5] = ["quiz", "figure", "lab", "diagram", "code"];

/// The first section of a lesson's markdown, for a mail. `place` tells where a link with a scheme
/// of ours leads, such as `lesson:retries`; where it does not know, the link's words stay.
#[must_use]
pub fn opening(markdown: &str, place: &dyn Fn(&str) -> Option<String>) -> String {
    let mut kept: Vec<String> = Vec::new();
    let (mut sections, mut fence) = (0, None::<bool>);
    for line in markdown.lines() {
        if let Some(is_ours) = fence {
            if line.trim_end() == "```" {
                fence = None;
            }
            if !is_ours {
                kept.push(line.to_owned());
            }
            continue;
        }
        if let Some(info) = line.strip_prefix("```") {
            let name = info.split(' ').next().unwrap_or_default().trim();
            let is_ours = OURS.contains(&name);
            fence = Some(is_ours);
            if !is_ours {
                kept.push(line.to_owned());
            }
            continue;
        }
        if line.starts_with("## ") {
            sections += 1;
            if sections > 1 {
                break;
            }
        }
        if !line.starts_with("[^") {
            kept.push(linked(&without_marks(line), place));
        }
    }
    kept.join("\n").trim().to_owned()
}

/// A line without the name of its heading and without references to footnotes.
fn without_marks(line: &str) -> String {
    let line = match (line.starts_with('#'), line.rsplit_once(" {#")) {
        (true, Some((heading, _))) => heading,
        _ => line,
    };
    let mut out = String::new();
    let mut rest = line;
    while let Some((before, after)) = rest.split_once("[^") {
        out.push_str(before);
        match after.split_once(']') {
            Some((_, after)) => rest = after,
            None => {
                out.push_str("[^");
                rest = after;
            }
        }
    }
    out + rest
}

/// A line whose links of ours lead where they say, or are words.
fn linked(line: &str, place: &dyn Fn(&str) -> Option<String>) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some((before, after)) = rest.split_once("](") {
        let Some((target, behind)) = after.split_once(')') else {
            break;
        };
        let is_ours = !target.starts_with('/') && !target.contains("://");
        match (is_ours, place(target), before.rfind('[')) {
            (true, Some(path), _) => out.push_str(&format!("{before}]({path})")),
            (true, None, Some(open)) => {
                let (text, words) = before.split_at(open);
                out.push_str(text);
                out.push_str(words.trim_start_matches('['));
            }
            _ => out.push_str(&format!("{before}]({target})")),
        }
        rest = behind;
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_gets_the_first_section_without_what_needs_the_page() {
        let markdown = "\n## A retry is load {#claim}\n\nIt costs[^1] [a lot](lesson:retries), \
                        says [one](lesson:gone) and [two](https://e.example/#x).\n\n```quiz\n\
                        id = \"x\"\n```\n\n```rust\nlet x = 1;\n```\n\n[^1]: Really.\n\n\
                        ## Next\n\nNo.";
        let place = |target: &str| {
            (target == "lesson:retries").then(|| "/lessons/reliability/retries".to_owned())
        };
        assert_eq!(
            opening(markdown, &place),
            "## A retry is load\n\nIt costs [a lot](/lessons/reliability/retries), says one and \
             [two](https://e.example/#x).\n\n\n```rust\nlet x = 1;\n```"
        );
    }
}
