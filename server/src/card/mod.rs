//! Pictures of pages: what is shown where a page is linked, its charts for those who read
//! elsewhere, and the icons of the site. Drawn as SVG with fonts of our own, so that every server
//! draws the same bytes.

mod drawing;
mod figure;

use std::sync::Arc;

use anyhow::Context;
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree, fontdb::Database};

pub use drawing::{HEIGHT, WIDTH};

use crate::state::Site;

const SANS: &[u8] = include_bytes!("../../fonts/sans-500.ttf");
const SERIF: &[u8] = include_bytes!("../../fonts/serif-650.ttf");

/// Pixels of a chart's picture for each unit of its drawing: sharp on most screens.
const SHARPNESS: f32 = 1.75;

/// Draws pictures. Cheap to clone.
#[derive(Clone)]
pub struct Painter(Arc<Database>);

/// What a page's card says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    /// Title of the page.
    pub title: String,
    /// A sentence or two about it.
    pub description: String,
}

/// A chart of a page of the site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figure {
    /// Path of the page.
    pub page: String,
    /// Which of its charts, from 1.
    pub number: usize,
}

impl Figure {
    /// The chart that `/figures/` followed by this name shows.
    #[must_use]
    pub fn at(name: &str) -> Option<Self> {
        let (page, number) = name.strip_suffix(".png")?.rsplit_once('/')?;
        let number: u8 = number.parse().ok()?;
        Some(Self {
            page: format!("/{page}"),
            number: number.into(),
        })
    }

    /// Whether the site has such a page, and the page such a chart.
    #[must_use]
    pub fn is_on(&self, site: &dyn Site) -> bool {
        self.svg(site).is_some()
    }

    fn svg(&self, site: &dyn Site) -> Option<String> {
        let (status, html) = site.page(&self.page)?;
        figure::of(&html, self.number).filter(|_| status == 200)
    }

    /// Its picture; nothing where the site has no such page or the page no such chart.
    ///
    /// # Errors
    /// When it cannot be drawn, which is our fault.
    #[must_use]
    pub fn draw(&self, site: &dyn Site, painter: &Painter) -> Option<anyhow::Result<Vec<u8>>> {
        Some(painter.png(&self.svg(site)?, SHARPNESS))
    }
}

impl Painter {
    /// With our fonts and no others.
    #[must_use]
    pub fn new() -> Self {
        let mut fonts = Database::new();
        fonts.load_font_data(SANS.to_vec());
        fonts.load_font_data(SERIF.to_vec());
        Self(Arc::new(fonts))
    }

    /// The card of a page, a PNG of [`WIDTH`] by [`HEIGHT`] pixels. Takes some ten milliseconds.
    ///
    /// # Errors
    /// When it cannot be drawn, which is our fault.
    pub fn card(&self, card: &Card) -> anyhow::Result<Vec<u8>> {
        self.png(&drawing::card(card), 1.0)
    }

    /// The mark of the site, a square PNG of `side` pixels. With `room` it stays inside the circle
    /// to which launchers may cut it.
    ///
    /// # Errors
    /// When it cannot be drawn, which is our fault.
    pub fn icon(&self, side: u32, room: bool) -> anyhow::Result<Vec<u8>> {
        self.png(&drawing::icon(side, room), 1.0)
    }

    fn png(&self, svg: &str, scale: f32) -> anyhow::Result<Vec<u8>> {
        let options = Options {
            fontdb: Arc::clone(&self.0),
            ..Options::default()
        };
        let tree = Tree::from_str(svg, &options)?;
        let size = tree.size().to_int_size();
        let size = size.scale_by(scale).context("a picture of no size")?;
        let pixels = Pixmap::new(size.width(), size.height());
        let mut pixels = pixels.context("a picture too large to draw")?;
        resvg::render(
            &tree,
            Transform::from_scale(scale, scale),
            &mut pixels.as_mut(),
        );
        Ok(pixels.encode_png()?)
    }
}

impl Default for Painter {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn size(png: &[u8]) -> (u32, u32) {
        let number = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().unwrap());
        assert_eq!(&png[..8], b"\x89PNG\r\n\x1a\n");
        (number(16), number(20))
    }

    #[test]
    fn the_same_page_has_the_same_picture() {
        let card = Card {
            title: "Retry <Mechanisms> & \"budgets\"".into(),
            description: "Decide when a second try helps. And when it does not.".into(),
        };
        let png = Painter::new().card(&card).unwrap();
        assert_eq!(size(&png), (WIDTH, HEIGHT));
        assert_eq!(Painter::new().card(&card).unwrap(), png);
        let other = Card {
            title: "Another".into(),
            ..card
        };
        assert_ne!(
            Painter::new().card(&other).unwrap(),
            png,
            "letters are drawn"
        );
        assert_eq!(size(&Painter::new().icon(192, true).unwrap()), (192, 192));
    }

    #[test]
    fn a_chart_of_a_page_is_drawn_with_its_colours_and_names() {
        let chart = |colour: &str, name: &str| {
            format!(
                "<p>1 < 2</p><figure class=\"chart\"><figcaption class=\"chart-head\"><span \
                 class=\"chart-title\">Calls &amp; answers</span></figcaption><ul \
                 class=\"chart-legend\"><li class=\"{colour} v0\"><svg width=\"28\" height=\"10\">\
                 <path class=\"line\" d=\"M1 5H27\"/></svg>{name}</ul><svg class=\"chart-svg\" \
                 viewBox=\"0 0 640 340\" role=\"img\"><title>Calls</title><path class=\"grid\" \
                 d=\"M58 30H626\"/><g class=\"{colour} v0\"><path class=\"line\" \
                 d=\"M58 85h60v80\"/></g></svg></figure>"
            )
        };
        let painter = Painter::new();
        let draw = |page: &str, nth| {
            let svg = figure::of(page, nth)?;
            Some(painter.png(&svg, SHARPNESS).unwrap())
        };
        let png = draw(&chart("s-you", "Yours"), 1).unwrap();
        assert_eq!(size(&png).0, 1176);
        assert_ne!(draw(&chart("s-naive", "Yours"), 1).unwrap(), png);
        assert_ne!(draw(&chart("s-you", "Mine"), 1).unwrap(), png);
        let two = chart("s-naive", "Yours") + &chart("s-you", "Yours");
        assert_eq!(draw(&two, 2).unwrap(), png);
        for nth in [0, 2] {
            assert_eq!(draw(&chart("s-you", "Yours"), nth), None);
        }
        assert_eq!(draw("<figure class=\"chart\">", 1), None);
        let broken = chart("s-you", "Yours").replace("<title>", "<title");
        let broken = figure::of(&broken, 1).unwrap();
        assert!(painter.png(&broken, 1.0).is_err(), "no XML");
    }

    #[test]
    fn no_title_is_too_long() {
        for letters in [0, 1, 100, 10_000] {
            let card = Card {
                title: "w".repeat(letters),
                description: "words ".repeat(letters),
            };
            assert_eq!(size(&Painter::new().card(&card).unwrap()), (WIDTH, HEIGHT));
        }
    }
}
