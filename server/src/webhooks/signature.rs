//! How a receiver knows that a delivery is ours and new: HMAC-SHA-256 (RFC 2104) over the time and
//! the body.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::hex::hex;

/// The header's name.
pub const HEADER: &str = "headroom-signature";

/// The header's value: `t=SECONDS,v1=HEX`, the code of `SECONDS.BODY`. A receiver computes it again
/// and refuses what is minutes old.
#[must_use]
pub fn of(secret: &str, unix_s: i64, body: &str) -> String {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else {
        // HMAC takes keys of any length.
        return String::new();
    };
    mac.update(format!("{unix_s}.{body}").as_bytes());
    let code = hex(&mac.finalize().into_bytes());
    format!("t={unix_s},v1={code}")
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn the_code_is_that_of_any_other_implementation() {
        // printf '1700000000.{}' | openssl dgst -sha256 -hmac secret
        assert_eq!(
            of("secret", 1_700_000_000, "{}"),
            "t=1700000000,v1=b8569b78799ff9e3cbff0fc2d63a33a2b57f3282abd07c37ae5e8e7d79a5f163"
        );
    }
}
