//! Writes the exports of the lab that `HEADROOM_LAB` names, as its `lab.toml` lists them.

use std::error::Error;
use std::fmt::Write as _;
use std::{env, fs, path::Path};

use toml::{Table, Value};

/// What is built where nobody says which lab: any will do to check the crate.
const ANY: &str = "rate_limiter";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-env-changed=HEADROOM_LAB");
    let lab = env::var("HEADROOM_LAB").unwrap_or_else(|_| ANY.into());
    let path = format!("../src/{lab}/lab.toml");
    println!("cargo::rerun-if-changed={path}");
    let spec: Table = fs::read_to_string(&path)?.parse()?;
    let mut code = format!("use labs::{lab}::LAB;\n");
    let exports = spec.get("exports").and_then(Value::as_array);
    for (number, export) in exports.ok_or("no exports")?.iter().enumerate() {
        let (signature, arguments, end) = describe(export).ok_or("an export lacks a field")?;
        let body = format!("call({number}, &[{arguments}]){end}");
        writeln!(code, "#[unsafe(no_mangle)]")?;
        writeln!(code, "extern \"C\" fn {signature} {{ {body} }}")?;
    }
    fs::write(Path::new(&env::var("OUT_DIR")?).join("exports.rs"), code)?;
    Ok(())
}

/// Signature, argument list and what turns the answer into the result.
fn describe(export: &Value) -> Option<(String, String, String)> {
    let (mut params, mut arguments) = (String::new(), String::new());
    for param in export.get("params")?.as_array()? {
        let (name, ty) = (param.get("name")?.as_str()?, param.get("type")?.as_str()?);
        params += &format!("{name}: {ty}, ");
        arguments += &match ty {
            "i64" => format!("{name}, "),
            _ => format!("i64::from({name}), "),
        };
    }
    let name = export.get("name")?.as_str()?;
    let result = export.get("result").and_then(Value::as_str);
    let (returns, end) = result.map_or((String::new(), ";".into()), |ty| {
        let cast = if ty == "i64" {
            String::new()
        } else {
            format!(" as {ty}")
        };
        (format!(" -> {ty}"), cast)
    });
    Some((format!("{name}({params}){returns}"), arguments, end))
}
