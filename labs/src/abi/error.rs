//! What is wrong with a module, in words a learner can act upon.

use std::fmt::Write as _;

use serde::Serialize;

/// Most errors reported at once: more would only hide the first ones.
pub const MAX_ERRORS: usize = 20;

/// Longest part of a foreign name that is quoted in a message, in characters.
const MAX_QUOTED: usize = 64;

/// Stable names of the reasons for a refusal, for programs; messages may be reworded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Code {
    /// The bytes do not start like a WebAssembly module.
    NotWasm,
    /// A component (component model), where a core module is wanted.
    Component,
    /// The bytes end too early or break the format or its type rules.
    Malformed,
    /// Valid, but uses a WebAssembly feature that labs do not run.
    Feature,
    /// Larger than [`super::limits::MODULE_BYTES`].
    TooLarge,
    /// One of the complexity limits of [`super::limits`] is exceeded.
    TooComplex,
    /// Wants more memory at start than the lab allows.
    Memory,
    /// Has a start function.
    StartFunction,
    /// A required export is missing.
    MissingExport,
    /// A required export is not a function.
    ExportKind,
    /// A required export has another signature.
    Signature,
    /// Exports a name that belongs to the meter.
    ReservedName,
    /// Imports something that labs do not offer.
    ForbiddenImport,
    /// Imports a function that labs offer, with another signature.
    ImportSignature,
    /// The meter could not rewrite the module.
    Unsupported,
    /// The source of a script cannot be taken as it is.
    Source,
}

/// One reason why a module cannot be run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{message}")]
pub struct AbiError {
    /// Stable name of the reason.
    pub code: Code,
    /// What was found, what was expected and what to do. Safe to print: foreign names in it
    /// are escaped.
    pub message: String,
    /// Position in the module, in bytes, where one is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offset: Option<usize>,
}

impl AbiError {
    /// An error without a position.
    pub(crate) fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            offset: None,
        }
    }

    /// An error at byte `offset` of the module.
    pub(crate) fn at(code: Code, offset: usize, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            offset: Some(offset),
        }
    }
}

/// A foreign name made safe to print: control and formatting characters (which could reorder
/// or hide the text around them) appear as escapes, and long names are cut.
#[must_use]
pub fn quote(name: &str) -> String {
    let mut quoted = String::from("`");
    for (i, c) in name.chars().enumerate() {
        if i == MAX_QUOTED {
            quoted.push('…');
            break;
        }
        if plain(c) {
            quoted.push(c);
        } else {
            // Writing to a String cannot fail.
            let _ = write!(quoted, "\\u{{{:x}}}", u32::from(c));
        }
    }
    quoted.push('`');
    quoted
}

/// Whether a character shows as itself. Beyond ASCII only letters and digits do.
fn plain(c: char) -> bool {
    c == ' '
        || (c.is_ascii_graphic() && c != '`' && c != '\\')
        || (!c.is_ascii() && c.is_alphanumeric())
}
