//! Every lab's reference policy as a text to read, apart from the labs themselves: who runs a lab
//! need not carry its solution.

/// How a lab can be solved.
pub struct Solution {
    /// `reference.rs` of the lab's folder.
    pub source: &'static str,
    /// `reference.md`: why it is right, Markdown; empty where nobody has written it.
    pub argument: &'static str,
}

/// By lab id; `build.rs` finds them.
static ALL: &[(&str, Solution)] = include!(concat!(env!("OUT_DIR"), "/solutions.rs"));

/// The solution of the lab called `id`.
#[must_use]
pub fn by_id(id: &str) -> Option<&'static Solution> {
    let found = ALL.iter().find(|(lab, _)| *lab == id);
    found.map(|(_, solution)| solution)
}
