//! What is different from a JavaScript that may look around: chance, clock and console.

use std::cell::Cell;
use std::ffi::CStr;

use rquickjs_sys as js;

use super::value;

#[link(wasm_import_module = "env")]
unsafe extern "C" {
    #[link_name = "seed"]
    fn env_seed() -> f64;
}

#[link(wasm_import_module = "headroom")]
unsafe extern "C" {
    #[link_name = "log"]
    fn headroom_log(text: *const u8, length: usize);
}

thread_local! {
    static STATE: Cell<u64> = const { Cell::new(0) };
}

/// Puts them into a fresh context.
pub unsafe fn add(context: *mut js::JSContext) {
    // SAFETY: the caller's context is alive; the import answers a number.
    unsafe {
        STATE.set(env_seed() as u64);
        let global = js::JS_GetGlobalObject(context);
        let math = js::JS_GetPropertyStr(context, global, c"Math".as_ptr());
        set(
            context,
            math,
            c"random",
            function(context, random, c"random"),
        );
        js::JS_FreeValue(context, math);

        let date = js::JS_NewCFunction2(
            context,
            Some(no_clock),
            c"Date".as_ptr(),
            0,
            js::JSCFunctionEnum_JS_CFUNC_constructor_or_func,
            0,
        );
        set(context, date, c"now", function(context, no_clock, c"now"));
        set(context, global, c"Date", date);

        let console = js::JS_NewObject(context);
        for name in [c"log", c"info", c"warn", c"error", c"debug"] {
            set(context, console, name, function(context, log, name));
        }
        set(context, global, c"console", console);
        js::JS_FreeValue(context, global);
    }
}

type Native =
    unsafe extern "C" fn(*mut js::JSContext, js::JSValue, i32, *mut js::JSValue) -> js::JSValue;

unsafe fn function(context: *mut js::JSContext, native: Native, name: &CStr) -> js::JSValue {
    let kind = js::JSCFunctionEnum_JS_CFUNC_generic;
    // SAFETY: the caller's context is alive.
    unsafe { js::JS_NewCFunction2(context, Some(native), name.as_ptr(), 0, kind, 0) }
}

unsafe fn set(context: *mut js::JSContext, of: js::JSValue, name: &CStr, value: js::JSValue) {
    // SAFETY: the caller's values are alive; the property takes the value.
    unsafe { js::JS_SetPropertyStr(context, of, name.as_ptr(), value) };
}

/// `Math.random`: SplitMix64 from the instance's seed, its upper 53 bits.
unsafe extern "C" fn random(
    _context: *mut js::JSContext,
    _this: js::JSValue,
    _count: i32,
    _args: *mut js::JSValue,
) -> js::JSValue {
    let state = STATE.get().wrapping_add(0x9e37_79b9_7f4a_7c15);
    STATE.set(state);
    let z = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    let bits = (z ^ (z >> 31)) >> 11;
    js::JS_NewFloat64(bits as f64 / 9_007_199_254_740_992.0)
}

/// `Date`, `new Date` and `Date.now`.
unsafe extern "C" fn no_clock(
    context: *mut js::JSContext,
    _this: js::JSValue,
    _count: i32,
    _args: *mut js::JSValue,
) -> js::JSValue {
    let text = c"there is no clock here: the time is a parameter";
    // SAFETY: the context is that of the call, and the text has no directives.
    unsafe { js::JS_ThrowTypeError(context, text.as_ptr()) }
}

/// `console.log` and its kin: one line for the page.
unsafe extern "C" fn log(
    context: *mut js::JSContext,
    _this: js::JSValue,
    count: i32,
    args: *mut js::JSValue,
) -> js::JSValue {
    let mut line = String::new();
    for index in 0..count.max(0) as usize {
        if index > 0 {
            line.push(' ');
        }
        // SAFETY: QuickJS gives `count` values at `args`.
        line += &unsafe { value::show(context, *args.add(index)) };
    }
    // SAFETY: the line lives through the call.
    unsafe { headroom_log(line.as_ptr(), line.len()) };
    js::JS_UNDEFINED
}
