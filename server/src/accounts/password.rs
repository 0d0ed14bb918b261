//! Passwords: Argon2id, as OWASP's cheat sheet sets it (19 MiB, two passes, one lane).

use std::sync::Arc;

use argon2::Argon2;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use tokio::sync::Semaphore;
use zxcvbn::{Score, zxcvbn};

use super::Address;
use crate::error::Error;
use crate::random::Random;

/// Letters that a password has at least (OWASP ASVS 5.0, 6.2.1).
pub const SHORTEST: usize = 8;
/// Letters that a password has at most: beyond them nothing is gained.
pub const LONGEST: usize = 256;
/// Hashed at once: each takes 19 MiB and a core.
const AT_ONCE: usize = 2;

/// Makes and compares password hashes. Cheap to clone.
#[derive(Clone)]
pub struct Passwords {
    random: Random,
    turns: Arc<Semaphore>,
    /// What is compared where there is no password, so that it takes as long.
    nobody: Arc<str>,
}

impl Passwords {
    /// Hashes salted from this randomness.
    ///
    /// # Errors
    /// When nothing can be hashed at all.
    pub fn new(random: Random) -> anyhow::Result<Self> {
        let nobody = hash(&random.bytes::<16>(), &random.bytes::<16>())?;
        Ok(Self {
            random,
            turns: Arc::new(Semaphore::new(AT_ONCE)),
            nobody: nobody.into(),
        })
    }

    /// The PHC string of a password.
    ///
    /// # Errors
    /// When hashing fails, which is our fault.
    pub async fn hash(&self, password: &str) -> Result<String, Error> {
        let (password, salt) = (password.to_owned(), self.random.bytes::<16>());
        self.work(move || hash(password.as_bytes(), &salt)).await
    }

    /// Whether this is the password behind `hash`. Without a hash the answer is no, and takes as
    /// long.
    ///
    /// # Errors
    /// When the hash on record cannot be read.
    pub async fn verify(&self, hash: Option<&str>, password: &str) -> Result<bool, Error> {
        let known = hash.is_some();
        let hash = hash.unwrap_or(&self.nobody).to_owned();
        let password = password.to_owned();
        let same = self
            .work(move || {
                match Argon2::default().verify_password(password.as_bytes(), hash.as_str()) {
                    Ok(()) => Ok(true),
                    Err(argon2::password_hash::Error::PasswordInvalid) => Ok(false),
                    Err(error) => Err(anyhow::anyhow!("a password hash: {error}")),
                }
            })
            .await?;
        Ok(same && known)
    }

    /// Hashing takes tens of milliseconds: off the async threads, and not without bound.
    async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> anyhow::Result<T> + Send + 'static,
    ) -> Result<T, Error> {
        let turns = Arc::clone(&self.turns).acquire_owned().await;
        let turn = turns.map_err(|error| Error::Internal(error.into()))?;
        let done = tokio::task::spawn_blocking(move || {
            let done = work();
            drop(turn);
            done
        });
        let done = done.await.map_err(|error| Error::Internal(error.into()))?;
        done.map_err(Error::Internal)
    }
}

fn hash(password: &[u8], salt: &[u8]) -> anyhow::Result<String> {
    let hash = Argon2::default().hash_password_with_salt(password, salt);
    Ok(hash
        .map_err(|error| anyhow::anyhow!("hashing a password: {error}"))?
        .to_string())
}

/// Why a password cannot be had, as a sentence for whoever chose it.
///
/// Any characters may be in it, and none must (ASVS 6.2.5, 6.2.8). What counts is that it is not
/// among the first million guesses of zxcvbn, whose lists hold the 30,000 commonest passwords of
/// past breaches, names and words, and that it is not made of the address.
#[must_use]
pub fn objection(password: &str, address: &Address) -> Option<String> {
    let letters = password.chars().count();
    if letters < SHORTEST {
        return Some(format!(
            "Take a password of at least {SHORTEST} characters."
        ));
    }
    if letters > LONGEST {
        return Some(format!("Take a password of at most {LONGEST} characters."));
    }
    if address.as_str().contains(&password.to_lowercase()) {
        return Some("Your address is no secret: take another password.".to_owned());
    }
    let own = [address.as_str(), address.local(), "headroom"];
    let entropy = zxcvbn(password, &own);
    (entropy.score() < Score::Two).then(|| {
        let advice = entropy.feedback().and_then(|feedback| {
            let warning = feedback.warning().map(|warning| warning.to_string());
            warning.or_else(|| feedback.suggestions().first().map(ToString::to_string))
        });
        let advice = advice.map_or_else(String::new, |advice| format!(" {advice}"));
        format!("This password would be guessed at once.{advice} Four random words are a good one.")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_short_and_personal_passwords_are_refused() {
        let ada: Address = "ada.lovelace@example.org".parse().unwrap();
        for bad in [
            "",
            "seven77",
            "password",
            "12345678",
            "qwertyuiop",
            "iloveyou1",
            "Password1!",
            "ada.lovelace",
            "lovelace@example",
            "headroom1",
            "aaaaaaaaaaaaaaa",
        ] {
            assert!(objection(bad, &ada).is_some(), "{bad}");
        }
        assert!(objection(&"a7".repeat(129), &ada).is_some());
        for good in ["correct horse battery staple", "ťřpyt-kvílí-7", "zP4#qLw9x"] {
            assert_eq!(objection(good, &ada), None, "{good}");
        }
    }

    #[tokio::test]
    async fn a_hash_knows_its_password_whole() {
        let passwords = Passwords::new(Random::seeded(1)).unwrap();
        let long = format!("{}x", "ab1!".repeat(50));
        let hash = passwords.hash(&long).await.unwrap();
        assert!(
            hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{hash}"
        );
        assert!(passwords.verify(Some(&hash), &long).await.unwrap());
        let other = format!("{}y", "ab1!".repeat(50));
        assert!(!passwords.verify(Some(&hash), &other).await.unwrap());
        assert!(!passwords.verify(None, &long).await.unwrap());
        assert_ne!(passwords.hash(&long).await.unwrap(), hash, "salted");
    }
}
