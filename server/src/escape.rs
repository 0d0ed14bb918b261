//! Text in HTML and SVG.

/// The text with the characters that mean something there written as references. Fit for text and
/// for attributes in double quotes.
#[must_use]
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn nothing_in_a_text_opens_a_tag_or_closes_an_attribute() {
        let text = "<b title=\"x\">&amp;</b>";
        let safe = "&lt;b title=&quot;x&quot;&gt;&amp;amp;&lt;/b&gt;";
        assert_eq!(escaped(text), safe);
    }
}
