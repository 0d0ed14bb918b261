//! Scripts and their interpreters: the very files that browsers download, so that a script is
//! the same module here and there.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use bytes::Bytes;
use labs::abi::{AbiError, Code};
use labs::{Digest, Lab, Language};

use crate::files;

/// Digits of an interpreter's digest in editions: enough to never meet the same twice.
const DIGITS: usize = 16;

/// An interpreter at hand.
struct Interpreter {
    bytes: Bytes,
    digest: String,
}

/// By language.
static INTERPRETERS: LazyLock<BTreeMap<&'static str, Interpreter>> = LazyLock::new(|| {
    let found = labs::language::ALL.into_iter().filter_map(|language| {
        let bytes = files::named(language.interpreter.as_ref()?.file)?;
        let digest = Digest::of(&bytes).0;
        Some((language.id, Interpreter { bytes, digest }))
    });
    found.collect()
});

/// The module of a script.
///
/// # Errors
/// If the script cannot be taken, or this program was built without the interpreter.
pub fn assemble(lab: &Lab, language: &Language, source: &[u8]) -> Result<Vec<u8>, AbiError> {
    let refuse = |message: String| AbiError {
        code: Code::Source,
        message,
        offset: None,
    };
    let interpreter = INTERPRETERS
        .get(language.id)
        .ok_or_else(|| refuse(format!("this server has no {}", language.title)))?;
    let source = str::from_utf8(source)
        .map_err(|error| refuse(format!("the script is not UTF-8: {error}")))?;
    labs::script::assemble(&interpreter.bytes, lab.spec(), source)
}

/// What grades of scripts in this language are made by, beside the engine; nothing without the
/// interpreter.
#[must_use]
pub fn edition(language: &Language) -> Option<String> {
    let interpreter = INTERPRETERS.get(language.id)?;
    let digits: String = interpreter.digest.chars().take(DIGITS).collect();
    Some(format!("{}/{digits}", language.id))
}
