//! Markdown to blocks. Raw HTML is refused, links go only where they may, and whatever a page
//! places unescaped was written here.

mod anchors;
mod braces;
mod events;

use self::anchors::anchor;
use self::braces::Bound;
pub(crate) use self::braces::{TERM_IN_PROSE, as_read, is_term};
use self::events::{alert, end_of, markup, start_of, text_of, words};
use crate::model::{Block, Html, Note, Part, Section};
use crate::page::Page;
use crate::{fence, glossary, highlight, math};
use pulldown_cmark::{
    BrokenLink, CodeBlockKind, Event, HeadingLevel, LinkType, Options, Parser, Tag, TagEnd, html,
};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// What a lesson's markdown became.
#[derive(Default)]
pub(crate) struct Body {
    pub sections: Vec<Section>,
    pub notes: Vec<Note>,
    /// Slugs of linked terms, in order.
    pub terms: Vec<String>,
    /// Words of prose, code in the text included, blocks of code and questions not.
    pub words: u32,
}

type Spanned<'a> = (Event<'a>, Range<usize>);

/// Renders the text of a lesson. Problems go to `page`.
pub(crate) fn render(page: &Page<'_>, text: &str) -> Body {
    let (events, bound) = braces::bind(page, text, parse(page, text));
    let mut writer = Writer::new(page, text, bound);
    let mut at = 0;
    while at < events.len() {
        at = writer.top(&events, at);
    }
    writer.finish()
}

/// Renders the text of an article: one section, whose second-level headings are plain ones.
/// Problems go to `page`.
pub(crate) fn render_whole(page: &Page<'_>, text: &str) -> Body {
    let (events, bound) = braces::bind(page, text, parse(page, text));
    let mut writer = Writer::new(page, text, bound);
    writer.is_whole = true;
    writer.body.sections.push(Section {
        part: Part::Thing,
        title: String::new(),
        headings: Vec::new(),
        blocks: Vec::new(),
    });
    let mut at = 0;
    while at < events.len() {
        at = writer.top(&events, at);
    }
    writer.finish()
}

/// Renders one paragraph or less, such as a question, without the `<p>` around it.
pub(crate) fn inline(page: &Page<'_>, text: &str) -> Html {
    let (events, bound) = braces::bind(page, text, parse(page, text));
    let mut writer = Writer::new(page, text, bound);
    let paragraphs = events
        .iter()
        .filter(|(event, _)| matches!(event, Event::Start(Tag::Paragraph)));
    let single = paragraphs.count() == 1;
    let mut at = 0;
    while at < events.len() {
        at = writer.inner(&events, at);
    }
    let mut markup = String::new();
    html::push_html(&mut markup, writer.pending.drain(..));
    if !writer.body.terms.is_empty() {
        page.problem(0, TERM_IN_PROSE);
    }
    let trimmed = markup.trim();
    let bare = trimmed
        .strip_prefix("<p>")
        .and_then(|rest| rest.strip_suffix("</p>"))
        .filter(|_| single);
    Html::trusted(bare.unwrap_or(trimmed).to_owned())
}

/// `text` with the five characters escaped that mean something in HTML.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

fn parse<'a>(page: &Page<'_>, text: &'a str) -> Vec<Spanned<'a>> {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_HEADING_ATTRIBUTES
        | Options::ENABLE_MATH
        | Options::ENABLE_SMART_PUNCTUATION
        | Options::ENABLE_GFM;
    let broken = |link: BrokenLink<'_>| {
        if matches!(link.link_type, LinkType::Reference | LinkType::Collapsed) {
            let message = format!("no link is defined as [{}]", link.reference);
            page.problem(link.span.start, message);
        }
        None
    };
    Parser::new_with_broken_link_callback(text, options, Some(broken))
        .into_offset_iter()
        .collect()
}

struct Writer<'a, 'p> {
    page: &'p Page<'p>,
    source: &'a str,
    body: Body,
    /// Events of the block of text that is being gathered.
    pending: Vec<Event<'a>>,
    /// Anchors in use.
    ids: BTreeSet<String>,
    /// How many paragraphs stand at top level so far.
    paragraphs: u32,
    /// Number of each footnote by name, in order of reference.
    numbers: BTreeMap<String, u32>,
    notes: BTreeMap<String, Html>,
    /// Whether the text is one section, and its headings open none.
    is_whole: bool,
    /// Numbers that a run measured, and links to terms, by their place in the source.
    bound: BTreeMap<usize, Bound>,
}

impl<'a, 'p> Writer<'a, 'p> {
    fn new(page: &'p Page<'p>, source: &'a str, bound: BTreeMap<usize, Bound>) -> Self {
        Self {
            page,
            source,
            body: Body::default(),
            pending: Vec::new(),
            ids: Part::ALL.iter().map(|part| part.id().to_owned()).collect(),
            paragraphs: 0,
            numbers: BTreeMap::new(),
            notes: BTreeMap::new(),
            is_whole: false,
            bound,
        }
    }

    /// Takes one top-level element that starts at `at`; returns where the next one starts.
    fn top(&mut self, events: &[Spanned<'a>], at: usize) -> usize {
        let end = end_of(events, at);
        match &events[at].0 {
            Event::Start(Tag::Heading { level, .. }) if self.is_whole => {
                if *level == HeadingLevel::H1 {
                    let message = "the title stands above the text; start with ##";
                    self.page.problem(events[at].1.start, message);
                }
                self.plain_heading(*level, &events[at..end]);
            }
            Event::Start(Tag::Heading { level, .. }) if *level <= HeadingLevel::H2 => {
                self.section(&events[at..end]);
            }
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) if fence::is_ours(info) => {
                let (span, text) = (events[at].1.start, text_of(&events[at..end]));
                if let Some(block) = fence::block(self.page, info, &text, span) {
                    self.push(block, span);
                }
            }
            Event::Start(Tag::FootnoteDefinition(name)) => {
                self.note(name, &events[at + 1..end - 1], events[at].1.start);
            }
            Event::Start(Tag::Paragraph) => {
                let opening = self.paragraph();
                self.pending.push(opening);
                self.all(events, at + 1, end - 1);
                self.pending.push(markup("</p>\n".to_owned()));
            }
            _ => self.all(events, at, end),
        }
        end
    }

    fn all(&mut self, events: &[Spanned<'a>], mut at: usize, end: usize) {
        while at < end {
            at = self.inner(events, at);
        }
    }

    /// Takes one event, or a whole heading, code block or piece of raw HTML.
    fn inner(&mut self, events: &[Spanned<'a>], at: usize) -> usize {
        let (event, span) = &events[at];
        match event {
            Event::Start(Tag::Heading { level, .. }) => {
                let end = end_of(events, at);
                self.heading(*level, &events[at..end]);
                return end;
            }
            Event::Start(Tag::CodeBlock(kind)) => {
                let end = end_of(events, at);
                self.code(kind, &text_of(&events[at..end]), span.start);
                return end;
            }
            Event::Start(Tag::HtmlBlock) => {
                let end = end_of(events, at);
                self.raw(&text_of(&events[at..end]), span.start);
                return end;
            }
            Event::Start(Tag::FootnoteDefinition(_)) => {
                self.page
                    .problem(span.start, "footnotes are defined at top level");
                return end_of(events, at);
            }
            Event::InlineHtml(text) | Event::Html(text) => self.raw(text, span.start),
            other => self.event(other, span),
        }
        at + 1
    }

    fn event(&mut self, event: &Event<'a>, span: &Range<usize>) {
        let written = match event {
            Event::Text(text) => {
                self.body.words += words(text);
                match self.bound.get(&span.start) {
                    Some(Bound::Number(html)) => markup(html.clone()),
                    Some(Bound::Term(slug)) => markup(self.term(&slug.clone(), text, span.start)),
                    None => {
                        self.slips(span);
                        event.clone()
                    }
                }
            }
            Event::Code(text) => {
                self.body.words += words(text);
                event.clone()
            }
            Event::InlineMath(latex) => self.math(latex, false, span.start),
            Event::DisplayMath(latex) => self.math(latex, true, span.start),
            Event::FootnoteReference(name) => markup(self.reference(name)),
            Event::Start(Tag::Link {
                dest_url, title, ..
            }) => {
                let address = self.page.link(dest_url, span.start);
                let title = match title.is_empty() {
                    true => String::new(),
                    false => format!(" title=\"{}\"", escape(title)),
                };
                markup(format!("<a href=\"{}\"{title}>", escape(&address)))
            }
            Event::End(TagEnd::Link) => markup("</a>".to_owned()),
            Event::Start(Tag::Image { .. }) => {
                self.page
                    .problem(span.start, "images are not served; draw a ```figure");
                markup(String::new())
            }
            Event::End(TagEnd::Image) => markup(String::new()),
            Event::Start(Tag::BlockQuote(Some(kind))) => markup(alert(*kind)),
            Event::End(TagEnd::BlockQuote(Some(_))) => markup("</div>\n".to_owned()),
            Event::Start(Tag::Table(_)) => {
                let scroll = "<div class=\"table-scroll\" tabindex=\"0\">";
                self.pending.push(markup(scroll.to_owned()));
                event.clone()
            }
            Event::End(TagEnd::Table) => {
                self.pending.push(event.clone());
                markup("</div>\n".to_owned())
            }
            other => other.clone(),
        };
        self.pending.push(written);
    }

    /// A link to a term, the only one of the lesson: its definition stands beside it.
    fn term(&mut self, slug: &str, shown: &str, at: usize) -> String {
        if self.body.terms.iter().any(|linked| linked == slug) {
            let message = format!("the term “{slug}” is linked twice; link its first use");
            self.page.problem(at, message);
        }
        self.body.terms.push(slug.to_owned());
        let term = self.page.names.glossary.find(slug);
        term.map_or_else(|_| escape(shown), |term| glossary::link(term, shown))
    }

    /// Markup that did not take effect and would be shown as it is.
    fn slips(&self, span: &Range<usize>) {
        let text = self.source.get(span.start..).unwrap_or("");
        if text.starts_with("[^") {
            self.page
                .problem(span.start, "this footnote is not defined");
        }
        let written = self.source.get(span.clone()).unwrap_or("");
        for (at, _) in written.match_indices('$') {
            let escaped = self.source[..span.start + at].ends_with('\\');
            if !escaped {
                let message = "bad formula: the $ has no partner (write \\$ for a dollar)";
                self.page.problem(span.start + at, message);
            }
        }
    }

    fn math(&self, latex: &str, display: bool, at: usize) -> Event<'a> {
        match math::html(latex, display) {
            Ok(mathml) => markup(mathml),
            Err(error) => {
                self.page
                    .problem(at, format!("bad formula “{}”: {error}", start_of(latex)));
                markup(String::new())
            }
        }
    }

    /// Comments are dropped, everything else is refused.
    fn raw(&mut self, text: &str, at: usize) {
        let inside = text
            .trim()
            .strip_prefix("<!--")
            .and_then(|rest| rest.strip_suffix("-->"));
        if inside.is_none_or(|inside| inside.contains("-->")) {
            let message = format!("raw HTML is not allowed: {}", start_of(text));
            self.page.problem(at, message);
        }
    }

    fn code(&mut self, kind: &CodeBlockKind<'_>, text: &str, at: usize) {
        let language = match kind {
            CodeBlockKind::Fenced(info) => info.split_whitespace().next().unwrap_or(""),
            CodeBlockKind::Indented => "",
        };
        if fence::is_ours(language) {
            let message = format!("```{language} stands at top level, not inside a list or quote");
            self.page.problem(at, message);
            return;
        }
        if !highlight::knows(language) {
            self.page
                .problem(at, format!("unknown language “{language}”"));
        }
        let code = highlight::html(text, language);
        let language = escape(language);
        self.pending.push(markup(format!(
            "<pre class=\"code\" tabindex=\"0\">\
             <code data-language=\"{language}\">{code}</code></pre>\n"
        )));
    }

    fn push(&mut self, block: Block, at: usize) {
        self.flush(at);
        match self.body.sections.last_mut() {
            Some(section) => section.blocks.push(block),
            None => self
                .page
                .problem(at, "text stands before the first section"),
        }
    }

    fn flush(&mut self, at: usize) {
        if self.pending.is_empty() {
            return;
        }
        let mut text = String::new();
        html::push_html(&mut text, self.pending.drain(..));
        if !text.trim().is_empty() {
            self.push(Block::Html(Html::trusted(text)), at);
        }
    }

    fn finish(mut self) -> Body {
        self.flush(0);
        for (name, number) in &self.numbers {
            if let Some(html) = self.notes.remove(name) {
                self.body.notes.push(Note {
                    id: anchor(name),
                    number: *number,
                    html,
                });
            }
        }
        self.body.notes.sort_by_key(|note| note.number);
        for name in self.notes.keys() {
            self.page
                .problem(0, format!("nothing refers to the footnote [^{name}]"));
        }
        self.body
    }
}
