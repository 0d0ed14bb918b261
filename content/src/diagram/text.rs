//! How much room text takes. No font is at hand when a lesson is loaded, and readers have their
//! own: widths are those of a wide face, so that text in others only gains room.

/// Size of letters in pixels.
pub(super) const SIZE: f64 = 14.0;
/// From one line to the next.
pub(super) const LINE: f64 = 18.0;

/// Hundredths of the size, by character.
fn advance(c: char) -> u32 {
    match c {
        '\'' | '|' => 30,
        'i' | 'j' | 'l' | 'I' | 'J' => 30,
        ' ' | '.' | ',' | '·' => 33,
        'f' | '/' | ':' | ';' | '\\' => 36,
        't' | '(' | ')' | '[' | ']' | '!' | '-' => 41,
        'r' | '"' | '“' | '”' => 47,
        's' | 'c' | 'z' | '*' | '_' | '?' | '–' => 55,
        'L' | 'k' | 'v' | 'x' | 'y' => 59,
        'F' | 'P' | 'T' | 'Y' | 'a' | 'e' | 'o' => 62,
        'A' | 'B' | 'C' | 'E' | 'K' | 'R' | 'S' | 'V' | 'X' | 'Z' => 70,
        'D' | 'G' | 'H' | 'N' | 'U' => 77,
        'O' | 'Q' | '&' => 79,
        'w' | '=' | '+' | '<' | '>' | '#' | '×' | '≤' | '≥' | '→' | '←' => 84,
        'M' | 'm' | '%' | '@' | 'W' | '…' | '—' => 100,
        'b' | 'd' | 'g' | 'h' | 'n' | 'p' | 'q' | 'u' | '0'..='9' => 64,
        c if c.is_ascii() => 64,
        // Scripts whose letters are as wide as the line is high.
        '\u{1100}'..='\u{115f}' | '\u{2e80}'..='\u{9fff}' | '\u{ac00}'..='\u{d7ff}' => 105,
        '\u{f900}'..='\u{faff}' | '\u{ff00}'..='\u{ff60}' | '\u{1f000}'..='\u{1ffff}' => 130,
        _ => 70,
    }
}

/// Width of one line.
pub(super) fn width(text: &str) -> f64 {
    let hundredths: u32 = text.chars().map(advance).sum();
    f64::from(hundredths) * SIZE / 100.0
}

/// Width and height of lines together.
pub(super) fn size(lines: &[String]) -> (f64, f64) {
    let widths = lines.iter().map(|line| width(line));
    let count = u32::try_from(lines.len()).unwrap_or(u32::MAX);
    (widths.fold(0.0, f64::max), f64::from(count) * LINE)
}

/// Text broken between words so that lines stay below `most`, and at `<br>`.
pub(super) fn wrapped(text: &str, most: f64) -> Vec<String> {
    let text = text.replace("<br/>", "\n").replace("<br>", "\n");
    let mut lines = Vec::new();
    for part in text.lines() {
        let mut line = String::new();
        for word in part.split_whitespace() {
            let longer = match line.is_empty() {
                true => word.to_owned(),
                false => format!("{line} {word}"),
            };
            if width(&longer) > most && !line.is_empty() {
                lines.push(std::mem::replace(&mut line, word.to_owned()));
            } else {
                line = longer;
            }
        }
        if !line.is_empty() {
            lines.push(line);
        }
    }
    lines
}
