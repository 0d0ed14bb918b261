//! What a browser needs to show the course without a network.

use serde_json::json;

use crate::files::{self, Described};

/// Longest file that the service worker fetches unasked, bytes.
const SHELL_MAX_BYTES: u64 = 40_000;

/// `/offline.json`: the addresses of every page and file, the files with their lengths as sent.
#[must_use]
pub fn plan(pages: impl Iterator<Item = String>) -> String {
    let assets = files::described().into_iter();
    let assets = assets.filter(|file| !is_for_people(&file.name));
    let assets: Vec<_> = assets
        .map(|file| json!([file.url, file.sent_bytes]))
        .collect();
    json!({"pages": pages.collect::<Vec<_>>(), "assets": assets}).to_string()
}

/// `/manifest.webmanifest`, by which the site can be installed.
#[must_use]
pub fn manifest() -> String {
    json!({
        "id": "/", "name": "Headroom", "short_name": "Headroom", "lang": "en",
        "description": "System design, learnt by running your own code against it.",
        "start_url": "/course", "scope": "/", "display": "standalone",
        "background_color": "#faf8f4", "theme_color": "#0f6e67",
        "categories": ["education"],
        "icons": [
            {"src": "/icons/192.png", "sizes": "192x192", "type": "image/png"},
            {"src": "/icons/512.png", "sizes": "512x512", "type": "image/png"},
            {"src": "/icons/maskable-512.png", "sizes": "512x512", "type": "image/png",
             "purpose": "maskable"},
        ],
    })
    .to_string()
}

/// The service worker with the names of this build's files before it.
#[must_use]
pub fn worker() -> Option<String> {
    let script = files::named("sw.js")?;
    let script = String::from_utf8_lossy(&script).into_owned();
    let shell = files::described().into_iter().filter(is_of_the_shell);
    let shell: Vec<String> = shell.map(|file| file.url).collect();
    let build = files::build();
    let names = json!({"build": build, "shell": shell});
    Some(format!("self.headroom={names};\n{script}"))
}

/// A service worker that takes away the one before it and all it kept.
pub const GONE: &str = "self.addEventListener('install',()=>self.skipWaiting());\
    self.addEventListener('activate',e=>e.waitUntil((async()=>{\
    for(const name of await caches.keys())\
    if(name.startsWith('headroom-'))await caches.delete(name);\
    await self.registration.unregister()})()));\n";

fn is_of_the_shell(file: &Described) -> bool {
    let kinds = [".js", ".css", ".woff2"];
    let fits = file.sent_bytes <= SHELL_MAX_BYTES && kinds.iter().any(|k| file.name.ends_with(k));
    fits && file.name != "sw.js"
}

fn is_for_people(name: &str) -> bool {
    name.ends_with(".txt") || name == "sw.js"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plan_names_every_page_and_no_legal_text() {
        let pages = ["/".to_owned(), "/labs/retry".to_owned()];
        let plan: serde_json::Value = serde_json::from_str(&plan(pages.into_iter())).unwrap();
        assert_eq!(plan["pages"], json!(["/", "/labs/retry"]));
        let assets = plan["assets"].as_array().unwrap();
        for asset in assets {
            let url = asset[0].as_str().unwrap();
            assert!(
                url.starts_with("/assets/") && !url.ends_with(".txt"),
                "{url}"
            );
            assert!(asset[1].as_u64().is_some(), "{asset}");
        }
    }
}
