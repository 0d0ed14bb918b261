//! Values of JavaScript, reached by name, so that a script that failed to load is an error to show
//! and not a broken module.

use js_sys::{Array, Function, Object, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// What JavaScript gave, or threw.
pub(crate) type Answer<T> = Result<T, JsValue>;

pub(crate) fn get(object: &JsValue, name: &str) -> Answer<JsValue> {
    Reflect::get(object, &name.into())
}

pub(crate) fn call(object: &JsValue, name: &str, args: &[&JsValue]) -> Answer<JsValue> {
    let function: Function = get(object, name)?.dyn_into()?;
    function.apply(object, &args.iter().copied().collect::<Array>())
}

pub(crate) async fn wait(promise: JsValue) -> Answer<JsValue> {
    JsFuture::from(Promise::resolve(&promise)).await
}

pub(crate) fn object(fields: &[(&str, JsValue)]) -> JsValue {
    let object = Object::new();
    for (name, value) in fields {
        // A fresh object takes any field.
        let _ = Reflect::set(&object, &(*name).into(), value);
    }
    object.into()
}

pub(crate) fn text(value: &JsValue, name: &str) -> String {
    let field = get(value, name).unwrap_or(JsValue::UNDEFINED);
    field
        .as_string()
        .or_else(|| field.as_f64().map(|n| n.to_string()))
        .unwrap_or_default()
}

/// Refusals that name a line, as the editor wants them.
pub(crate) fn placed(checked: &JsValue) -> JsValue {
    let list = Array::from(&get(checked, "errors").unwrap_or(JsValue::UNDEFINED));
    let placed = list.iter().filter(|error| !text(error, "line").is_empty());
    let problem = |error: JsValue| {
        let field = |name| get(&error, name).unwrap_or(JsValue::UNDEFINED);
        object(&[
            ("line", field("line")),
            ("column", field("column")),
            ("message", field("message")),
            ("severity", "error".into()),
        ])
    };
    placed.map(problem).collect::<Array>().into()
}

/// Errors and refusals as lines to read.
pub(crate) fn errors(answer: &JsValue) -> Vec<String> {
    let list = get(answer, "errors").unwrap_or(JsValue::UNDEFINED);
    let line = |error: JsValue| {
        let (line, message) = (text(&error, "line"), text(&error, "message"));
        if line.is_empty() {
            message
        } else {
            format!("Line {line}: {message}")
        }
    };
    Array::from(&list).iter().map(line).collect()
}
