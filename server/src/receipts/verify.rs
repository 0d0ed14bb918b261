//! Checking a receipt: who states it, about which module, and whether it is true.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::{Signature, VerifyingKey};
use serde::Serialize;
use serde_json::Value;

use super::{FORMAT, PublicKey, PublicKeys, Receipt, canonical};
use crate::store::modules;

/// A thing that was checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What was checked.
    pub check: &'static str,
    /// Whether it holds.
    pub holds: bool,
    /// In words.
    pub detail: String,
}

fn finding(check: &'static str, holds: bool, detail: impl Into<String>) -> Finding {
    Finding {
        check,
        holds,
        detail: detail.into(),
    }
}

/// What the receipt says by itself: its form and its signature; and, where the issuer's keys are
/// given, whether one of them signed.
#[must_use]
pub fn signature(receipt: &Receipt, known: Option<&PublicKeys>) -> Vec<Finding> {
    let format = receipt.statement["format"].as_str().unwrap_or_default();
    let mut found = vec![finding(
        "format",
        format == FORMAT,
        format!("{format:?}, this program reads {FORMAT:?}"),
    )];
    let holds = signed(receipt).is_some();
    let words = if holds { "by" } else { "not by" };
    let detail = format!("the statement is signed {words} key {}", receipt.key.kid);
    found.push(finding("signature", holds, detail));
    if let Some(known) = known {
        let holds = known.keys.iter().any(|key| is_same(key, &receipt.key));
        let words = if holds { "is one" } else { "is none" };
        let detail = format!("key {} {words} of the issuer's", receipt.key.kid);
        found.push(finding("issuer", holds, detail));
    }
    found
}

/// Whether the receipt is about this module.
#[must_use]
pub fn module(receipt: &Receipt, bytes: &[u8]) -> Finding {
    let stated = receipt.statement["module_sha256"].as_str();
    let stated = stated.unwrap_or_default();
    let found = modules::digest(bytes);
    let holds = found == stated;
    let detail = if holds {
        format!("the file is the one that was graded: SHA-256 {found}")
    } else {
        format!("the file has SHA-256 {found}, graded was {stated}")
    };
    finding("module", holds, detail)
}

/// Whether another run of the module gave what is stated, byte for byte.
#[must_use]
pub fn run(receipt: &Receipt, report: &[u8]) -> Vec<Finding> {
    let stated = &receipt.statement;
    let parsed: Value = serde_json::from_slice(report).unwrap_or_default();
    let sha256 = Value::from(modules::digest(report));
    vec![
        same("report", &stated["report_sha256"], &sha256),
        same("digest", &stated["digest"], &parsed["digest"]),
        same("score", &stated["score"], &parsed["score"]),
    ]
}

/// Whether another run on the hidden seeds, once they are revealed, gave the verdict and the stars
/// that are stated.
#[must_use]
pub fn hidden(receipt: &Receipt, document: &Value, stars: u8) -> Vec<Finding> {
    let stated = &receipt.statement;
    let of = |name: &str| (&stated["hidden"][name], &document[name]);
    let (quality, verdict) = (of("quality"), of("verdict"));
    vec![
        same("hidden", quality.0, quality.1),
        same("verdict", verdict.0, verdict.1),
        same("stars", &stated["stars"], &Value::from(stars)),
    ]
}

fn same(check: &'static str, stated: &Value, ours: &Value) -> Finding {
    finding(
        check,
        stated == ours,
        format!("stated {stated}, found {ours}"),
    )
}

fn is_same(key: &PublicKey, other: &PublicKey) -> bool {
    key.kty == other.kty && key.crv == other.crv && key.x == other.x
}

/// Something if the signature is good. Weak keys, under which anything is signed, are not.
fn signed(receipt: &Receipt) -> Option<()> {
    let key = &receipt.key;
    if key.kty != "OKP" || key.crv != "Ed25519" {
        return None;
    }
    let bytes = |text: &str| URL_SAFE_NO_PAD.decode(text).ok();
    let key: [u8; 32] = bytes(&key.x)?.try_into().ok()?;
    let signature: [u8; 64] = bytes(&receipt.signature)?.try_into().ok()?;
    let key = VerifyingKey::from_bytes(&key).ok()?;
    let text = canonical::text(&receipt.statement);
    key.verify_strict(text.as_bytes(), &Signature::from_bytes(&signature))
        .ok()
}

#[cfg(test)]
mod tests {
    use super::super::{Keyring, sign};
    use super::*;
    use serde_json::json;

    fn receipt() -> Receipt {
        let statement = json!({
            "format": FORMAT, "module_sha256": modules::digest(b"module"), "digest": "d",
            "score": 5, "report_sha256": modules::digest(b"{\"digest\":\"d\",\"score\":5}"),
        });
        sign(&Keyring::from_seed([7; 32]), statement)
    }

    fn all_hold(found: &[Finding]) -> bool {
        found.iter().all(|finding| finding.holds)
    }

    #[test]
    fn a_receipt_that_was_not_touched_holds() {
        let receipt = receipt();
        let known = Keyring::from_seed([7; 32]).public().clone();
        assert!(all_hold(&signature(&receipt, Some(&known))));
        assert!(module(&receipt, b"module").holds);
        assert!(all_hold(&run(&receipt, b"{\"digest\":\"d\",\"score\":5}")));
        let text = serde_json::to_string_pretty(&receipt).unwrap();
        let again: Receipt = serde_json::from_str(&text).unwrap();
        assert!(all_hold(&signature(&again, None)), "spaces do not matter");
    }

    #[test]
    fn whatever_was_touched_is_named() {
        let mut better = receipt();
        better.statement["score"] = json!(6);
        assert!(!all_hold(&signature(&better, None)));
        let other = Keyring::from_seed([8; 32]).public().clone();
        let found = signature(&receipt(), Some(&other));
        assert!(found.iter().any(|f| f.check == "issuer" && !f.holds));
        assert!(!module(&receipt(), b"another").holds);
        let found = run(&receipt(), b"{\"digest\":\"e\",\"score\":5}");
        let broken: Vec<_> = found.iter().filter(|f| !f.holds).map(|f| f.check).collect();
        assert_eq!(broken, ["report", "digest"]);
    }

    #[test]
    fn a_key_under_which_anything_is_signed_is_refused() {
        let mut forged = receipt();
        // The neutral element: R = 0, s = 0 would sign every message.
        let mut neutral = [0; 32];
        neutral[0] = 1;
        forged.key.x = URL_SAFE_NO_PAD.encode(neutral);
        let mut zero = [0; 64];
        zero[0] = 1;
        forged.signature = URL_SAFE_NO_PAD.encode(zero);
        assert!(!all_hold(&signature(&forged, None)));
    }
}
