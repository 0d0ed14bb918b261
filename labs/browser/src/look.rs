//! Looking into a run: changed worlds, and the calls around an instant.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use labs::Scenario;
use labs::tape::{self, Answers, Place, Tape, Taped};
use serde_json::Value;

use crate::{answer, bytes, find, place, refusal, to_json, with_host};

thread_local! {
    static TAPE: RefCell<Rc<RefCell<Tape>>> = RefCell::default();
    /// The reference's answers in the case that was looked at last, by the case's name.
    static ANSWERS: RefCell<(String, Rc<Answers>)> = RefCell::default();
}

/// The scenario, with its world changed by a JSON object of parameters.
pub(crate) fn world<'a>(
    scenario: &'a Scenario,
    changes: &[u8],
) -> Result<Cow<'a, Scenario>, Value> {
    if changes.is_empty() {
        return Ok(Cow::Borrowed(scenario));
    }
    let changes: BTreeMap<String, i64> =
        serde_json::from_slice(changes).map_err(|e| refusal("bad-world", e))?;
    let changed = labs::what_if::changed(scenario, &changes);
    changed
        .map(Cow::Owned)
        .map_err(|message| refusal("world-out-of-range", message))
}

/// Runs a case as [`crate::run_case`] does and keeps the calls around a place, `{"at": ns}` or
/// `{"call": number}`; the answer is that of [`taped`].
///
/// # Safety
/// As [`crate::spec`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn look(
    lab: *const u8,
    len: usize,
    changes: *const u8,
    size: usize,
    around: *const u8,
    around_len: usize,
    scenario: i32,
    seed: i32,
    policy: i32,
) -> i32 {
    // SAFETY: the caller's promise.
    let (name, changes, around) = unsafe {
        (
            bytes(lab, len),
            bytes(changes, size),
            bytes(around, around_len),
        )
    };
    answer(find(name).and_then(|lab| {
        let around: Place = serde_json::from_slice(around).map_err(|e| refusal("bad-place", e))?;
        let key = format!("{}/{scenario}/{seed}/{changes:?}", lab.id);
        let (scenario, seed) = place(lab, scenario, seed)?;
        let scenario = world(scenario, changes)?;
        let known = ANSWERS.with_borrow(|(of, answers)| (*of == key).then(|| Rc::clone(answers)));
        let answers = known.unwrap_or_else(|| Rc::new(tape::reference(lab, &scenario, seed)));
        ANSWERS.set((key, Rc::clone(&answers)));
        let tape = Rc::new(RefCell::new(Tape::around(lab.spec(), around, answers)));
        TAPE.set(Rc::clone(&tape));
        with_host(lab, policy, |host| {
            let mut taped = Taped::new(host, Rc::clone(&tape));
            labs::run_case(lab, &scenario, seed, &mut taped, false)
        })?;
        to_json(&serde_json::json!(tape.borrow().window()))
    }))
}

/// The window of the last [`look`], also after a fault ended it.
#[unsafe(no_mangle)]
pub extern "C" fn taped() -> i32 {
    answer(TAPE.with_borrow(|tape| to_json(&serde_json::json!(tape.borrow().window()))))
}
