//! What every page has around its content: head, header, footer.

use leptos::prelude::*;

use crate::assets::Site;

/// Chooses the theme before the first paint, so that no page flashes.
const THEME: &str = "try{var t=localStorage.getItem('theme');\
    if(t=='light'||t=='dark')document.documentElement.dataset.theme=t}catch(e){}";

/// Every inline script of every page, for the hashes of the content security policy.
pub const INLINE_SCRIPTS: &[&str] = &[THEME];

/// What a page's head says of it.
pub(crate) struct Head {
    /// Title without the site's name.
    pub title: String,
    /// One or two sentences, for search engines and previews.
    pub description: String,
    /// Whether search engines may list the page.
    pub index: bool,
    /// The sheet that it has beside the common one, by logical name.
    pub sheet: Option<&'static str>,
    /// The script that it has beside the common one, by logical name.
    pub script: Option<&'static str>,
}

impl Head {
    pub fn new(title: impl Into<String>, description: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            description: description.into(),
            index: true,
            sheet: Some("pages.css"),
            script: None,
        }
    }

    /// For a lesson: the common sheet is all it needs.
    pub fn lesson(title: impl Into<String>, description: impl Into<String>) -> Self {
        Self {
            sheet: None,
            ..Self::new(title, description)
        }
    }

    /// With another sheet than that of most pages.
    pub fn styled(self, sheet: &'static str) -> Self {
        Self {
            sheet: Some(sheet),
            ..self
        }
    }

    /// With a script that few pages need.
    pub fn scripted(self, script: &'static str) -> Self {
        Self {
            script: Some(script),
            ..self
        }
    }

    pub fn unlisted(self) -> Self {
        Self {
            index: false,
            ..self
        }
    }
}

const SITE_NAME: &str = "Headroom";

/// The mark: what is used, under a ceiling, with room between.
const MARK: &str = "<svg class=\"mark\" viewBox=\"0 0 32 32\" width=\"32\" height=\"32\" \
    aria-hidden=\"true\"><path class=\"mark-ceiling\" d=\"M3 6H29\"/>\
    <path class=\"mark-load\" d=\"M3 28V24L9 18L14 21L20 13L25 16L29 13V28Z\"/></svg>";

const LENS: &str = "<svg viewBox=\"0 0 24 24\" width=\"20\" height=\"20\" \
    aria-hidden=\"true\"><circle cx=\"10\" cy=\"10\" r=\"6\"/><path d=\"M15 15L21 21\"/></svg>";

const ICON: &str = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 \
    32'%3E%3Cpath d='M3 6H29' stroke='%23c2410c' stroke-width='3'/%3E%3Cpath d='M3 28V24L9 18L14 \
    21L20 13L25 16L29 13V28Z' fill='%230f6e67'/%3E%3C/svg%3E";

/// The whole document around `view`.
pub(crate) fn shell(path: &str, site: &Site, head: Head, view: AnyView) -> impl IntoView + use<> {
    let canonical = site.absolute(path);
    let full = if path == "/" {
        format!("{SITE_NAME}: {}", head.title)
    } else {
        format!("{} · {SITE_NAME}", head.title)
    };
    // Pages that nobody links to have the card of the site.
    let name = if head.index && path != "/" {
        path
    } else {
        "/home"
    };
    let card = site.absolute(&format!("/cards{name}.png"));
    let robots = (!head.index).then(|| view! { <meta name="robots" content="noindex"/> });
    let assets = &site.assets;
    let sheet = head
        .sheet
        .map(|sheet| view! { <link rel="stylesheet" href=assets.url(sheet)/> });
    let script = head
        .script
        .map(|script| view! { <script type="module" src=assets.url(script)></script> });
    view! {
        <html lang="en" data-client=assets.url("client.js") data-wasm=assets.url("client_bg.wasm")
            data-author=site.author.then_some("") data-offline=site.offline.then_some("")>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <title>{full.clone()}</title>
                <meta name="description" content=head.description.clone()/>
                {robots}
                <link rel="canonical" href=canonical.clone()/>
                {property("og:type", "website".to_owned())}
                {property("og:site_name", SITE_NAME.to_owned())}
                {property("og:title", head.title)}
                {property("og:description", head.description)}
                {property("og:url", canonical)}
                {property("og:image", card)}
                {property("og:image:width", "1200".to_owned())}
                {property("og:image:height", "630".to_owned())}
                {property("og:image:alt", full.clone())}
                <meta name="twitter:card" content="summary_large_image"/>
                <link rel="manifest" href="/manifest.webmanifest"/>
                <link rel="apple-touch-icon" href="/icons/180.png"/>
                <meta name="color-scheme" content="light dark"/>
                <link rel="icon" href=ICON/>
                <link rel="alternate" type="application/atom+xml" title="Lessons" href="/feed.xml"/>
                <link rel="alternate" type="application/feed+json" title="Lessons"
                    href="/feed.json"/>
                <script inner_html=THEME></script>
                <link rel="stylesheet" href=assets.url("style.css")/>
                {sheet}
                <script type="module" src=assets.url("boot.js")></script>
                {script}
            </head>
            <body>
                <a class="skip" href="#main">"Skip to content"</a>
                {header(path)}
                <main id="main" tabindex="-1">{view}</main>
                {footer(path)}
            </body>
        </html>
    }
}

fn property(name: &'static str, content: String) -> impl IntoView {
    leptos::html::meta()
        .attr("property", name)
        .attr("content", content)
}

fn header(path: &str) -> impl IntoView + use<> {
    let link = |href: &'static str, label: &'static str| {
        let inside = path == href || path.strip_prefix(href).is_some_and(|p| p.starts_with('/'));
        let inside = inside || (href == "/course" && path.starts_with("/lessons/"));
        let current = inside.then_some(if path == href { "page" } else { "true" });
        view! { <li><a href=href aria-current=current>{label}</a></li> }
    };
    view! {
        <header class="site-header">
            <a class="brand" href="/">
                <span inner_html=MARK></span>
                <span>{SITE_NAME}</span>
            </a>
            <nav aria-label="Main">
                <ul>
                    {link("/course", "Course")}
                    {link("/labs", "Labs")}
                    <li>
                        <a href="/me" data-you aria-current=(path == "/me").then_some("page")>
                            "You"
                        </a>
                    </li>
                </ul>
            </nav>
            <form class="site-search" role="search" action="/search">
                <input type="search" name="q" aria-label="Search" placeholder="Search  /"
                    maxlength="200" autocomplete="off" data-search/>
            </form>
            <a class="search-link" href="/search" aria-label="Search">
                <span inner_html=LENS></span>
            </a>
            <button class="theme quiet" type="button" data-theme-toggle hidden>
                <span class="theme-icon" aria-hidden="true"></span>
                <span class="theme-label">"Theme"</span>
            </button>
        </header>
    }
}

fn footer(path: &str) -> impl IntoView + use<> {
    view! {
        <footer class="site-footer">
            <p>
                "A course on system design and scaling in which your own code runs in a simulator:
                here, and on the server for the record."
            </p>
            <form class="subscribe" method="post" action="/newsletter">
                <label for="subscribe">"What is new, by mail"</label>
                <input id="subscribe" name="email" type="email" required maxlength="254"
                    placeholder="you@example.org" autocomplete="email"/>
                <input type="hidden" name="short" value="yes"/>
                <input type="hidden" name="source" value=path.to_owned()/>
                <button class="button">"Subscribe"</button>
            </form>
            <nav aria-label="Footer">
                <ul>
                    <li><a href="/course">"Course map"</a></li>
                    <li><a href="/labs">"Labs"</a></li>
                    <li><a href="/articles">"Articles"</a></li>
                    <li><a href="/glossary">"Glossary"</a></li>
                    <li><a href="/account">"Your account"</a></li>
                    <li><a href="/newsletter">"Newsletter"</a></li>
                    <li><a href="/docs/api">"API"</a></li>
                    <li><a href="/problems">"Error reference"</a></li>
                    <li><a href="/status">"Status"</a></li>
                </ul>
            </nav>
        </footer>
    }
}
