//! The labs as the API and the pages ask for them.

use labs::Lab;
use serde_json::{Value, json};

use crate::error::Finding;
use crate::grader::{offline, scripts};
use crate::state::Catalogue;

/// The labs that ship.
pub struct Labs;

impl Catalogue for Labs {
    fn list(&self) -> Value {
        let entry = |lab: &&Lab| {
            let spec = lab.spec();
            json!({
                "id": spec.id, "version": spec.version, "title": spec.title,
                "summary": spec.summary, "lesson": spec.lesson,
            })
        };
        labs::ALL.iter().map(entry).collect()
    }

    fn show(&self, lab: &str) -> Option<Value> {
        let lab = labs::by_id(lab)?;
        let spec: Value = serde_json::from_str(lab.spec_json).ok()?;
        let starters = lab.files.starters.iter();
        let starters: Vec<Value> = starters.map(|s| starter(lab, s)).collect();
        let policies: Vec<Value> = lab.policies.iter().map(policy).collect();
        Some(json!({
            "spec": spec, "brief": lab.files.brief, "hints": lab.files.hints,
            "starters": starters, "policies": policies,
        }))
    }

    fn policy_report(&self, lab: &str, policy: &str) -> Option<Vec<u8>> {
        let report = offline::policy(labs::by_id(lab)?, policy)?;
        Some(report.to_bytes())
    }

    fn kit(&self, lab: &str, language: &str) -> Option<Vec<u8>> {
        let lab = labs::by_id(lab)?;
        let mut starters = lab.files.starters.iter();
        let starter = starters.find(|starter| starter.language.id == language)?;
        crate::kits::archive(lab, starter).ok()
    }

    fn check(&self, lab: &str, language: Option<&str>, bytes: &[u8]) -> Result<(), Vec<Finding>> {
        let Some(lab) = labs::by_id(lab) else {
            return Ok(());
        };
        let checked = match language.and_then(labs::language::of_script) {
            // Whether a script makes sense is found when it is started.
            Some(language) => scripts::assemble(lab, language, bytes)
                .map(drop)
                .map_err(|error| vec![error]),
            None => labs::abi::check(lab.spec(), bytes).map(drop),
        };
        checked.map_err(|errors| {
            let finding = |error: labs::abi::AbiError| Finding {
                code: json!(error.code).as_str().unwrap_or("invalid").to_owned(),
                message: error.message,
                offset: error.offset.map(|offset| offset as u64),
            };
            errors.into_iter().map(finding).collect()
        })
    }
}

fn starter(lab: &Lab, starter: &labs::Starter) -> Value {
    let language = starter.language;
    json!({
        "language": language.id, "file": language.file,
        "source": starter.source, "build": language.build,
        "kit": format!("/labs/{}/kits/{}.zip", lab.id, language.id),
        "tested": language.untested.is_empty(),
    })
}

fn policy(policy: &labs::Policy) -> Value {
    json!({"id": policy.id, "title": policy.title, "summary": policy.doc})
}
