//! Cards and icons as SVG.

use super::Card;
use crate::escape::escaped;

/// Width of a card, pixels; with [`HEIGHT`] the ratio that previews use.
pub const WIDTH: u32 = 1200;
/// Height of a card, pixels.
pub const HEIGHT: u32 = 630;

const PAPER: &str = "#faf8f4";
const INK: &str = "#1d2126";
const SOFT: &str = "#525a63";
const ACCENT: &str = "#0f6e67";
const CEILING: &str = "#c2410c";

/// Width of the text, pixels.
const MEASURE: f32 = 1040.0;
/// Mean width of a letter over the size of the type, a little generous.
const SERIF_LETTER: f32 = 0.53;
const SANS_LETTER: f32 = 0.5;

pub(super) fn card(card: &Card) -> String {
    let (size, title) = fitted(&card.title);
    let lines = |lines: &[String], from: f32, step: f32, class: &str| -> String {
        let line = |(at, line): (usize, &String)| {
            let y = from + step * f32::from(u8::try_from(at).unwrap_or(u8::MAX));
            format!("<text x=\"80\" y=\"{y}\" {class}>{}</text>", escaped(line))
        };
        lines.iter().enumerate().map(line).collect()
    };
    let step = size * 1.15;
    let count = f32::from(u8::try_from(title.len()).unwrap_or(u8::MAX));
    let serif = format!(
        "font-family=\"Headroom Serif\" font-weight=\"650\" font-size=\"{size}\" fill=\"{INK}\""
    );
    let sans = format!("font-family=\"Headroom Sans\" font-size=\"32\" fill=\"{SOFT}\"");
    let name = format!(
        "font-family=\"Headroom Serif\" font-weight=\"650\" font-size=\"38\" fill=\"{INK}\""
    );
    let about = wrapped(&card.description, 32.0 * SANS_LETTER, 2);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" \
         width=\"{WIDTH}\" height=\"{HEIGHT}\">\
         <rect width=\"100%\" height=\"100%\" fill=\"{PAPER}\"/>\
         <path d=\"M0 520L120 500L260 540L420 470L560 500L720 430L860 462L1010 400L1200 430V630\
         H0Z\" fill=\"{ACCENT}\" opacity=\"0.1\"/>\
         <g transform=\"translate(80 64) scale(1.6)\">{MARK}</g>\
         <text x=\"146\" y=\"104\" {name}>Headroom</text>{}{}\
         <path d=\"M0 12H{WIDTH}\" stroke=\"{CEILING}\" stroke-width=\"12\"/></svg>",
        lines(&title, 230.0, step, &serif),
        lines(&about, 230.0 + step * count + 10.0, 44.0, &sans),
    )
}

pub(super) fn icon(side: u32, room: bool) -> String {
    let place = if room {
        "translate(7.2 7.2) scale(0.55)"
    } else {
        "translate(2 2) scale(0.875)"
    };
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 32 32\" width=\"{side}\" \
         height=\"{side}\"><rect width=\"32\" height=\"32\" fill=\"{PAPER}\"/>\
         <g transform=\"{place}\">{MARK}</g></svg>"
    )
}

/// What is used, under a ceiling, with room between: as on the pages.
const MARK: &str = "<path d=\"M3 6H29\" stroke=\"#c2410c\" stroke-width=\"3\"/>\
    <path d=\"M3 28V24L9 18L14 21L20 13L25 16L29 13V28Z\" fill=\"#0f6e67\"/>";

/// The largest type in which a title takes at most three lines, and those.
fn fitted(title: &str) -> (f32, Vec<String>) {
    let sizes = [84.0, 72.0, 60.0];
    for size in sizes {
        let lines = wrapped(title, size * SERIF_LETTER, 4);
        if lines.len() <= 2 || (size < 84.0 && lines.len() == 3) {
            return (size, lines);
        }
    }
    (54.0, wrapped(title, 54.0 * SERIF_LETTER, 3))
}

/// Text in lines of [`MEASURE`], at most so many; what is left out shows as an ellipsis.
fn wrapped(text: &str, letter: f32, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        let mut word: String = word.chars().take(30).collect();
        if !line.is_empty() && width(&line, letter) + width(&word, letter) + letter > MEASURE {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            word.insert(0, ' ');
        }
        line.push_str(&word);
        if lines.len() > most {
            break;
        }
    }
    lines.push(line);
    if lines.len() > most {
        lines.truncate(most);
        if let Some(last) = lines.last_mut() {
            last.push('…');
        }
    }
    lines
}

fn width(text: &str, letter: f32) -> f32 {
    f32::from(u16::try_from(text.chars().count()).unwrap_or(u16::MAX)) * letter
}
