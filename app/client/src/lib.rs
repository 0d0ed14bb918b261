//! The islands of `app` for the browser. boot.js loads this module when an island is seen or
//! touched, calls [`hydrate`] once, and then the function of each island it wakes.

use wasm_bindgen::prelude::wasm_bindgen;

/// Prepares the reactive system.
#[wasm_bindgen]
pub fn hydrate() {
    app::hydrate();
}
