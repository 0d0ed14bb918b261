//! DKIM (RFC 6376): the signature by which a domain answers for a message. RSA, for that is what
//! every verifier knows; Ed25519 (RFC 8463) where the settings ask for it.

use anyhow::Context as _;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lettre::Message;
use lettre::message::Mailbox;
use lettre::message::dkim::{
    DkimCanonicalization, DkimCanonicalizationType, DkimConfig, DkimSigningAlgorithm,
    DkimSigningKey,
};
use lettre::message::header::HeaderName;
use rsa::RsaPrivateKey;
use rsa::pkcs1::DecodeRsaPrivateKey as _;
use rsa::pkcs8::EncodePublicKey as _;
use rsa::traits::PublicKeyParts as _;

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

/// The domain that signs.
///
/// # Errors
/// When it is to be the sender's, and the sender has no address.
pub fn domain(mail: &MailConfig) -> anyhow::Result<String> {
    if let Some(domain) = &mail.dkim_domain {
        return Ok(domain.clone());
    }
    let mailbox: Mailbox = mail.from.parse()?;
    Ok(mailbox.email.domain().to_owned())
}

/// What DNS is to hold for a signing key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    /// Its kind, as the tag `k` names it.
    pub kind: &'static str,
    /// Its length.
    pub bits: usize,
    /// The key, as the tag `p` holds it.
    pub base64: String,
}

impl PublicKey {
    /// The public half of the key in the settings, if there is one.
    ///
    /// # Errors
    /// When the key cannot be read.
    pub fn of(mail: &MailConfig) -> anyhow::Result<Option<Self>> {
        let Some(file) = &mail.dkim_key_file else {
            return Ok(None);
        };
        let text = std::fs::read_to_string(file)
            .with_context(|| format!("mail.dkim_key_file = {}", file.display()))?;
        Ok(Some(match mail.dkim_algorithm {
            DkimAlgorithm::Rsa => {
                let key = RsaPrivateKey::from_pkcs1_pem(text.trim())?.to_public_key();
                let der = key.to_public_key_der()?;
                Self {
                    kind: "rsa",
                    bits: key.n().bits(),
                    base64: STANDARD.encode(der.as_bytes()),
                }
            }
            DkimAlgorithm::Ed25519 => {
                let seed: [u8; 32] = STANDARD
                    .decode(text.trim())?
                    .try_into()
                    .map_err(|_| anyhow::anyhow!("an Ed25519 key has 32 bytes"))?;
                let key = ed25519_dalek::SigningKey::from_bytes(&seed).verifying_key();
                Self {
                    kind: "ed25519",
                    bits: 256,
                    base64: STANDARD.encode(key.as_bytes()),
                }
            }
        }))
    }

    /// The text that DNS is to hold.
    #[must_use]
    pub fn record(&self) -> String {
        format!("v=DKIM1; k={}; p={}", self.kind, self.base64)
    }
}

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
        let domain = domain(mail)?;
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
