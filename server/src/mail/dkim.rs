//! DKIM (RFC 6376): the signature by which a domain answers for a message. RSA, for that is what
//! every verifier knows; Ed25519 (RFC 8463) where the settings ask for it.

use anyhow::Context as _;
use lettre::Message;
use lettre::message::dkim::{
    DkimCanonicalization, DkimCanonicalizationType, DkimConfig, DkimSigningAlgorithm,
    DkimSigningKey,
};
use lettre::message::header::HeaderName;

use crate::config::{DkimAlgorithm, MailConfig};

/// What is signed; the two of one-click unsubscribing must be (RFC 8058 §4). `Content-Type` is not:
/// lettre keeps it with the body, names it as signed and signs nothing, so that no verifier agrees.
const SIGNED: [&str; 10] = [
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "MIME-Version",
    "List-Id",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "Auto-Submitted",
];

/// Signs messages.
pub struct Signer {
    bulk: DkimConfig,
    letters: DkimConfig,
}

impl Signer {
    /// The signer that the settings name, if they name one.
    ///
    /// # Errors
    /// When the key cannot be read.
    pub fn new(mail: &MailConfig) -> anyhow::Result<Option<Self>> {
        let (Some(selector), Some(file)) = (&mail.dkim_selector, &mail.dkim_key_file) else {
            return Ok(None);
        };
        let text = std::fs::read_to_string(file)
            .with_context(|| format!("mail.dkim_key_file = {}", file.display()))?;
        let mailbox: lettre::message::Mailbox = mail.from.parse()?;
        let domain = mail.dkim_domain.clone();
        let domain = domain.unwrap_or_else(|| mailbox.email.domain().to_owned());
        let algorithm = match mail.dkim_algorithm {
            DkimAlgorithm::Rsa => DkimSigningAlgorithm::Rsa,
            DkimAlgorithm::Ed25519 => DkimSigningAlgorithm::Ed25519,
        };
        let config = |names: &[&'static str]| -> anyhow::Result<DkimConfig> {
            let key = DkimSigningKey::new(text.trim(), algorithm).map_err(|error| {
                anyhow::anyhow!("mail.dkim_key_file = {}: {error}", file.display())
            })?;
            let headers = names
                .iter()
                .map(|name| HeaderName::new_from_ascii_str(name));
            let relaxed = DkimCanonicalization {
                header: DkimCanonicalizationType::Relaxed,
                body: DkimCanonicalizationType::Relaxed,
            };
            let (selector, domain) = (selector.clone(), domain.clone());
            Ok(DkimConfig::new(
                selector,
                domain,
                key,
                headers.collect(),
                relaxed,
            ))
        };
        let letters: Vec<&str> = SIGNED
            .into_iter()
            .filter(|name| !name.starts_with("List-"))
            .collect();
        Ok(Some(Self {
            bulk: config(&SIGNED)?,
            letters: config(&letters)?,
        }))
    }

    /// Signs it.
    pub fn sign(&self, message: &mut Message) {
        let is_bulk = message.headers().get_raw("List-Unsubscribe").is_some();
        message.sign(if is_bulk { &self.bulk } else { &self.letters });
    }
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The key is nobody's to read.
        f.debug_struct("Signer").finish_non_exhaustive()
    }
}
