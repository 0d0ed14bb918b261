//! `headroom verify RECEIPT FILE`: whether a receipt is true, without asking who issued it.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Args;

use super::grade;
use crate::grader::key::{HiddenSeeds, Opening};
use crate::receipts::verify::{self, Finding};
use crate::receipts::{PublicKeys, Receipt};

/// Something stated is not so.
const FALSE: u8 = 4;

/// What to check.
#[derive(Args)]
pub struct Command {
    /// The receipt
    receipt: PathBuf,
    /// The module or script it is about
    file: PathBuf,
    /// The issuer's keys, from its /.well-known/headroom-receipt-keys.json; without them the
    /// signature is checked, but not whose it is
    #[arg(long, value_name = "FILE")]
    keys: Option<PathBuf>,
    /// The hidden seeds, once the issuer has revealed them
    #[arg(long, value_name = "FILE")]
    opening: Option<PathBuf>,
    /// Print the findings as JSON
    #[arg(long)]
    json: bool,
}

/// Runs it.
pub fn run(command: &Command) -> anyhow::Result<ExitCode> {
    let receipt: Receipt = read(&command.receipt)?;
    let keys: Option<PublicKeys> = command.keys.as_ref().map(read).transpose()?;
    let bytes = std::fs::read(&command.file)
        .with_context(|| format!("cannot read {}", command.file.display()))?;
    let mut found = verify::signature(&receipt, keys.as_ref());
    found.push(verify::module(&receipt, &bytes));
    let mut hidden = HiddenSeeds::None;
    if let Some(path) = &command.opening {
        let revealed: Opening = read(path)?;
        let finding = opening(&receipt, &revealed);
        // Other seeds than those committed to would only give another verdict.
        if finding.holds {
            hidden = HiddenSeeds::Revealed(revealed);
        }
        found.push(finding);
    }
    found.extend(again(&receipt, &bytes, hidden)?);
    let holds = found.iter().all(|finding| finding.holds);
    if command.json {
        println!("{}", serde_json::to_string_pretty(&found)?);
    } else {
        for finding in &found {
            let mark = if finding.holds { "ok   " } else { "FALSE" };
            println!("{mark} {:<10} {}", finding.check, finding.detail);
        }
        if command.keys.is_none() {
            println!("note  issuer     not checked: give its keys with --keys");
        }
    }
    Ok(match holds {
        true => ExitCode::SUCCESS,
        false => ExitCode::from(FALSE),
    })
}

/// Runs the module again, if this program has the same lab, engine and meter.
fn again(receipt: &Receipt, bytes: &[u8], hidden: HiddenSeeds) -> anyhow::Result<Vec<Finding>> {
    let stated = |name: &str| receipt.statement[name].as_str().unwrap_or_default();
    let lab = grade::lab(stated("lab"))?;
    let language = receipt.statement["language"].as_str();
    let edition = crate::grading::edition(lab.id, language);
    let same = edition.as_ref().is_some_and(|ours| {
        receipt.statement["lab_version"] == ours.lab_version
            && stated("engine") == ours.engine
            && stated("meter") == ours.meter
    });
    if !same {
        anyhow::bail!(
            "this program cannot run it again: the receipt is of {} version {}, {}, {}; here is {}",
            lab.id,
            receipt.statement["lab_version"],
            stated("engine"),
            stated("meter"),
            edition.map_or("nothing".into(), |ours| format!(
                "version {}, {}, {}",
                ours.lab_version, ours.engine, ours.meter
            ))
        );
    }
    let language = language.and_then(labs::language::of_script);
    match grade::graded(lab, language, bytes, hidden)? {
        Ok(graded) => {
            let mut found = verify::run(receipt, &graded.report);
            if let Some(hidden) = &graded.hidden {
                let hidden = crate::grading::hidden_document(hidden);
                found.extend(verify::hidden(receipt, &hidden, graded.stars));
            }
            Ok(found)
        }
        Err(failure) => Ok(vec![Finding {
            check: "run",
            holds: false,
            detail: format!("it cannot be graded: {failure:?}"),
        }]),
    }
}

fn opening(receipt: &Receipt, opening: &Opening) -> Finding {
    let found = opening.commitment();
    let stated = &receipt.statement["hidden"]["commitment"];
    let holds = *stated == found
        && receipt.statement["lab"] == opening.lab
        && receipt.statement["lab_version"] == opening.lab_version;
    Finding {
        check: "opening",
        holds,
        detail: format!("the seeds give {found}, stated is {stated}"),
    }
}

fn read<T: serde::de::DeserializeOwned>(path: &PathBuf) -> anyhow::Result<T> {
    let text =
        std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    serde_json::from_str(&text).with_context(|| path.display().to_string())
}
