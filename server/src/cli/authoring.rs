//! `--content DIR`: lessons are read again whenever a file in the folder changes.

use std::path::PathBuf;
use std::sync::Arc;

use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};

use crate::backend::Pages;
use crate::state::AppState;

/// Watches for as long as the answer lives.
///
/// # Errors
/// When the folder cannot be watched.
pub fn watch(
    dir: PathBuf,
    pages: Arc<Pages>,
    state: AppState,
) -> notify::Result<RecommendedWatcher> {
    let folder = dir.clone();
    let changed = move |event: notify::Result<Event>| {
        let Ok(event) = event else { return };
        if matches!(event.kind, EventKind::Access(_)) {
            return;
        }
        match pages.reload(&folder) {
            Ok(()) => {
                state.pages.clear();
                tracing::info!("lessons read again");
            }
            Err(error) => tracing::warn!("the lessons stay as they were: {error:#}"),
        }
    };
    let mut watcher = notify::recommended_watcher(changed)?;
    watcher.watch(&dir, RecursiveMode::Recursive)?;
    Ok(watcher)
}
