//! QuickJS as a learner's module, without a script: `labs::script::assemble` puts one in.
//!
//! What the assembler finds here:
//!
//! - the global `headroom_script`, the address of [`headroom_script`], where it lays down a
//!   [`Header`], the list of the lab's functions and the script;
//! - `headroom_start() -> ()`, which evaluates the script as a module and looks up what it
//!   exports; it becomes `_initialize`;
//! - `headroom_invoke(function: i32, a0: i64, …, a7: i64) -> i64`, which the lab's exports call;
//! - `abi_version() -> i32`.
//!
//! A script decides from its arguments alone, so that every host reports the same: there is no
//! clock, `Math.random` follows the instance's seed, and nothing is scheduled (promises wait for
//! ever). What goes wrong is told by `env.abort`, in AssemblyScript's form.

mod abort;
mod globals;
mod heap;
mod value;

use std::cell::{RefCell, UnsafeCell};
use std::ffi::CString;
use std::ptr::read_volatile;

use rquickjs_sys as js;

/// Room for the header, the list of functions, the script and a closing NUL.
const ROOM: usize = 96 << 10;
/// Bytes of the module's own stack that scripts may use, of the 256 KiB that it is linked with;
/// QuickJS throws a RangeError beyond. Hosts bound the depth of calls besides.
const STACK: usize = 192 << 10;
/// Most parameters of a function.
const PARAMS: usize = 8;

/// What lies at [`headroom_script`]: lengths in bytes, little-endian, of what follows it.
#[repr(C)]
#[derive(Clone, Copy)]
struct Header {
    functions: u32,
    script: u32,
}

/// Written by the assembler, before the first instruction runs.
#[repr(C, align(16))]
pub struct Room(UnsafeCell<[u8; ROOM]>);

// SAFETY: a module has one thread, and nothing in it writes here.
unsafe impl Sync for Room {}

/// Where the script lies.
#[unsafe(no_mangle)]
#[allow(non_upper_case_globals, reason = "the name of an export")]
pub static headroom_script: Room = Room(UnsafeCell::new([0; ROOM]));

/// A function of the lab, as the script exports it.
struct Function {
    name: String,
    params: usize,
    result: value::Result,
    value: js::JSValue,
}

struct Script {
    context: *mut js::JSContext,
    functions: Vec<Function>,
}

thread_local! {
    static SCRIPT: RefCell<Option<Script>> = const { RefCell::new(None) };
}

/// Starts QuickJS and evaluates the script.
#[unsafe(no_mangle)]
extern "C" fn headroom_start() {
    let (list, source) = laid_down();
    // SAFETY: the calls follow quickjs.h; the context lives as long as the module.
    let script = unsafe {
        let context = start();
        let module = evaluate(context, source);
        Script {
            context,
            functions: list
                .lines()
                .map(|line| look_up(context, module, line))
                .collect(),
        }
    };
    SCRIPT.with_borrow_mut(|slot| *slot = Some(script));
}

/// Calls a function of the script by its position in the list.
#[unsafe(no_mangle)]
#[allow(
    clippy::too_many_arguments,
    reason = "eight is what an export may have"
)]
extern "C" fn headroom_invoke(
    function: i32,
    a0: i64,
    a1: i64,
    a2: i64,
    a3: i64,
    a4: i64,
    a5: i64,
    a6: i64,
    a7: i64,
) -> i64 {
    SCRIPT.with_borrow(|script| {
        let Some(script) = script else {
            abort::say("the script was not started");
        };
        let Some(function) = script.functions.get(function as usize) else {
            abort::say("the lab has no such function");
        };
        let args = [a0, a1, a2, a3, a4, a5, a6, a7];
        let mut args = args.map(|arg| js::JS_NewFloat64(arg as f64));
        // SAFETY: the context is alive, numbers need no freeing, and `params` is at most 8.
        unsafe {
            let answer = js::JS_Call(
                script.context,
                function.value,
                js::JS_UNDEFINED,
                function.params as i32,
                args.as_mut_ptr(),
            );
            if js::JS_IsException(answer) {
                abort::exception(script.context);
            }
            let number = value::integer(answer, function.result).unwrap_or_else(|expected| {
                let found = value::named(script.context, answer);
                abort::say(&format!(
                    "{} answered {found}, expected {expected}",
                    function.name
                ))
            });
            js::JS_FreeValue(script.context, answer);
            number
        }
    })
}

#[unsafe(no_mangle)]
extern "C" fn abi_version() -> i32 {
    1
}

/// The list of functions, and the script with a NUL at its end.
fn laid_down() -> (&'static str, &'static [u8]) {
    let room = headroom_script.0.get();
    // SAFETY: the room is valid and aligned, and nothing writes to it; read as volatile because
    // the assembler wrote it after the build.
    let header = unsafe { read_volatile(room.cast::<Header>()) };
    let (functions, script) = (header.functions as usize, header.script as usize);
    let first = size_of::<Header>();
    let room = unsafe { &*std::hint::black_box(room) };
    let list = room.get(first..first + functions);
    let source = room.get(first + functions..first + functions + script + 1);
    let list = list.and_then(|list| str::from_utf8(list).ok());
    match (list, source) {
        (Some(list), Some(source)) => (list, source),
        _ => abort::say("the script was not laid down right"),
    }
}

/// A context with all of ECMAScript but what would make two runs differ.
unsafe fn start() -> *mut js::JSContext {
    // SAFETY: as in `headroom_start`.
    unsafe {
        let runtime = js::JS_NewRuntime();
        if runtime.is_null() {
            abort::say("no memory for JavaScript");
        }
        js::JS_SetMaxStackSize(runtime, STACK as _);
        let context = js::JS_NewContextRaw(runtime);
        if context.is_null() {
            abort::say("no memory for JavaScript");
        }
        js::JS_AddIntrinsicBaseObjects(context);
        js::JS_AddIntrinsicEval(context);
        js::JS_AddIntrinsicRegExp(context);
        js::JS_AddIntrinsicJSON(context);
        js::JS_AddIntrinsicMapSet(context);
        js::JS_AddIntrinsicTypedArrays(context);
        js::JS_AddIntrinsicPromise(context);
        js::JS_AddIntrinsicBigInt(context);
        globals::add(context);
        context
    }
}

/// Evaluates the script as a module and answers its namespace.
unsafe fn evaluate(context: *mut js::JSContext, source: &[u8]) -> js::JSValue {
    // SAFETY: as in `headroom_start`; the source ends with a NUL that its length leaves out.
    unsafe {
        let compiled = js::JS_Eval(
            context,
            source.as_ptr().cast(),
            source.len() as u32 - 1,
            abort::FILE.as_ptr(),
            (js::JS_EVAL_TYPE_MODULE | js::JS_EVAL_FLAG_COMPILE_ONLY) as i32,
        );
        if js::JS_IsException(compiled) {
            abort::exception(context);
        }
        let module = js::JS_VALUE_GET_PTR(compiled).cast::<js::JSModuleDef>();
        let promise = js::JS_EvalFunction(context, compiled);
        if js::JS_IsException(promise) {
            abort::exception(context);
        }
        match js::JS_PromiseState(context, promise) {
            js::JSPromiseStateEnum_JS_PROMISE_REJECTED => {
                abort::thrown(context, js::JS_PromiseResult(context, promise))
            }
            js::JSPromiseStateEnum_JS_PROMISE_PENDING => {
                abort::say("the script waits at its top level, and nothing will wake it")
            }
            _ => (),
        }
        js::JS_FreeValue(context, promise);
        js::JS_GetModuleNamespace(context, module)
    }
}

/// One line of the list: `name parameters result`.
unsafe fn look_up(context: *mut js::JSContext, module: js::JSValue, line: &str) -> Function {
    let mut words = line.split(' ');
    let name = words.next().unwrap_or_default().to_owned();
    let params = words.next().and_then(|n| n.parse().ok()).unwrap_or(0);
    let result = value::Result::named(words.next());
    let wanted = CString::new(name.as_str()).unwrap_or_default();
    // SAFETY: as in `headroom_start`.
    let value = unsafe {
        let value = js::JS_GetPropertyStr(context, module, wanted.as_ptr());
        if !js::JS_IsFunction(context, value) {
            abort::say(&format!(
                "policy.js exports no function {name}: write export function {name}(…) {{ … }}"
            ));
        }
        value
    };
    Function {
        name,
        params: PARAMS.min(params),
        result,
        value,
    }
}

/// Asked for by QuickJS where a clock would be: it is always the same instant.
#[unsafe(no_mangle)]
extern "C" fn __rquickjs_host_now_us() -> f64 {
    0.0
}
