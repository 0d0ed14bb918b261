//! Accounts: addresses, passwords, mailed links, and who is signed in.
//!
//! Whether an address has an account is nobody else's business: every form answers the same, after
//! the same work, for known and unknown addresses. What differs goes by mail, to its owner.

pub mod address;
pub mod agent;
pub mod asked;
pub mod document;
pub mod first;
pub mod keys;
pub mod links;
pub mod marker;
pub mod password;
pub mod visitor;

pub use address::Address;
pub use password::Passwords;
pub use visitor::{Person, Visitor};
