//! Addresses of people.

use std::fmt;
use std::str::FromStr;

/// The longest path of RFC 5321 §4.5.3.1.3, without its angle brackets.
const LONGEST: usize = 254;

/// An e-mail address, in lower case: the form in which accounts are kept and looked up.
#[derive(Clone, PartialEq, Eq)]
pub struct Address(String);

/// The text is no e-mail address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("That is no e-mail address: it needs a name, an @ and a domain.")]
pub struct NotAnAddress;

impl Address {
    /// The address as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part before the `@`.
    #[must_use]
    pub fn local(&self) -> &str {
        self.0.split('@').next().unwrap_or_default()
    }
}

impl FromStr for Address {
    type Err = NotAnAddress;

    fn from_str(text: &str) -> Result<Self, NotAnAddress> {
        let text = text.trim();
        let parsed: lettre::Address = text.parse().map_err(|_| NotAnAddress)?;
        let address = parsed.to_string().to_lowercase();
        let fits = address.len() <= LONGEST && !address.chars().any(char::is_control);
        if fits {
            Ok(Self(address))
        } else {
            Err(NotAnAddress)
        }
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Addresses do not belong in logs.
        f.write_str("Address(***)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_trimmed_and_lower_case() {
        let address: Address = " Ada.Lovelace@Example.ORG ".parse().unwrap();
        assert_eq!(address.as_str(), "ada.lovelace@example.org");
        assert_eq!(address.local(), "ada.lovelace");
    }

    #[test]
    fn what_could_end_a_header_is_no_address() {
        let long = format!("{}@example.org", "a".repeat(250));
        for text in [
            "",
            "ada",
            "@example.org",
            "ada@",
            "a b@example.org",
            "ada@example.org\r\nBcc: eve@example.org",
            "ada@example.org,eve@example.org",
            "Ada <ada@example.org>",
            &long,
        ] {
            assert!(text.parse::<Address>().is_err(), "{text:?}");
        }
    }
}
