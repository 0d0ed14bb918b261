//! Charts of the site in mails. A mail carries them itself (RFC 2387, RFC 2392), so that opening it
//! asks nobody for anything and tells nobody that it was opened.

use super::body;
use crate::card::{Figure, Painter};
use crate::mail::stencil::Picture;
use crate::state::Site;

/// Where the site shows its charts.
pub const PATH: &str = "/figures/";
/// Charts that a mail carries at most; the others are left to their words.
const MOST: usize = 4;

/// Whether the site has a page, or a chart, at this path.
#[must_use]
pub fn has(site: &dyn Site, path: &str) -> bool {
    match path.strip_prefix(PATH) {
        Some(name) => Figure::at(name).is_some_and(|figure| figure.is_on(site)),
        None => site.page(path).is_some_and(|(status, _)| status == 200),
    }
}

/// The charts of the site that a text shows; `host` makes their names the site's own.
pub(super) fn of(markdown: &str, host: &str, site: &dyn Site) -> Vec<Picture> {
    let painter = Painter::new();
    drawn(markdown, host, &|figure| {
        let png = figure.draw(site, &painter)?;
        let said = |error: &anyhow::Error| {
            tracing::warn!(page = figure.page, %error, "a chart cannot be drawn for a mail");
        };
        png.inspect_err(said).ok()
    })
}

fn drawn(markdown: &str, host: &str, draw: &dyn Fn(&Figure) -> Option<Vec<u8>>) -> Vec<Picture> {
    let (mut addresses, _) = body::addresses(markdown);
    addresses.sort();
    addresses.dedup();
    let charts = addresses.into_iter().filter_map(|path| {
        let figure = Figure::at(path.strip_prefix(PATH)?)?;
        Some((draw(&figure)?, path))
    });
    let numbered = (1..).zip(charts.take(MOST));
    numbered
        .map(|(number, (png, path))| Picture {
            id: format!("chart-{number}@{host}"),
            path,
            png,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn charts_of_the_site_are_drawn_once_each() {
        let text = "![a](/figures/lessons/a/b/2.png) ![b](/figures/lessons/a/b/2.png) \
                    ![c](/figures/gone/1.png) ![d](https://other.example/figures/x/1.png) \
                    ![e](/figures/odd.svg)";
        let draw = |figure: &Figure| (figure.page != "/gone").then(|| vec![1]);
        let pictures = drawn(text, "course.example", &draw);
        assert_eq!(
            pictures,
            [Picture {
                path: "/figures/lessons/a/b/2.png".into(),
                id: "chart-1@course.example".into(),
                png: vec![1],
            }]
        );
        let many: String = (1..9)
            .map(|n| format!("![x](/figures/a/{n}.png)"))
            .collect();
        assert_eq!(drawn(&many, "course.example", &draw).len(), MOST);
    }
}
