//! Markdown of an issue as a mail shows it: HTML that mail programs understand, and plain text that
//! is complete without it. Nothing but text, links and pictures comes through; HTML in the markdown
//! is shown as text.

use pulldown_cmark::{CowStr, Event, Options, Parser, Tag, TagEnd, html};

use super::pictures;
use crate::escape::escaped;
use crate::mail::stencil::Picture;

/// Letters in a line of plain text (RFC 3676 §4.2 advises less than 78).
const WIDTH: usize = 72;

fn events<'a>(markdown: &'a str, site: &'a str) -> impl Iterator<Item = Event<'a>> {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
    Parser::new_ext(markdown, options).map(move |event| match event {
        Event::Html(text) | Event::InlineHtml(text) => Event::Text(text),
        Event::Start(Tag::HtmlBlock) => Event::Start(Tag::Paragraph),
        Event::End(TagEnd::HtmlBlock) => Event::End(TagEnd::Paragraph),
        Event::Start(Tag::Link {
            link_type,
            dest_url,
            title,
            id,
        }) => Event::Start(Tag::Link {
            link_type,
            dest_url: absolute(&dest_url, site),
            title,
            id,
        }),
        Event::Start(Tag::Image {
            link_type,
            dest_url,
            title,
            id,
        }) => Event::Start(Tag::Image {
            link_type,
            dest_url: absolute(&dest_url, site),
            title,
            id,
        }),
        other => other,
    })
}

/// Where a link leads from a mail: a path of the site gets the site in front, and what is neither
/// that nor an address of the web or of mail leads to the site.
fn absolute<'a>(url: &str, site: &str) -> CowStr<'a> {
    let known = ["https://", "http://", "mailto:"];
    if known.iter().any(|scheme| url.starts_with(scheme)) {
        return url.to_owned().into();
    }
    match url.starts_with('/') && !url.starts_with("//") {
        true => format!("{site}{url}").into(),
        false => site.to_owned().into(),
    }
}

/// The HTML, without a head. A mail has its charts with it, as `carried`; a chart that it has not
/// is left to its words. On the web (`None`) charts are where they are.
#[must_use]
pub fn html(markdown: &str, site: &str, carried: Option<&[Picture]>) -> String {
    let mut out = String::new();
    let Some(carried) = carried else {
        html::push_html(&mut out, events(markdown, site));
        return out;
    };
    let charts = format!("{site}{}", pictures::PATH);
    let mut in_words = false;
    let events = events(markdown, site).map(|event| match event {
        Event::Start(Tag::Image {
            link_type,
            dest_url,
            title,
            id,
        }) if dest_url.starts_with(&charts) => {
            let found = carried
                .iter()
                .find(|one| dest_url[site.len()..] == one.path);
            in_words = found.is_none();
            found.map_or(Event::Start(Tag::Emphasis), |found| {
                Event::Start(Tag::Image {
                    link_type,
                    dest_url: format!("cid:{}", found.id).into(),
                    title,
                    id,
                })
            })
        }
        Event::End(TagEnd::Image) if std::mem::take(&mut in_words) => Event::End(TagEnd::Emphasis),
        other => other,
    });
    html::push_html(&mut out, events);
    out
}

/// Every address that links and pictures name, as they are written; pictures without words for
/// those who do not see them come second.
#[must_use]
pub fn addresses(markdown: &str) -> (Vec<String>, Vec<String>) {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
    let (mut addresses, mut mute) = (Vec::new(), Vec::new());
    let mut picture: Option<(String, bool)> = None;
    for event in Parser::new_ext(markdown, options) {
        match event {
            Event::Start(Tag::Link { dest_url, .. }) => addresses.push(dest_url.into_string()),
            Event::Start(Tag::Image { dest_url, .. }) => {
                addresses.push(dest_url.to_string());
                picture = Some((dest_url.into_string(), false));
            }
            Event::Text(text) => {
                if let Some((_, has_words)) = &mut picture {
                    *has_words |= !text.trim().is_empty();
                }
            }
            Event::End(TagEnd::Image) => {
                if let Some((url, false)) = picture.take() {
                    mute.push(url);
                }
            }
            _ => {}
        }
    }
    (addresses, mute)
}

/// The plain text.
#[must_use]
pub fn text(markdown: &str, site: &str) -> String {
    let mut plain = Plain::default();
    for event in events(markdown, site) {
        plain.take(event);
    }
    plain.out.trim_end().to_owned() + "\n"
}

#[derive(Default)]
struct Plain {
    out: String,
    /// The paragraph that is being read.
    line: String,
    /// Numbers of the lists we are in; nothing where items have none.
    lists: Vec<Option<u64>>,
    /// What the first line of the next paragraph begins with.
    mark: Option<String>,
    quoted: usize,
    links: Vec<(String, usize)>,
}

impl Plain {
    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) => self.line.push_str(&text),
            Event::Code(text) => self.line.push_str(&text),
            Event::SoftBreak => self.line.push(' '),
            Event::HardBreak => self.line.push('\n'),
            Event::Rule => self.out.push_str(&format!("{}\n\n", "-".repeat(WIDTH / 2))),
            _ => {}
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::BlockQuote(_) => self.quoted += 1,
            Tag::List(first) => {
                self.flush(1);
                self.lists.push(first);
            }
            Tag::Item => {
                let mark = match self.lists.last_mut() {
                    Some(Some(number)) => {
                        *number += 1;
                        format!("{}. ", *number - 1)
                    }
                    _ => "- ".to_owned(),
                };
                self.mark = Some(mark);
            }
            Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. } => {
                self.links.push((dest_url.into_string(), self.line.len()));
            }
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph => self.flush(if self.lists.is_empty() { 2 } else { 1 }),
            TagEnd::Heading(_) => {
                let rule = "-".repeat(self.line.chars().count().min(WIDTH));
                self.flush(1);
                self.out.push_str(&format!("{rule}\n\n"));
            }
            TagEnd::CodeBlock => {
                let code = std::mem::take(&mut self.line);
                for line in code.lines() {
                    self.out.push_str(&format!("    {line}\n"));
                }
                self.out.push('\n');
            }
            TagEnd::BlockQuote(_) => self.quoted = self.quoted.saturating_sub(1),
            TagEnd::Item => self.flush(1),
            TagEnd::List(_) => {
                self.lists.pop();
                if self.lists.is_empty() {
                    self.out.push('\n');
                }
            }
            TagEnd::Link | TagEnd::Image => {
                if let Some((url, from)) = self.links.pop()
                    && self.line.get(from..).is_some_and(|words| words != url)
                {
                    self.line.push_str(&format!(" <{url}>"));
                }
            }
            TagEnd::TableCell => self.line.push_str("  "),
            TagEnd::TableRow | TagEnd::TableHead => {
                let row = std::mem::take(&mut self.line);
                self.out.push_str(&format!("{}\n", row.trim_end()));
            }
            TagEnd::Table => self.out.push('\n'),
            _ => {}
        }
    }

    /// Writes the paragraph, folded, with this many line ends after it.
    fn flush(&mut self, ends: usize) {
        let line = std::mem::take(&mut self.line);
        if line.trim().is_empty() {
            return;
        }
        let quote = "> ".repeat(self.quoted);
        let deep = "  ".repeat(self.lists.len().saturating_sub(1));
        let mark = self.mark.take().unwrap_or_default();
        let hang = match self.lists.is_empty() {
            true => String::new(),
            false => " ".repeat(mark.len().max(2)),
        };
        let mut begin = format!("{quote}{deep}{mark}");
        if mark.is_empty() {
            begin.push_str(&hang);
        }
        for part in line.split('\n') {
            let mut row = std::mem::take(&mut begin);
            let mut is_fresh = true;
            for word in part.split_whitespace() {
                let full = row.chars().count() + word.chars().count() >= WIDTH;
                if full && !is_fresh {
                    self.out.push_str(&format!("{row}\n"));
                    row = format!("{quote}{deep}{hang}");
                    is_fresh = true;
                }
                if !is_fresh {
                    row.push(' ');
                }
                row.push_str(word);
                is_fresh = false;
            }
            self.out.push_str(&format!("{row}\n"));
            begin = format!("{quote}{deep}{hang}");
        }
        self.out.push_str(&"\n".repeat(ends - 1));
    }
}

/// A whole mail of this HTML: it stands alone at 390 px and at 1280, in light and in dark.
///
/// # Errors
/// When the frame cannot be put together.
pub fn framed(subject: &str, preview: &str, inner: &str, foot: &str) -> Result<String, String> {
    let (subject, preview) = (escaped(subject), escaped(preview));
    let mjml = format!(
        "<mjml lang=\"en\"><mj-head><mj-title>{subject}</mj-title>\
         <mj-preview>{preview}</mj-preview>\
         <mj-attributes><mj-all font-family=\"system-ui, 'Segoe UI', Helvetica, Arial, \
         sans-serif\" /><mj-text font-size=\"16px\" line-height=\"1.55\" color=\"#1c2421\" \
         padding=\"8px 20px\" /></mj-attributes><mj-style>{STYLE}</mj-style></mj-head>\
         <mj-body background-color=\"#f4f2ec\" width=\"600px\">\
         <mj-section background-color=\"#fffdf8\" padding=\"20px 0 8px\" css-class=\"sheet\">\
         <mj-column><mj-text><div class=\"name\">Headroom</div></mj-text>\
         <mj-text>BODY-OF-THE-ISSUE</mj-text></mj-column></mj-section>\
         <mj-section padding=\"8px 0 24px\"><mj-column>\
         <mj-text font-size=\"14px\" color=\"#55605b\">FOOT-OF-THE-ISSUE</mj-text>\
         </mj-column></mj-section></mj-body></mjml>"
    );
    let root = mrml::parse(&mjml).map_err(|error| error.to_string())?;
    let options = mrml::prelude::render::RenderOptions::default();
    let frame = root
        .element
        .render(&options)
        .map_err(|error| error.to_string())?;
    let head = "<meta name=\"color-scheme\" content=\"light dark\">\
                <meta name=\"supported-color-schemes\" content=\"light dark\"></head>";
    Ok(frame
        .replacen("</head>", head, 1)
        .replacen("BODY-OF-THE-ISSUE", inner, 1)
        .replacen("FOOT-OF-THE-ISSUE", foot, 1))
}

/// What mail programs keep of a style sheet; those that keep none show it plain.
const STYLE: &str = "a { color: #0f6e67; } h1, h2, h3 { line-height: 1.25; margin: 24px 0 8px; } \
    h1 { font-size: 26px; } h2 { font-size: 20px; } h3 { font-size: 17px; } \
    p, ul, ol { margin: 0 0 14px; } li { margin: 0 0 6px; } \
    code { font-family: ui-monospace, Menlo, Consolas, monospace; font-size: 14px; } \
    pre { overflow: auto; padding: 12px; background: #f0eee6; border-radius: 6px; } \
    blockquote { margin: 0 0 14px; padding: 0 0 0 14px; border-left: 4px solid #b9c7c1; } \
    table { border-collapse: collapse; } \
    .sheet td table td, .sheet th { text-align: left; } \
    .sheet th, .sheet thead ~ tbody td { padding: 4px 10px 4px 0; } \
    img { max-width: 100%; height: auto; } .name { font-weight: 650; color: #0f6e67; } \
    @media (prefers-color-scheme: dark) { \
    body, body > div { background: #141a18 !important; } \
    .sheet, .sheet > table { background: #1b2320 !important; } \
    div, p, li, td, th, h1, h2, h3, blockquote { color: #e6e9e4 !important; } \
    a, .name { color: #6fd0c4 !important; } \
    a.button { color: #fffdf8 !important; } pre { background: #10302d !important; } }";

#[cfg(test)]
mod tests {
    use super::*;

    const SITE: &str = "https://course.example";

    #[test]
    fn links_of_the_site_lead_there_from_anywhere_and_scripts_are_text() {
        let html = html(
            "[lab](/labs/retry) [odd](javascript:alert(1)) <script>alert(1)</script>",
            SITE,
            None,
        );
        assert!(html.contains("href=\"https://course.example/labs/retry\""));
        assert!(!html.contains("javascript:") && !html.contains("<script"));
        assert!(html.contains("&lt;script&gt;"));
    }

    #[test]
    fn the_text_is_folded_and_says_where_links_lead() {
        let markdown = "# News\n\nOne two three four five six seven eight nine ten eleven twelve \
                        thirteen [fourteen](/labs).\n\n- first\n- second\n  - deep\n\n3. three\n\n\
                        > said\n\n```\nlet x = 1;\n```\n";
        let text = text(markdown, SITE);
        assert_eq!(
            text,
            "News\n----\n\nOne two three four five six seven eight nine ten eleven twelve \
             thirteen\nfourteen <https://course.example/labs>.\n\n- first\n- second\n  - deep\n\n\
             3. three\n\n> said\n\n    let x = 1;\n"
        );
        assert!(text.lines().all(|line| line.chars().count() <= 78));
    }

    #[test]
    fn a_mail_has_its_charts_with_it_or_says_what_they_show() {
        let markdown = "![A storm](/figures/lessons/a/b/1.png) ![*Calm*](/figures/c/2.png)";
        let carried = [Picture {
            path: "/figures/lessons/a/b/1.png".into(),
            id: "1@course.example".into(),
            png: Vec::new(),
        }];
        let mail = html(markdown, SITE, Some(&carried));
        let one = "<img src=\"cid:1@course.example\" alt=\"A storm\" />";
        assert_eq!(mail, format!("<p>{one} <em><em>Calm</em></em></p>\n"));
        let web = html(markdown, "", None);
        assert!(
            web.contains("src=\"/figures/c/2.png\" alt=\"Calm\""),
            "{web}"
        );
        let text = text(markdown, SITE);
        assert!(text.contains("<https://course.example/figures/lessons/a/b/1.png>"));
    }

    #[test]
    fn a_picture_needs_words() {
        let (addresses, mute) = addresses("![](a.png) ![seen](b.png) [x](/labs)");
        assert_eq!(addresses, ["a.png", "b.png", "/labs"]);
        assert_eq!(mute, ["a.png"]);
    }

    #[test]
    fn the_frame_holds_it_and_knows_the_dark() {
        let mail = framed("A & B", "Soon", "<p>inner</p>", "<p>foot</p>").unwrap();
        assert!(mail.contains("<p>inner</p>") && mail.contains("<p>foot</p>"));
        assert!(mail.contains("A &amp; B") && mail.contains("prefers-color-scheme: dark"));
        assert!(mail.contains("name=\"color-scheme\""));
    }
}
