//! What a client hands in, in any of the three forms.

use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::{FromRequest as _, Multipart, Request};
use axum::http::{HeaderMap, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use crate::error::Error;

/// The longest module that is taken, bytes.
pub const MODULE_MAX_BYTES: usize = 1 << 20;
/// The longest source that is kept, bytes.
const SOURCE_MAX_BYTES: usize = 256 << 10;
/// Base64 takes a third more; a form has its own words.
const BODY_MAX_BYTES: usize = MODULE_MAX_BYTES / 3 * 4 + SOURCE_MAX_BYTES * 2 + (16 << 10);
const LANGUAGES: [&str; 6] = ["assemblyscript", "rust", "c", "zig", "go", "wasm"];

/// A module, and where it came from.
#[derive(Debug)]
pub struct Handed {
    pub module: Bytes,
    pub source: Option<String>,
    pub language: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    module: String,
    source: Option<String>,
    language: Option<String>,
}

/// Reads the body, within time and size.
pub async fn read(request: Request, patience: Duration) -> Result<Handed, Error> {
    let form = Form::of(request.headers())?;
    let most = if form == Form::Module {
        MODULE_MAX_BYTES
    } else {
        BODY_MAX_BYTES
    };
    let too_large = || Error::ModuleTooLarge {
        limit_bytes: MODULE_MAX_BYTES,
    };
    if declared(request.headers()).is_some_and(|length| length > most as u64) {
        return Err(too_large());
    }
    let kind = request.headers().get(header::CONTENT_TYPE).cloned();
    let body = tokio::time::timeout(patience, to_bytes(request.into_body(), most))
        .await
        .map_err(|_| Error::Timeout)?
        .map_err(|error| refused(&error))?;
    let handed = match form {
        Form::Module => Handed {
            module: body,
            source: None,
            language: None,
        },
        Form::Json => json(&body)?,
        Form::Multipart => {
            let mut again = Request::new(Body::from(body));
            if let Some(kind) = kind {
                again.headers_mut().insert(header::CONTENT_TYPE, kind);
            }
            multipart(again).await?
        }
    };
    handed.checked()
}

impl Handed {
    /// Tells a repeated request from a new one, whatever form it came in.
    pub fn digest(&self, lab: &str) -> String {
        let mut hash = Sha256::new();
        let source = self.source.as_deref().unwrap_or_default().as_bytes();
        let language = self.language.as_deref().unwrap_or_default().as_bytes();
        for part in [lab.as_bytes(), &self.module, source, language] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        hash.finalize()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }

    fn checked(self) -> Result<Self, Error> {
        if self.module.len() > MODULE_MAX_BYTES {
            return Err(Error::ModuleTooLarge {
                limit_bytes: MODULE_MAX_BYTES,
            });
        }
        if self
            .source
            .as_ref()
            .is_some_and(|source| source.len() > SOURCE_MAX_BYTES)
        {
            return Err(Error::TooLarge);
        }
        // PostgreSQL's TEXT holds no NUL.
        if self
            .source
            .as_ref()
            .is_some_and(|source| source.contains('\0'))
        {
            return Err(Error::Invalid(
                "source: must not contain a NUL character".into(),
            ));
        }
        match &self.language {
            Some(language) if !LANGUAGES.contains(&language.as_str()) => Err(Error::Invalid(
                format!("language: must be one of {}", LANGUAGES.join(", ")),
            )),
            _ => Ok(self),
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Module,
    Json,
    Multipart,
}

impl Form {
    fn of(headers: &HeaderMap) -> Result<Self, Error> {
        if headers
            .get(header::CONTENT_ENCODING)
            .is_some_and(|value| value != "identity")
        {
            let text = "send the body without Content-Encoding";
            return Err(Error::UnsupportedMediaType(text.into()));
        }
        let value = headers
            .get(header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok());
        let kind = value
            .and_then(|value| value.split(';').next())
            .unwrap_or_default()
            .trim();
        match kind.to_ascii_lowercase().as_str() {
            "application/wasm" => Ok(Self::Module),
            "application/json" => Ok(Self::Json),
            "multipart/form-data" => Ok(Self::Multipart),
            _ => Err(Error::UnsupportedMediaType(
                "the body must be application/wasm, application/json or multipart/form-data".into(),
            )),
        }
    }
}

fn declared(headers: &HeaderMap) -> Option<u64> {
    headers
        .get(header::CONTENT_LENGTH)?
        .to_str()
        .ok()?
        .parse()
        .ok()
}

/// `to_bytes` fails when the limit is passed, or when the client broke off.
fn refused(error: &axum::Error) -> Error {
    let mut cause: Option<&dyn std::error::Error> = Some(error);
    while let Some(error) = cause {
        if error.is::<http_body_util::LengthLimitError>() {
            return Error::ModuleTooLarge {
                limit_bytes: MODULE_MAX_BYTES,
            };
        }
        cause = error.source();
    }
    Error::Invalid("the request's body broke off".into())
}

fn json(body: &[u8]) -> Result<Handed, Error> {
    let document: Document = serde_json::from_slice(body)
        .map_err(|error| Error::Invalid(format!("the JSON cannot be read: {error}")))?;
    let module = STANDARD
        .decode(&document.module)
        .map_err(|error| Error::Invalid(format!("module: not base64: {error}")))?;
    let Document {
        source, language, ..
    } = document;
    Ok(Handed {
        module: module.into(),
        source,
        language,
    })
}

async fn multipart(request: Request) -> Result<Handed, Error> {
    let invalid =
        |error: &dyn std::fmt::Display| Error::Invalid(format!("the form cannot be read: {error}"));
    // The length was limited as the body was read.
    let mut form = Multipart::from_request(request, &())
        .await
        .map_err(|e| invalid(&e))?;
    let (mut module, mut source, mut language) = (None, None, None);
    while let Some(field) = form.next_field().await.map_err(|e| invalid(&e))? {
        let name = field.name().unwrap_or_default().to_owned();
        match name.as_str() {
            "module" => module = Some(field.bytes().await.map_err(|e| invalid(&e))?),
            "source" => source = Some(field.text().await.map_err(|e| invalid(&e))?),
            "language" => language = Some(field.text().await.map_err(|e| invalid(&e))?),
            _ => {
                return Err(Error::Invalid(format!(
                    "the form has an unknown field {name:?}"
                )));
            }
        }
    }
    let module = module.ok_or_else(|| Error::Invalid("the form has no field `module`".into()))?;
    Ok(Handed {
        module,
        source,
        language,
    })
}
