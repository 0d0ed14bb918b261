//! Pictures of pages: what is shown where a page is linked, and the icons of the site. Drawn as SVG
//! with fonts of our own, so that every server draws the same bytes.

mod drawing;

use std::sync::Arc;

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree, fontdb::Database};

pub use drawing::{HEIGHT, WIDTH};

const SANS: &[u8] = include_bytes!("../../fonts/sans-500.ttf");
const SERIF: &[u8] = include_bytes!("../../fonts/serif-650.ttf");

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
        self.png(&drawing::card(card), WIDTH, HEIGHT)
    }

    /// The mark of the site, a square PNG of `side` pixels. With `room` it stays inside the circle
    /// to which launchers may cut it.
    ///
    /// # Errors
    /// When it cannot be drawn, which is our fault.
    pub fn icon(&self, side: u32, room: bool) -> anyhow::Result<Vec<u8>> {
        self.png(&drawing::icon(side, room), side, side)
    }

    fn png(&self, svg: &str, width: u32, height: u32) -> anyhow::Result<Vec<u8>> {
        let options = Options {
            fontdb: Arc::clone(&self.0),
            ..Options::default()
        };
        let tree = Tree::from_str(svg, &options)?;
        let mut pixels = Pixmap::new(width, height)
            .ok_or_else(|| anyhow::anyhow!("a picture of {width} by {height} pixels"))?;
        resvg::render(&tree, Transform::identity(), &mut pixels.as_mut());
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
