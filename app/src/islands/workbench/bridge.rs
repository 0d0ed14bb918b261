//! From the island to the workbench's script: `globalThis.headroomWorkbench`.

use js_sys::{Array, Uint8Array, global};
use leptos::ev::{DragEvent, Event, PointerEvent};
use leptos::html::Div;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::web_sys::{Element, FileList, HtmlElement, HtmlInputElement};
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};

use super::{Message, State, drafts, keep, what_if};
use crate::islands::values::{errors, placed, text};

pub(super) use super::drafts::{storage, typed};
pub(super) use super::keep::{
    clock, close_shared, compare, compare_reference, give_up, remove, rename, restore, share,
    share_current, take_shared, worlds_changed,
};
pub(super) use super::looks::{fetch, look, look_soon};
pub(super) use crate::islands::values::{Answer, call, get, object, wait};

/// What JavaScript holds for the workbench.
#[derive(Clone, Default)]
struct Held {
    bench: Option<JsValue>,
    editor: Option<JsValue>,
    /// Bytes of the module that was dropped.
    dropped: Option<Uint8Array>,
    /// What ran last, a module or a script, and its language.
    ran: Option<(Uint8Array, String)>,
    run: Option<JsValue>,
    /// A run was asked for before the script was there.
    wanted: bool,
}

thread_local! {
    static HELD: std::cell::RefCell<Held> = std::cell::RefCell::default();
}

fn held() -> Held {
    HELD.with_borrow(Clone::clone)
}

/// The script, once it is there.
pub(super) fn bench() -> Option<JsValue> {
    held().bench
}

/// What ran last, and its language.
pub(super) fn ran() -> Option<(Uint8Array, String)> {
    held().ran
}

pub(super) fn show(state: State, title: &str, error: &JsValue) {
    let text = text(error, "message");
    let text = if text.is_empty() {
        format!("{error:?}")
    } else {
        text
    };
    state.fail(title, vec![text]);
}

/// Brings back what was typed last, then loads the script and its editor.
pub(super) fn wake(state: State, module: String, host: NodeRef<Div>) {
    Effect::new(move |_| {
        let Some(host) = host.get() else { return };
        let module = module.clone();
        drafts::read_kept(state);
        keep::read_worlds(state);
        keep::read_gave_up(state);
        spawn_local(async move {
            if let Err(error) = load(state, &module, &host).await {
                let title = "The editor could not be loaded; this plain field keeps working";
                show(state, title, &error);
            }
        });
    });
}

async fn load(state: State, module: &str, host: &HtmlElement) -> Answer<()> {
    let loaded = wait(call(&global(), "headroomImport", &[&module.into()])?).await?;
    let mut bench = get(&global(), "headroomWorkbench")?;
    if bench.is_undefined() {
        wait(call(&loaded, "default", &[])?).await?;
        bench = get(&global(), "headroomWorkbench")?;
    }
    HELD.with_borrow_mut(|held| held.bench = Some(bench.clone()));
    let changed = Closure::<dyn FnMut(String)>::new(move |doc| typed(state, doc)).into_js_value();
    let options = object(&[
        ("language", state.language.get_untracked().into()),
        ("doc", state.source.get_untracked().into()),
        ("label", "Source of your policy".into()),
        ("onChange", changed),
    ]);
    let editor = wait(call(&bench, "mountEditor", &[host, &options])?).await?;
    HELD.with_borrow_mut(|held| held.editor = Some(editor));
    state.mounted.set(true);
    drafts::keep_waiting(state);
    keep::refresh(state).await;
    keep::open_address(state).await;
    // Charts that were asked for before the script was there.
    state.looking.update(|_| {});
    if HELD.with_borrow_mut(|held| std::mem::take(&mut held.wanted)) {
        run(state);
    }
    Ok(())
}

/// Changes the language, with what was typed in it last.
pub(super) fn choose(state: State, language: String) {
    let doc = drafts::kept(state, &language);
    if let Some(storage) = storage() {
        // Without storage the choice lasts as long as the page.
        let _ = storage.set_item(&drafts::key(state, "language"), &language);
    }
    state.language.set(language.clone());
    state.source.set(doc.clone());
    forget_module(state);
    if let Some(editor) = held().editor {
        // The plain field shows the same text.
        let _ = call(&editor, "setLanguage", &[&language.into()]);
        let _ = call(&editor, "setDoc", &[&doc.into()]);
    }
}

fn forget_module(state: State) {
    state.file.set(None);
    HELD.with_borrow_mut(|held| held.dropped = None);
}

/// Puts the starter back; what was there is kept as an attempt.
pub(super) fn reset(state: State) {
    let language = state.language.get_untracked();
    keep::keep_text(state, "reset");
    put_doc(
        state,
        state
            .starter(&language)
            .map_or_else(String::new, |s| s.source),
    );
    state
        .status
        .set("The starter is back. What you had is kept under Attempts.".to_owned());
}

/// Puts a text into the editor.
pub(super) fn put_doc(state: State, doc: String) {
    forget_module(state);
    if let Some(editor) = held().editor {
        // The plain field shows the same text.
        let _ = call(&editor, "setDoc", &[&doc.clone().into()]);
    }
    typed(state, doc);
}

/// Where in its element a pointer is, as parts of width and height.
pub(super) fn place(event: &PointerEvent) -> Option<(f64, f64)> {
    let target: Element = event.current_target()?.dyn_into().ok()?;
    let rect = target.get_bounding_client_rect();
    let across = (f64::from(event.client_x()) - rect.left()) / rect.width().max(1.0);
    let down = (f64::from(event.client_y()) - rect.top()) / rect.height().max(1.0);
    Some((across, down))
}

/// Scrolls to a part of the page and gives it the focus.
pub(super) fn reveal(id: &str) {
    let found = document().get_element_by_id(id);
    if let Some(element) = found.and_then(|e| e.dyn_into::<HtmlElement>().ok()) {
        element.scroll_into_view();
        // Without focus the place is still seen.
        let _ = element.focus();
    }
}

/// A file was chosen.
pub(super) fn chosen(state: State, event: &Event) {
    let input: HtmlInputElement = event_target(event);
    take_file(state, input.files());
}

/// A file was dropped.
pub(super) fn dropped(state: State, event: &DragEvent) {
    take_file(state, event.data_transfer().and_then(|data| data.files()));
}

fn take_file(state: State, files: Option<FileList>) {
    let Some(file) = files.and_then(|files| files.get(0)) else {
        return;
    };
    spawn_local(async move {
        let file: JsValue = file.into();
        let read = async { wait(call(&file, "arrayBuffer", &[])?).await };
        match read.await {
            Ok(buffer) => {
                let bytes = Uint8Array::new(&buffer);
                HELD.with_borrow_mut(|held| held.dropped = Some(bytes));
                state.file.set(Some(text(&file, "name")));
                state
                    .status
                    .set("Module read. Run it to see what it does.".to_owned());
            }
            Err(error) => show(state, "The file cannot be read", &error),
        }
    });
}

/// Compiles what there is and runs it.
pub(super) fn run(state: State) {
    if state.running.get_untracked() {
        return;
    }
    let Some(bench) = held().bench else {
        HELD.with_borrow_mut(|held| held.wanted = true);
        state.status.set("Loading the workbench…".to_owned());
        return;
    };
    if let Some(problem) = untrack(|| what_if::problem(state)) {
        state.fail("This world cannot be run", vec![problem]);
        return;
    }
    state.clear();
    state.ran_worlds.set(state.worlds.get_untracked());
    state.looking.set(true);
    state.running.set(true);
    spawn_local(async move {
        if let Err(error) = compile_and_run(state, &bench).await {
            show(state, "The run could not start", &error);
        }
    });
}

async fn compile_and_run(state: State, bench: &JsValue) -> Answer<()> {
    let Some(wasm) = module(state, bench).await? else {
        return Ok(());
    };
    state.status.set("Checking the module…".to_owned());
    let lab = JsValue::from(state.lab());
    let language = spoken(state);
    let spoken = JsValue::from(language.as_str());
    let checked = wait(call(bench, "check", &[&lab, &wasm, &spoken])?).await?;
    if get(&checked, "ok")?.is_falsy() {
        show_in_editor(&placed(&checked));
        state.fail("This does not fit the lab", errors(&checked));
        return Ok(());
    }
    HELD.with_borrow_mut(|held| held.ran = Some((wasm.clone(), language)));
    state
        .status
        .set("Running every public scenario…".to_owned());
    let source = state
        .file
        .with_untracked(Option::is_none)
        .then(|| state.source.get_untracked());
    let (language, module) = (state.language.get_untracked(), wasm.clone());
    let take = Closure::<dyn FnMut(String)>::new(move |json: String| {
        match serde_json::from_str::<Message>(&json) {
            Ok(message) => {
                let over = matches!(message, Message::Report { .. });
                state.take(message);
                if over {
                    keep::ran(state, source.clone(), language.clone(), module.clone());
                }
            }
            Err(error) => leptos::logging::warn!("unreadable message: {error}"),
        }
    });
    let none = Array::new();
    let worlds = serde_json::to_string(&state.ran_worlds.get_untracked()).unwrap_or_default();
    let take = take.into_js_value();
    let arguments = [&lab, &wasm, &none, &take, &worlds.into(), &spoken];
    let run = call(bench, "run", &arguments)?;
    HELD.with_borrow_mut(|held| held.run = Some(run));
    Ok(())
}

/// The language of what is run: a module that was dropped is no script.
fn spoken(state: State) -> String {
    let language = state.language.get_untracked();
    let script = ::labs::language::of_script(&language).is_some();
    if script && held().dropped.is_some() {
        "wasm".to_owned()
    } else {
        language
    }
}

/// Marks problems in the editor, which is an addition to the list below it.
fn show_in_editor(problems: &JsValue) {
    if let Some(editor) = held().editor {
        let _ = call(&editor, "setDiagnostics", &[problems]);
    }
}

/// What to run: the module that was dropped, or what the workbench makes of the source.
async fn module(state: State, bench: &JsValue) -> Answer<Option<Uint8Array>> {
    if let Some(wasm) = held().dropped {
        return Ok(Some(wasm));
    }
    let language = state.language.get_untracked();
    let here = |language: &::labs::Language| state.info.with_value(|info| info.makes(language));
    if !::labs::language::by_id(&language).is_some_and(here) {
        let build = state.starter(&language).map_or("", |s| s.language.build);
        let lines = vec![
            "This browser does not compile this language.".to_owned(),
            format!("Build the module on your machine ({build}) and drop the .wasm file above."),
        ];
        state.fail("There is no module to run", lines);
        return Ok(None);
    }
    state.status.set("Compiling…".to_owned());
    let source = JsValue::from(state.source.get_untracked());
    let answer = wait(call(bench, "compile", &[&language.into(), &source])?).await?;
    let found = get(
        &answer,
        if get(&answer, "ok")?.is_truthy() {
            "warnings"
        } else {
            "errors"
        },
    )?;
    show_in_editor(&found);
    if get(&answer, "ok")?.is_falsy() {
        state.fail("The source does not compile", errors(&answer));
        return Ok(None);
    }
    Ok(Some(get(&answer, "wasm")?.dyn_into()?))
}

/// Stops the run.
pub(super) fn stop(state: State) {
    if let Some(run) = held().run {
        // A run that is over cannot be cancelled, which is as well.
        let _ = call(&run, "cancel", &[]);
    }
    state.running.set(false);
    state.status.set("Stopped.".to_owned());
}

/// Has the server grade what ran last.
pub(super) fn submit(state: State) {
    let Held {
        bench: Some(bench),
        ran: Some((wasm, language)),
        ..
    } = held()
    else {
        return;
    };
    state.submitting.set(true);
    state.status.set("Submitting…".to_owned());
    spawn_local(async move {
        match send(state, &bench, wasm, language).await {
            Ok(()) => state.submitting.set(false),
            Err(error) => show(state, "The server did not take the submission", &error),
        }
    });
}

async fn send(state: State, bench: &JsValue, wasm: Uint8Array, language: String) -> Answer<()> {
    let tell = Closure::<dyn FnMut(String)>::new(move |json: String| {
        let read: Option<serde_json::Value> = serde_json::from_str(&json).ok();
        let word = read
            .as_ref()
            .and_then(|v| v.get("status"))
            .and_then(|v| v.as_str());
        state
            .status
            .set(format!("On the server: {}.", word.unwrap_or("waiting")));
    });
    let uploaded = state.file.get_untracked().is_some();
    let source = if uploaded {
        JsValue::NULL
    } else {
        state.source.get_untracked().into()
    };
    let body = object(&[
        ("wasm", wasm.into()),
        ("source", source),
        ("language", language.into()),
    ]);
    let lab = JsValue::from(state.lab());
    let answer = wait(call(
        bench,
        "submit",
        &[&lab, &body, &tell.into_js_value()],
    )?)
    .await?;
    let answer = answer.as_string().unwrap_or_default();
    let answer = serde_json::from_str(&answer).map_err(|e| JsValue::from(e.to_string()))?;
    state.server.set(Some(answer));
    state.status.set("Graded by the server.".to_owned());
    Ok(())
}
