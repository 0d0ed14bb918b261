//! Whether mail is believed elsewhere: every finding by recorded answers, and the resolver once
//! against a DNS server of its own.

mod findings;
mod policies;
mod recorded;
mod resolver;
