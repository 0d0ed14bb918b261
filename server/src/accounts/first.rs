//! The first administrator of an instance. Whoever can read what the program says at its start runs
//! it: the code that stands there makes one, once, without any mail.

use hmac::digest::CtOutput;
use sha2::{Digest as _, Sha256};

use super::Address;
use crate::error::Error;
use crate::grader::key::InstanceKey;
use crate::state::AppState;
use crate::store::users::{self, User};
use crate::store::{StoreError, Tx, setup};

/// Letters of a code: 5 bits each, 100 together.
const LETTERS: usize = 20;
/// Letters of a code that stand together.
const GROUP: usize = 4;
/// RFC 4648 §6: no digit that looks like a letter.
const ALPHABET: [u8; 32] = *b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// What has to be known to make the first administrator. It follows from the instance's key, so
/// that all processes of an instance ask for the same.
#[derive(Clone)]
pub struct Code {
    letters: String,
    sealed: CtOutput<Sha256>,
}

impl std::fmt::Debug for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Code(***)")
    }
}

impl Code {
    /// The code of an instance.
    #[must_use]
    pub fn of(key: &InstanceKey) -> Self {
        let letters = base32(&key.derive("setup"), LETTERS);
        let sealed = sealed(&letters);
        Self { letters, sealed }
    }

    /// Whether this is the code, however it is grouped and in whatever case it is typed. It takes
    /// as long whichever letter is the first to differ.
    #[must_use]
    pub fn is(&self, typed: &str) -> bool {
        let letters = typed.chars().filter(char::is_ascii_alphanumeric);
        let letters: String = letters.map(|letter| letter.to_ascii_uppercase()).collect();
        sealed(&letters) == self.sealed
    }

    /// The code as people read it.
    #[must_use]
    pub fn shown(&self) -> String {
        let letters: Vec<char> = self.letters.chars().collect();
        let groups = letters.chunks(GROUP).map(|group| group.iter().collect());
        groups.collect::<Vec<String>>().join("-")
    }
}

/// Digests of what is compared are compared, in constant time: neither length nor letters show.
fn sealed(letters: &str) -> CtOutput<Sha256> {
    CtOutput::new(Sha256::digest(letters))
}

fn base32(bytes: &[u8], letters: usize) -> String {
    let bit = |at: usize| {
        let byte = bytes.get(at / 8).copied().unwrap_or(0);
        usize::from((byte >> (7 - at % 8)) & 1)
    };
    let letter = |at: usize| (0..5).fold(0, |value, i| (value << 1) | bit(at * 5 + i));
    (0..letters)
        .map(|at| char::from(ALPHABET[letter(at)]))
        .collect()
}

/// What came of it.
#[derive(Debug)]
pub enum Made {
    /// The first administrator.
    Admin(User),
    /// The address has an account.
    Taken,
    /// There is an administrator already.
    Late,
}

/// The code, while it opens anything.
///
/// # Errors
/// When the database cannot be asked.
pub async fn invitation(state: &AppState) -> Result<Option<&Code>, StoreError> {
    let is_open = setup::is_open(&mut state.db.read().await?).await?;
    Ok(is_open.then_some(&state.setup_code))
}

/// Makes the first administrator, unless there is one.
///
/// # Errors
/// When the database does not take it.
pub async fn make(state: &AppState, address: &Address, hash: String) -> Result<Made, Error> {
    let user = User {
        id: state.ids.next(),
        email: address.as_str().to_owned(),
        password_hash: Some(hash),
        is_admin: true,
        submissions_per_minute: None,
        created_at: state.parts.clock.now_ms(),
    };
    let mut tx = state.db.write().await?;
    let made = insert(&mut tx, user).await?;
    if let Made::Admin(user) = &made {
        tx.commit().await?;
        tracing::warn!(user.id = %user.id, "the first administrator was made; /setup is closed");
    }
    Ok(made)
}

async fn insert(tx: &mut Tx, user: User) -> Result<Made, StoreError> {
    if !setup::is_open(tx).await? || !setup::close(tx, user.created_at).await? {
        return Ok(Made::Late);
    }
    match users::insert(tx, &user).await? {
        true => Ok(Made::Admin(user)),
        // The transaction is dropped: it is not closed either.
        false => Ok(Made::Taken),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_known_however_it_is_typed_and_belongs_to_its_key() {
        let code = Code::of(&InstanceKey::new([7; 32]));
        let shown = code.shown();
        assert_eq!(shown.len(), LETTERS + LETTERS / GROUP - 1, "{shown}");
        for typed in [
            shown.clone(),
            shown.to_lowercase(),
            shown.replace('-', ""),
            format!(" {} ", shown.replace('-', " ")),
        ] {
            assert!(code.is(&typed), "{typed}");
        }
        for typed in ["", "-", &shown[1..], &format!("{shown}A")] {
            assert!(!code.is(typed), "{typed}");
        }
        let other = Code::of(&InstanceKey::new([8; 32]));
        assert!(!code.is(&other.shown()));
        assert!(Code::of(&InstanceKey::new([7; 32])).is(&shown));
        assert_eq!(format!("{code:?}"), "Code(***)");
    }

    #[test]
    fn letters_are_those_of_rfc_4648() {
        assert_eq!(base32(b"fooba", 8), "MZXW6YTB");
        assert_eq!(base32(b"foobar", 9), "MZXW6YTBO");
    }
}
