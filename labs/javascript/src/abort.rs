//! How a script's end is told: `env.abort(message, file, line, column)`, texts as AssemblyScript
//! keeps them, so that hosts need to know one form only.

use std::ffi::CStr;

use rquickjs_sys as js;

use super::value;

/// What the script is called in messages.
pub const FILE: &CStr = c"policy.js";
/// Longest message, in UTF-16 units.
const MAX_UNITS: usize = 240;

#[link(wasm_import_module = "env")]
unsafe extern "C" {
    #[link_name = "abort"]
    fn env_abort(message: *const u16, file: *const u16, line: i32, column: i32);
}

/// Ends the run with a message about no place in particular.
pub fn say(message: &str) -> ! {
    at(message, (0, 0))
}

/// Ends the run with the exception that the context holds.
pub unsafe fn exception(context: *mut js::JSContext) -> ! {
    // SAFETY: the caller's context is alive.
    unsafe { thrown(context, js::JS_GetException(context)) }
}

/// Ends the run with what was thrown.
pub unsafe fn thrown(context: *mut js::JSContext, what: js::JSValue) -> ! {
    // SAFETY: the caller's context is alive, and so is the value.
    unsafe {
        let text = value::show(context, what);
        if js::JS_IsError(what) {
            at(&text, place(&property(context, what, c"stack")));
        }
        at(&format!("threw {text}"), (0, 0))
    }
}

unsafe fn property(context: *mut js::JSContext, of: js::JSValue, name: &CStr) -> String {
    // SAFETY: the caller's promise.
    unsafe {
        let found = js::JS_GetPropertyStr(context, of, name.as_ptr());
        value::show(context, found)
    }
}

/// Line and column of the first `policy.js:12:5` in a stack; zeros where there is none.
fn place(stack: &str) -> (i32, i32) {
    let file = FILE.to_str().unwrap_or_default();
    let Some((_, rest)) = stack.split_once(file) else {
        return (0, 0);
    };
    let mut numbers = rest
        .split(|c: char| !c.is_ascii_digit())
        .skip_while(|text| text.is_empty())
        .map(|text| text.parse().unwrap_or(0));
    (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0))
}

fn at(message: &str, (line, column): (i32, i32)) -> ! {
    let message = text(message);
    let file = text(FILE.to_str().unwrap_or_default());
    // SAFETY: both texts lie two units after the start of a vector that lives through the call.
    unsafe { env_abort(message.as_ptr().add(2), file.as_ptr().add(2), line, column) };
    std::process::abort()
}

/// A text with its length in bytes before it.
fn text(text: &str) -> Vec<u16> {
    let units: Vec<u16> = text.encode_utf16().take(MAX_UNITS).collect();
    let bytes = units.len() as u32 * 2;
    let mut whole = vec![bytes as u16, (bytes >> 16) as u16];
    whole.extend(units);
    whole
}
