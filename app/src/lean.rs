//! A page as short as it can be written: every reader downloads it. What a browser makes of it
//! stays the same, node for node.

/// End tags that may be left out, with what has to follow (HTML §13.1.2.4).
const OPTIONAL: [(&str, &[&str]); 9] = [
    ("li", &["<li", "</ul", "</ol"]),
    ("dt", &["<dt", "<dd"]),
    ("dd", &["<dt", "<dd", "</dl"]),
    ("td", &["<td", "<th", "</tr"]),
    ("th", &["<td", "<th", "</tr"]),
    ("tr", &["<tr", "</tbody", "</thead", "</table"]),
    ("thead", &["<tbody"]),
    ("tbody", &["<tbody", "</table"]),
    ("option", &["<option", "</select"]),
];

const ISLAND: &str = "<leptos-island";
const ISLAND_END: &str = "</leptos-island>";
const PROPS: &str = " data-props=\"";
/// By which scripts find their place.
const MARK: &str = "<!>";

/// `html` without what nobody needs: end tags that the next tag implies, marks where no script will
/// look, which is outside islands, and the quoting of quotes.
pub(crate) fn lean(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    for (at, part) in html.split(ISLAND).enumerate() {
        let (island, rest) = match at {
            0 => ("", part),
            _ => part.split_at(part.find(ISLAND_END).map_or(0, |at| at + ISLAND_END.len())),
        };
        if at > 0 {
            out.push_str(ISLAND);
        }
        push(&props(island), &mut out);
        push(&rest.replace(MARK, ""), &mut out);
    }
    out
}

/// Appends HTML without its optional end tags.
fn push(html: &str, out: &mut String) {
    let mut rest = html;
    while let Some(at) = rest.find("</") {
        let (before, tag) = rest.split_at(at);
        out.push_str(before);
        let end = tag.find('>').map_or(tag.len(), |end| end + 1);
        let (tag, after) = tag.split_at(end);
        if !is_implied(tag, after) {
            out.push_str(tag);
        }
        rest = after;
    }
    out.push_str(rest);
}

fn is_implied(tag: &str, after: &str) -> bool {
    let name = tag.trim_start_matches("</").trim_end_matches('>');
    let known = OPTIONAL.iter().find(|(optional, _)| *optional == name);
    known.is_some_and(|(_, followers)| {
        followers.iter().any(|follower| {
            let rest = after.strip_prefix(follower);
            rest.is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_alphanumeric()))
        })
    })
}

/// An island's properties are JSON: nearly nothing but double quotes, so they stand between single
/// ones.
fn props(island: &str) -> String {
    let Some((before, after)) = island.split_once(PROPS) else {
        return island.to_owned();
    };
    let Some((json, after)) = after.split_once('"') else {
        return island.to_owned();
    };
    let json = json.replace('\'', "&#39;").replace("&quot;", "\"");
    format!("{before} data-props='{json}'{after}")
}

#[cfg(test)]
mod tests {
    use super::lean;

    #[test]
    fn islands_keep_their_marks() {
        let html = "<p>a<!>b</p><leptos-island x><i><!></i></leptos-island><!>c\
                    <leptos-island><!></leptos-island>";
        assert_eq!(
            lean(html),
            "<p>ab</p><leptos-island x><i><!></i></leptos-island>c\
             <leptos-island><!></leptos-island>"
        );
    }

    #[test]
    fn end_tags_go_where_the_next_tag_implies_them() {
        let html = "<ul><li>a</li><li>b <ol><li>c</li></ol></li></ul><li>d</li> <link>";
        assert_eq!(
            lean(html),
            "<ul><li>a<li>b <ol><li>c</ol></ul><li>d</li> <link>"
        );
        let table = "<table><thead><tr><th>a</th><th>b</th></tr></thead>\
                     <tbody><tr><td>1</td><td>2</td></tr></tbody></table>";
        assert_eq!(
            lean(table),
            "<table><thead><tr><th>a<th>b<tbody><tr><td>1<td>2</table>"
        );
        // A list item that is followed by something of another name.
        assert_eq!(lean("<li>a</li><link>"), "<li>a</li><link>");
    }

    #[test]
    fn properties_stay_what_they_are() {
        let html = "<leptos-island data-props=\"{&quot;a&quot;:&quot;it's &amp;&quot;}\" x=\"1\">\
                    </leptos-island>";
        assert_eq!(
            lean(html),
            "<leptos-island data-props='{\"a\":\"it&#39;s &amp;\"}' x=\"1\"></leptos-island>"
        );
    }
}
