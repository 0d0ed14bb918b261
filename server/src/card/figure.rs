//! A chart of a page as a picture that stands alone: the drawing is the page's own, coloured by the
//! page's own style sheet as it is in the light, with its title and legend, which the page has
//! beside it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

const TOKENS: &str = include_str!("../../../style/tokens.css");
const RULES: &str = include_str!("../../../style/components/chart.css");

/// Width of the picture, in units of the drawing.
const WIDTH: f32 = 640.0;
/// Room around everything.
const ROOM: f32 = 16.0;
/// Size of the type, larger than on the page: mails are read on phones.
const TYPE: f32 = 16.0;
/// Size of the title's type.
const TITLE: f32 = 20.0;
/// Mean width of a letter over the size of the type, a little generous.
const LETTER: f32 = 0.52;
/// Width of the sample of a line in the legend, and of the gap behind it.
const SAMPLE: f32 = 36.0;
/// Between two entries of the legend.
const GAP: f32 = 18.0;

/// The `nth` chart of a page, from 1, as SVG; nothing where the page has none.
pub(super) fn of(page: &str, nth: usize) -> Option<String> {
    let chart = page.split("<figure class=\"chart\"").nth(nth)?;
    let drawing = chart.split_once("<svg class=\"chart-svg\"")?.1;
    let (attributes, drawing) = drawing.split_once('>')?;
    let (drawing, _) = drawing.split_once("</svg>")?;
    // In the larger type, names of places would reach into that of their axis.
    let drawing = drawing.replace("class=\"label x\"", "class=\"label x\" dy=\"8\"");
    let size = between(attributes, "viewBox=\"0 0 ", "\"")?;
    let (width, height) = size.split_once(' ')?;
    let (width, height): (f32, f32) = (width.parse().ok()?, height.parse().ok()?);

    let title = between(chart, "class=\"chart-title\">", "<").unwrap_or_default();
    let mut y = ROOM;
    let mut head = String::new();
    for line in wrapped(title, TITLE) {
        y += TITLE;
        let at = format!("x=\"{ROOM}\" y=\"{y}\"");
        let _ = write!(head, "<text {at} class=\"title\">{line}</text>");
        y += 6.0;
    }
    let mut x = ROOM;
    y += TYPE;
    for (class, sample, name) in legend(chart) {
        let wide = SAMPLE + TYPE * LETTER * count(name);
        if x > ROOM && x + wide > WIDTH + ROOM {
            (x, y) = (ROOM, y + TYPE * 1.5);
        }
        let place = format!("transform=\"translate({x} {})\"", y - TYPE * 0.65);
        let at = format!("x=\"{}\" y=\"{y}\"", x + SAMPLE);
        let _ = write!(
            head,
            "<g class=\"chart-svg\"><g class=\"{class}\" {place}>{sample}</g>\
             <text {at}>{name}</text></g>"
        );
        x += wide + GAP;
    }
    y += 12.0;
    let scale = WIDTH / width;
    let (wide, high) = (WIDTH + 2.0 * ROOM, y + height * scale + ROOM);
    let paper = colours().remove("paper").unwrap_or_default();
    Some(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {wide} {high}\" width=\"{wide}\" \
         height=\"{high}\"><style>{}</style><rect width=\"100%\" height=\"100%\" fill=\"{paper}\"/>\
         <g class=\"chart\">{head}<g class=\"chart-svg\" \
         transform=\"translate({ROOM} {y}) scale({scale})\">{drawing}</g></g></svg>",
        style(),
    ))
}

/// Class, sample and name of each series of a chart.
fn legend(chart: &str) -> impl Iterator<Item = (&str, &str, &str)> {
    let list = between(chart, "<ul class=\"chart-legend\">", "</ul>").unwrap_or_default();
    list.split("<li class=\"").skip(1).filter_map(|entry| {
        let (class, rest) = entry.split_once('"')?;
        let (sample, name) = rest.split_once("</svg>")?;
        let sample = sample.split_once("<svg")?.1.split_once('>')?.1;
        let name = name.split('<').next().unwrap_or(name).trim();
        Some((class, sample, name))
    })
}

/// The rules of the sheet that a drawing needs, in the colours of the light.
fn style() -> String {
    let colours = colours();
    let needed = |line: &&str| {
        let drawing = [".chart-svg ", ".chart .", ".s-"];
        drawing.iter().any(|start| line.starts_with(start))
    };
    let mut style: String = RULES.lines().filter(needed).collect();
    // A series hands its colour down as `color` itself.
    style = style
        .replace("--series:", "color:")
        .replace("font: 13px var(--sans);", "");
    for (name, colour) in &colours {
        style = style.replace(&format!("var(--{name})"), colour);
    }
    let ink = colours.get("ink").map_or("#000", String::as_str);
    style
        + &format!(
            "text{{font-family:'Headroom Sans';font-size:{TYPE}px}}.chart .title\
             {{font-family:'Headroom Serif';font-size:{TITLE}px;font-weight:650;fill:{ink}}}"
        )
}

/// The tokens of the sheet that are colours, as they are in the light.
fn colours() -> BTreeMap<String, String> {
    let declared = TOKENS.lines().filter_map(|line| {
        let (name, value) = line.trim().strip_prefix("--")?.split_once(':')?;
        let light = value.trim().strip_prefix("light-dark(")?;
        let (light, _) = light.split_once(',')?;
        Some((name.to_owned(), light.to_owned()))
    });
    declared.collect()
}

fn between<'a>(text: &'a str, from: &str, to: &str) -> Option<&'a str> {
    Some(text.split_once(from)?.1.split_once(to)?.0)
}

/// Lines of a title; an entity counts as it is written, which is too much and harmless.
fn wrapped(text: &str, size: f32) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if (count(line) + 1.0 + count(word)) * size * LETTER < WIDTH => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

fn count(text: &str) -> f32 {
    let letters = text.chars().count();
    f32::from(u16::try_from(letters).unwrap_or(u16::MAX))
}
