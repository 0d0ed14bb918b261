//! `--content DIR`: lessons, and the texts of the labs beside them, are read again whenever a file
//! in the folder changes, and pages that are open load themselves again.

use std::path::PathBuf;
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};

use crate::backend::{Pages, labs_beside};
use crate::state::AppState;

/// Editors write a file in several steps; they are one change.
const QUIET: Duration = Duration::from_millis(100);

/// Watches for as long as the answer lives.
///
/// # Errors
/// When the folder cannot be watched.
pub fn watch(
    dir: PathBuf,
    pages: Arc<Pages>,
    state: AppState,
) -> notify::Result<RecommendedWatcher> {
    let (touched, touches) = mpsc::channel();
    let noticed = move |event: notify::Result<Event>| {
        if event.is_ok_and(|event| !matches!(event.kind, EventKind::Access(_))) {
            // Nobody listens any more when the server has stopped.
            let _ = touched.send(());
        }
    };
    let mut watcher = notify::recommended_watcher(noticed)?;
    watcher.watch(&dir, RecursiveMode::Recursive)?;
    if let Some(labs) = labs_beside(&dir) {
        watcher.watch(&labs, RecursiveMode::Recursive)?;
    }
    thread::spawn(move || {
        while touches.recv().is_ok() {
            while touches.recv_timeout(QUIET).is_ok() {}
            read_again(&dir, &pages, &state);
        }
    });
    Ok(watcher)
}

fn read_again(dir: &std::path::Path, pages: &Pages, state: &AppState) {
    let problem = match pages.reload(dir) {
        Ok(()) => {
            state.pages.clear();
            tracing::info!("lessons read again");
            None
        }
        Err(error) => {
            tracing::warn!("the lessons stay as they were: {error:#}");
            Some(format!("{error:#}"))
        }
    };
    state.edition.send_modify(|edition| {
        edition.number += 1;
        edition.problem = problem;
    });
}
