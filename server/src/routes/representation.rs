//! A body that does not change, in every encoding we offer, with a strong validator for each.

use std::io::{Read as _, Write as _};

use axum::body::Body;
use axum::response::Response;
use bytes::{Buf as _, Bytes};
use flate2::bufread::GzDecoder;
use futures_util::stream;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use sha2::{Digest as _, Sha256};

/// Below this many bytes compression gains nothing.
const WORTH_BYTES: usize = 256;
/// Above it Brotli's best quality takes seconds.
const BEST_UP_TO_BYTES: usize = 256 * 1024;
/// Headers of a response when it leaves: room for them at once spares the map from growing.
const HEADERS: usize = 16;
/// What is unpacked at a time for a reader who takes nothing compressed, bytes.
const PIECE_BYTES: usize = 64 * 1024;

/// A body in every encoding.
#[derive(Debug)]
pub struct Representation {
    status: StatusCode,
    content_type: HeaderValue,
    cache_control: HeaderValue,
    identity: Variant,
    gzip: Option<Variant>,
    br: Option<Variant>,
}

#[derive(Debug)]
struct Variant {
    content: Content,
    etag: HeaderValue,
    encoding: Option<&'static str>,
}

/// Where a body comes from.
#[derive(Debug)]
enum Content {
    /// From here.
    Whole(Bytes),
    /// From its gzip form, piece by piece as the reader takes it.
    Packed(Bytes),
}

impl Representation {
    /// Compresses `body` where its type gains by it. Takes a while: call it from a blocking thread.
    pub fn new(
        status: StatusCode,
        content_type: &str,
        cache_control: &'static str,
        body: Bytes,
    ) -> Self {
        let text = body.len() >= WORTH_BYTES && gains(content_type);
        let smaller = |compressed: Vec<u8>| (compressed.len() < body.len()).then_some(compressed);
        let br = text
            .then(|| brotli(&body))
            .and_then(smaller)
            .map(Bytes::from);
        let gzip = text.then(|| gzip(&body)).and_then(smaller).map(Bytes::from);
        Self {
            status,
            ..Self::compressed(content_type, cache_control, body, br, gzip)
        }
    }

    /// A body whose compressed forms exist already.
    pub fn compressed(
        content_type: &str,
        cache_control: &'static str,
        body: Bytes,
        br: Option<Bytes>,
        gzip: Option<Bytes>,
    ) -> Self {
        let tag = tag(&body);
        Self {
            status: StatusCode::OK,
            content_type: HeaderValue::from_str(content_type)
                .unwrap_or(HeaderValue::from_static("application/octet-stream")),
            cache_control: HeaderValue::from_static(cache_control),
            br: br.map(|body| Variant::new(body, &tag, Some("br"))),
            gzip: gzip.map(|body| Variant::new(body, &tag, Some("gzip"))),
            identity: Variant::new(body, &tag, None),
        }
    }

    /// A body of which only the compressed forms are kept.
    pub fn packed(
        content_type: &str,
        cache_control: &'static str,
        br: Option<Bytes>,
        gzip: Bytes,
    ) -> Self {
        let content = Content::Packed(gzip.clone());
        let mut packed =
            Self::compressed(content_type, cache_control, gzip.clone(), br, Some(gzip));
        packed.identity.content = content;
        packed
    }

    // lesson: respond
    /// The answer to a request with these headers.
    pub fn respond(&self, request: &HeaderMap) -> Response {
        let variant = self.variant(request);
        let mut response = Response::new(Body::empty());
        let headers = response.headers_mut();
        headers.reserve(HEADERS);
        headers.insert(header::ETAG, variant.etag.clone());
        headers.insert(header::CACHE_CONTROL, self.cache_control.clone());
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        if self.status == StatusCode::OK && is_known(request, &variant.etag) {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            return response;
        }
        headers.insert(header::CONTENT_TYPE, self.content_type.clone());
        if let Some(encoding) = variant.encoding {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
        }
        *response.status_mut() = self.status;
        *response.body_mut() = variant.content.body();
        response
    }
    // lesson: end

    fn variant(&self, request: &HeaderMap) -> &Variant {
        let accepted = Accepted::of(request);
        let br = self.br.as_ref().filter(|_| accepted.br);
        let gzip = self.gzip.as_ref().filter(|_| accepted.gzip);
        br.or(gzip).unwrap_or(&self.identity)
    }
}

impl Variant {
    fn new(body: Bytes, tag: &str, encoding: Option<&'static str>) -> Self {
        let etag = match encoding {
            Some(encoding) => format!("\"{tag}-{encoding}\""),
            None => format!("\"{tag}\""),
        };
        let etag = HeaderValue::from_str(&etag).unwrap_or(HeaderValue::from_static("\"\""));
        Self {
            content: Content::Whole(body),
            etag,
            encoding,
        }
    }
}

impl Content {
    fn body(&self) -> Body {
        match self {
            Self::Whole(body) => Body::from(body.clone()),
            Self::Packed(gzip) => {
                let mut unpacked = GzDecoder::new(gzip.clone().reader());
                let pieces = std::iter::from_fn(move || {
                    let mut piece = vec![0; PIECE_BYTES];
                    match unpacked.read(&mut piece) {
                        Ok(0) => None,
                        Ok(length) => {
                            piece.truncate(length);
                            Some(Ok(piece))
                        }
                        Err(error) => Some(Err(error)),
                    }
                });
                Body::from_stream(stream::iter(pieces))
            }
        }
    }
}

/// What names a body: sixteen bytes of its digest.
fn tag(body: &[u8]) -> String {
    let digest = Sha256::digest(body);
    let digits = digest.iter().take(16).map(|byte| format!("{byte:02x}"));
    digits.collect()
}

/// Which encodings the reader takes (RFC 9110 §12.5.3).
#[derive(Default)]
struct Accepted {
    br: bool,
    gzip: bool,
}

impl Accepted {
    fn of(request: &HeaderMap) -> Self {
        let mut accepted = Self::default();
        let values = request.get_all(header::ACCEPT_ENCODING).iter();
        for item in values
            .filter_map(|value| value.to_str().ok())
            .flat_map(|v| v.split(','))
        {
            let (name, weight) = item.split_once(';').unwrap_or((item, ""));
            let weight = weight
                .trim()
                .strip_prefix("q=")
                .and_then(|q| q.trim().parse().ok());
            let wanted = weight.unwrap_or(1.0_f32) > 0.0;
            match name.trim() {
                "br" => accepted.br = wanted,
                "gzip" | "x-gzip" => accepted.gzip = wanted,
                _ => {}
            }
        }
        accepted
    }
}

/// Whether a client says that it has what this tag stands for.
pub fn is_known(request: &HeaderMap, etag: &HeaderValue) -> bool {
    let values = request.get_all(header::IF_NONE_MATCH).iter();
    let mut tags = values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|v| v.split(','));
    tags.any(|tag| {
        let tag = tag.trim();
        tag == "*" || tag.strip_prefix("W/").unwrap_or(tag).as_bytes() == etag.as_bytes()
    })
}

fn gains(content_type: &str) -> bool {
    let kind = content_type.split(';').next().unwrap_or_default();
    kind.starts_with("text/")
        || matches!(
            kind,
            "application/wasm"
                | "application/json"
                | "application/javascript"
                | "application/xml"
                | "application/atom+xml"
                | "image/svg+xml"
        )
}

fn brotli(body: &[u8]) -> Vec<u8> {
    let quality = if body.len() <= BEST_UP_TO_BYTES {
        11
    } else {
        9
    };
    let mut writer = brotli::CompressorWriter::new(Vec::new(), 64 * 1024, quality, 22);
    // Writing to memory does not fail; were it to, the variant would be missing bytes.
    match writer.write_all(body).and_then(|()| writer.flush()) {
        Ok(()) => writer.into_inner(),
        Err(_) => body.to_vec(),
    }
}

fn gzip(body: &[u8]) -> Vec<u8> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    let written = writer.write_all(body).and_then(|()| writer.finish());
    written.unwrap_or_else(|_| body.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_takes_nothing_compressed_gets_a_packed_body_whole() {
        let body = "let x = 1;\n".repeat(100_000);
        let gzip = Bytes::from(gzip(body.as_bytes()));
        let packed = Representation::packed("text/javascript", "no-cache", None, gzip.clone());
        let mut request = HeaderMap::new();
        let response = packed.respond(&request);
        assert!(!response.headers().contains_key(header::CONTENT_ENCODING));
        let plain_tag = response.headers().get(header::ETAG).cloned();
        let found = axum::body::to_bytes(response.into_body(), usize::MAX).await;
        assert!(found.unwrap() == body.as_bytes());
        request.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
        let response = packed.respond(&request);
        assert_ne!(response.headers().get(header::ETAG).cloned(), plain_tag);
        let found = axum::body::to_bytes(response.into_body(), usize::MAX).await;
        assert!(found.unwrap() == gzip);
    }
}
