//! LaTeX to MathML, which browsers show and read aloud without scripts.

use pulldown_latex::config::DisplayMode;
use pulldown_latex::{Parser, RenderConfig, Storage, push_mathml};

/// Longest formula in bytes. The parser recurses into groups, so depth must have a bound.
const LONGEST: usize = 1_000;

/// MathML of a formula, or what is wrong with it.
pub(crate) fn html(latex: &str, display: bool) -> Result<String, String> {
    if latex.len() > LONGEST {
        return Err(format!("longer than {LONGEST} bytes"));
    }
    // Macros can expand without end, and no lesson defines any.
    if let Some(command) = ["\\def", "\\let", "\\newcommand", "\\futurelet"]
        .into_iter()
        .find(|command| latex.contains(command))
    {
        return Err(format!("formulas may not define macros ({command})"));
    }
    let storage = Storage::new();
    let mut events = Vec::new();
    for event in Parser::new(latex, &storage) {
        events.push(event.map_err(|error| one_line(&error.to_string()))?);
    }
    let config = RenderConfig {
        display_mode: if display {
            DisplayMode::Block
        } else {
            DisplayMode::Inline
        },
        ..RenderConfig::default()
    };
    let mut html = String::new();
    let events = events.into_iter().map(Ok::<_, std::fmt::Error>);
    push_mathml(&mut html, events, config).map_err(|error| error.to_string())?;
    // `4{,}000` is one number, read aloud as one.
    let html = html.replace("</mn><mrow><mo>,</mo></mrow><mn>", ",");
    // Formulas stand in lines unless told, and what does not stretch need not stretch evenly.
    let html = html.replace("<math display=\"inline\"", "<math");
    let html = html.replace(" symmetric=\"false\"", "");
    // A wide formula scrolls, and what scrolls must be reached by keyboard.
    Ok(html.replacen(
        "<math display=\"block\"",
        "<math tabindex=\"0\" display=\"block\"",
        1,
    ))
}

fn one_line(message: &str) -> String {
    message.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::html;

    #[test]
    fn thousands_are_of_one_number() {
        let latex = "40 \\cdot 100 = 4{,}000";
        let number = html(latex, false).unwrap();
        assert!(
            number.ends_with("<mo>=</mo><mn>4,000</mn></math>"),
            "{number}"
        );
        assert!(number.starts_with("<math><mn>40</mn>"), "{number}");
    }
}
