//! What a client hands in: a module in one of three forms, or a script in one of three.

use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::{FromRequest as _, Multipart, Request};
use axum::http::{HeaderMap, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use labs::Language;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use utoipa::ToSchema;

use crate::error::Error;

/// The longest module that is taken, bytes.
pub const MODULE_MAX_BYTES: usize = 1 << 20;
/// The longest source that is kept, bytes.
const SOURCE_MAX_BYTES: usize = 256 << 10;
/// Base64 takes a third more; a form has its own words.
const BODY_MAX_BYTES: usize = MODULE_MAX_BYTES / 3 * 4 + SOURCE_MAX_BYTES * 2 + (16 << 10);
/// Language of a module of unknown origin.
const ANY: &str = "wasm";

/// A module and where it came from, or a script.
#[derive(Debug)]
pub struct Handed {
    /// What is graded: a module, or the text of a script.
    pub module: Bytes,
    pub source: Option<String>,
    pub language: Option<String>,
}

/// A module or a script in JSON.
#[derive(Clone, Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ModuleFields {
    /// The WebAssembly module, in base64; not for scripts.
    #[schema(content_encoding = "base64")]
    pub module: Option<String>,
    /// The source, which is kept beside a module and is all there is to a script.
    pub source: Option<String>,
    /// What the source is written in.
    #[schema(example = "rust")]
    pub language: Option<String>,
}

/// A module or a script in a form.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "a description: forms are read field by field")]
pub struct ModuleForm {
    /// The WebAssembly module; not for scripts.
    #[schema(format = Binary)]
    pub module: Option<String>,
    /// The source, which is kept beside a module and is all there is to a script.
    pub source: Option<String>,
    /// What the source is written in.
    pub language: Option<String>,
}

/// A WebAssembly module as it is.
#[derive(ToSchema)]
#[expect(dead_code, reason = "a description: modules are read as bytes")]
#[schema(value_type = String, format = Binary)]
pub struct Binary(pub Bytes);

/// A form's fields.
#[derive(Default)]
struct Fields {
    module: Option<Bytes>,
    source: Option<String>,
    language: Option<String>,
}

/// Reads the body, within time and size.
pub async fn read(request: Request, patience: Duration) -> Result<Handed, Error> {
    let form = Form::of(request.headers())?;
    let most = match form {
        Form::Module => MODULE_MAX_BYTES,
        Form::Script(_) => SOURCE_MAX_BYTES,
        Form::Json | Form::Multipart => BODY_MAX_BYTES,
    };
    let too_large = || Error::ModuleTooLarge {
        limit_bytes: MODULE_MAX_BYTES,
    };
    let kind = request.headers().get(header::CONTENT_TYPE).cloned();
    let body = bytes(request, most, patience, too_large).await?;
    let handed = match form {
        Form::Module => Handed {
            module: body,
            source: None,
            language: None,
        },
        Form::Script(language) => Handed {
            module: body,
            source: None,
            language: Some(language.id.to_owned()),
        },
        Form::Json => json(&body)?.handed()?,
        Form::Multipart => {
            let mut again = Request::new(Body::from(body));
            if let Some(kind) = kind {
                again.headers_mut().insert(header::CONTENT_TYPE, kind);
            }
            multipart(again).await?.handed()?
        }
    };
    handed.checked()
}

/// A body of at most `most` bytes, within its time.
pub async fn bytes(
    request: Request,
    most: usize,
    patience: Duration,
    too_large: impl Fn() -> Error,
) -> Result<Bytes, Error> {
    if declared(request.headers()).is_some_and(|length| length > most as u64) {
        return Err(too_large());
    }
    tokio::time::timeout(patience, to_bytes(request.into_body(), most))
        .await
        .map_err(|_| Error::Timeout)?
        .map_err(|error| refused(&error, too_large))
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
            return Err(Error::Incomplete(
                "source: must not contain a NUL character".into(),
            ));
        }
        match &self.language {
            Some(language) if language != ANY && labs::language::by_id(language).is_none() => {
                let known = labs::language::ALL.map(|language| language.id).join(", ");
                Err(Error::Incomplete(format!(
                    "language: must be one of {known}, {ANY}"
                )))
            }
            _ => Ok(self),
        }
    }
}

impl Fields {
    /// A script is its own source; everything else comes as a module.
    fn handed(self) -> Result<Handed, Error> {
        let script = self.language.as_deref().and_then(labs::language::of_script);
        let invalid = |why: String| Err(Error::Incomplete(why));
        match (script, self.module, self.source) {
            (None, Some(module), source) => Ok(Handed {
                module,
                source,
                language: self.language,
            }),
            (None, None, _) => invalid("`module` is missing".into()),
            (Some(_), None, Some(source)) => Ok(Handed {
                module: source.into(),
                source: None,
                language: self.language,
            }),
            (Some(script), None, None) => invalid(format!("`source` is missing: {}", script.title)),
            (Some(script), Some(_), _) => invalid(format!(
                "{} is handed in as `source`, without a `module`",
                script.title
            )),
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Module,
    Script(&'static Language),
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
        let kind = kind.to_ascii_lowercase();
        match kind.as_str() {
            "application/wasm" => Ok(Self::Module),
            "application/json" => Ok(Self::Json),
            "multipart/form-data" => Ok(Self::Multipart),
            kind => script(kind).map(Self::Script).ok_or_else(|| {
                Error::UnsupportedMediaType(
                    "the body must be application/wasm, text/javascript, application/json or \
                     multipart/form-data"
                        .into(),
                )
            }),
        }
    }
}

/// The language whose scripts have this media type.
fn script(media_type: &str) -> Option<&'static Language> {
    let mut languages = labs::language::ALL.into_iter();
    languages.find(|language| {
        let interpreter = language.interpreter.as_ref();
        interpreter.is_some_and(|interpreter| interpreter.media_type == media_type)
    })
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
fn refused(error: &axum::Error, too_large: impl Fn() -> Error) -> Error {
    let mut cause: Option<&dyn std::error::Error> = Some(error);
    while let Some(error) = cause {
        if error.is::<http_body_util::LengthLimitError>() {
            return too_large();
        }
        cause = error.source();
    }
    Error::Invalid("the request's body broke off".into())
}

fn json(body: &[u8]) -> Result<Fields, Error> {
    let document: ModuleFields = serde_json::from_slice(body)
        .map_err(|error| Error::Invalid(format!("the JSON cannot be read: {error}")))?;
    document.fields()
}

impl ModuleFields {
    /// What an item of a batch hands in.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn handed(self) -> Result<Handed, Error> {
        self.fields()?.handed()?.checked()
    }

    fn fields(self) -> Result<Fields, Error> {
        let module = self
            .module
            .map(|text| STANDARD.decode(text))
            .transpose()
            .map_err(|error| Error::Incomplete(format!("module: not base64: {error}")))?;
        Ok(Fields {
            module: module.map(Bytes::from),
            source: self.source,
            language: self.language,
        })
    }
}

async fn multipart(request: Request) -> Result<Fields, Error> {
    let invalid =
        |error: &dyn std::fmt::Display| Error::Invalid(format!("the form cannot be read: {error}"));
    // The length was limited as the body was read.
    let mut form = Multipart::from_request(request, &())
        .await
        .map_err(|e| invalid(&e))?;
    let mut fields = Fields::default();
    while let Some(field) = form.next_field().await.map_err(|e| invalid(&e))? {
        let name = field.name().unwrap_or_default().to_owned();
        match name.as_str() {
            "module" => fields.module = Some(field.bytes().await.map_err(|e| invalid(&e))?),
            "source" => fields.source = Some(field.text().await.map_err(|e| invalid(&e))?),
            "language" => fields.language = Some(field.text().await.map_err(|e| invalid(&e))?),
            _ => {
                return Err(Error::Invalid(format!(
                    "the form has an unknown field {name:?}"
                )));
            }
        }
    }
    Ok(fields)
}
