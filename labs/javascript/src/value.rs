//! JavaScript values as numbers and texts.

use rquickjs_sys as js;

/// Numbers beyond which neighbours are no longer told apart.
const SAFE: f64 = 9_007_199_254_740_991.0;

/// What a function of the lab answers.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Result {
    /// Nothing: whatever comes is dropped.
    Nothing,
    /// A 32-bit integer.
    I32,
    /// A 64-bit integer; as a number, up to 2^53.
    I64,
}

impl Result {
    /// By its name in the list of functions.
    pub fn named(name: Option<&str>) -> Self {
        match name {
            Some("i32") => Self::I32,
            Some("i64") => Self::I64,
            _ => Self::Nothing,
        }
    }
}

/// The integer that a function answered, or what was expected. `true` is 1 and `false` is 0, as
/// where JavaScript counts with them.
pub unsafe fn integer(
    value: js::JSValue,
    result: Result,
) -> std::result::Result<i64, &'static str> {
    // SAFETY: tags are looked at before values are.
    let number = unsafe {
        if result == Result::Nothing {
            return Ok(0);
        } else if js::JS_IsInt(value) {
            return Ok(js::JS_VALUE_GET_INT(value).into());
        } else if js::JS_IsBool(value) {
            return Ok(js::JS_VALUE_GET_BOOL(value).into());
        } else if js::JS_IsNumber(value) {
            js::JS_VALUE_GET_FLOAT64(value)
        } else {
            return Err("an integer");
        }
    };
    let whole = number.trunc() == number;
    match result {
        Result::I32 if whole && number.abs() <= f64::from(i32::MAX) => Ok(number as i64),
        Result::I64 if whole && number.abs() <= SAFE => Ok(number as i64),
        Result::I32 => Err("an integer of 32 bits"),
        _ => Err("an integer within 2^53"),
    }
}

/// A value as it would be written: a text in quotes, a BigInt with its `n`.
pub unsafe fn named(context: *mut js::JSContext, value: js::JSValue) -> String {
    // SAFETY: the caller's context and value are alive.
    unsafe {
        let text = show(context, value);
        if js::JS_IsString(value) {
            format!("\"{text}\"")
        } else if js::JS_IsBigInt(value) {
            format!("{text}n")
        } else {
            text
        }
    }
}

/// A value as a text; what cannot be shown is empty.
pub unsafe fn show(context: *mut js::JSContext, value: js::JSValue) -> String {
    // SAFETY: the caller's context and value are alive.
    unsafe {
        let mut length = 0;
        let text = js::JS_ToCStringLen2(context, &raw mut length, value, false);
        if text.is_null() {
            // A `toString` that throws: its exception is not worth more words.
            js::JS_FreeValue(context, js::JS_GetException(context));
            return String::new();
        }
        let bytes = std::slice::from_raw_parts(text.cast::<u8>(), length as usize);
        let shown = String::from_utf8_lossy(bytes).into_owned();
        js::JS_FreeCString(context, text);
        shown
    }
}
