//! Several pages in one: anchors that several of them have get a name before them.

/// Attributes that hold anchors, each with what stands before the first.
const ATTRIBUTES: [&str; 8] = [
    " id=\"",
    " href=\"#",
    " for=\"",
    " name=\"",
    " aria-labelledby=\"",
    " aria-describedby=\"",
    " aria-controls=\"",
    "url(#",
];

/// The HTML, with `scope-` before every anchor and reference to one. Islands in it stay as they
/// were drawn.
#[must_use]
pub fn scoped(html: &str, scope: &str) -> String {
    let mut out = String::with_capacity(html.len() + html.len() / 16);
    let mut rest = html;
    while let Some((at, attribute)) = first(rest) {
        let (before, after) = rest.split_at(at + attribute.len());
        out.push_str(before);
        let end = after.find(['"', ')']).unwrap_or(after.len());
        let (anchors, behind) = after.split_at(end);
        let named = anchors.split(' ').filter(|anchor| !anchor.is_empty());
        let named: Vec<String> = named.map(|anchor| format!("{scope}-{anchor}")).collect();
        out.push_str(&named.join(" "));
        rest = behind;
    }
    out.push_str(rest);
    out.replace("<leptos-island", "<div")
        .replace("</leptos-island", "</div")
}

fn first(html: &str) -> Option<(usize, &'static str)> {
    let found = ATTRIBUTES
        .into_iter()
        .filter_map(|attribute| Some((html.find(attribute)?, attribute)));
    found.min_by_key(|(at, _)| *at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anchors_and_what_points_at_them_move_together() {
        let html = r##"<h2 id="why">Why</h2><a href="#why">x</a><a href="/a#why">y</a>
            <p aria-labelledby="one two"><path marker-end="url(#tip)"/></p>
            <input name="q" id="q">"##;
        let out = scoped(html, "retries");
        for part in [
            r#"<h2 id="retries-why">"#,
            r##"<a href="#retries-why">"##,
            r#"<a href="/a#why">"#,
            r#"aria-labelledby="retries-one retries-two""#,
            "url(#retries-tip)",
            r#"name="retries-q" id="retries-q""#,
        ] {
            assert!(out.contains(part), "{part}: {out}");
        }
    }
}
