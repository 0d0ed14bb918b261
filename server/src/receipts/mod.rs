//! Receipts: what a server graded, in a form that anybody can check without asking it.
//!
//! A receipt states which module was graded by which lab, engine and meter, on which seeds and with
//! what result. Its signature says who states it; running the module again says whether it is true.

pub mod canonical;
pub mod keyring;
pub mod statement;
pub mod verify;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

pub use keyring::Keyring;

/// What receipts of this form call themselves.
pub const FORMAT: &str = "headroom-receipt/1";

/// A signed statement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Receipt {
    /// What was graded, by what, with what result.
    pub statement: Value,
    /// The key that signed, as in `/.well-known/headroom-receipt-keys.json`.
    pub key: PublicKey,
    /// Ed25519 (RFC 8032) over the statement as canonical JSON (RFC 8785), in base64url.
    pub signature: String,
}

/// A public key, as a JSON Web Key (RFC 8037).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PublicKey {
    /// Its name: the first 16 hexadecimal digits of SHA-256 over the key.
    pub kid: String,
    /// `OKP`
    pub kty: String,
    /// `Ed25519`
    pub crv: String,
    /// The key, 32 bytes in base64url.
    pub x: String,
}

/// Every key that an instance has signed with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PublicKeys {
    /// The one in use first.
    pub keys: Vec<PublicKey>,
}

/// Signs a statement with the key in use.
#[must_use]
pub fn sign(keyring: &Keyring, statement: Value) -> Receipt {
    let text = canonical::text(&statement);
    let (key, signature) = keyring.sign(text.as_bytes());
    Receipt {
        statement,
        key,
        signature: URL_SAFE_NO_PAD.encode(signature),
    }
}
