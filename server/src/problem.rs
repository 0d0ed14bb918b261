//! The kinds of problem. Their table belongs to the pages: each row is also `/problems/CODE`. We
//! name rows in constants only, so what is answered is also explained, or nothing compiles.

pub use app::ProblemKind as Kind;

#[cfg(test)]
mod tests {
    use crate::backend::Pages;
    use crate::state::Site as _;

    #[test]
    fn every_kind_has_a_page_of_its_own() {
        let pages = Pages::load(None, "http://localhost".into()).unwrap();
        for (at, kind) in app::PROBLEMS.iter().enumerate() {
            let (status, html) = pages.page(&format!("/problems/{}", kind.code)).unwrap();
            assert_eq!(status, 200, "{}", kind.code);
            assert!(html.contains(kind.code), "{}", kind.code);
            let same = |other: &app::ProblemKind| other.code == kind.code;
            assert_eq!(app::PROBLEMS.iter().position(same), Some(at));
        }
    }
}
