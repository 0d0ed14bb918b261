//! `headroom labs`: the labs, and what comes with each.

use clap::Args;

/// Which.
#[derive(Args)]
pub struct Command {
    /// Show this one with its exports and policies
    lab: Option<String>,
}

/// Runs it.
pub fn run(command: &Command) -> anyhow::Result<()> {
    let Some(id) = &command.lab else {
        for lab in labs::ALL {
            let spec = lab.spec();
            println!(
                "{:<18} {}",
                format!("{}@{}", lab.id, spec.version),
                spec.summary
            );
        }
        return Ok(());
    };
    let lab = super::grade::lab(id)?;
    let spec = lab.spec();
    println!(
        "{}@{}: {}\n\n{}\n",
        lab.id, spec.version, spec.title, spec.summary
    );
    println!("Exports:");
    for export in &spec.exports {
        println!("  {}", export.name);
    }
    println!("Policies, for --policy:");
    for policy in lab.policies {
        println!("  {:<16} {}", policy.id, policy.title);
    }
    println!("Languages, for headroom init --lang:");
    let languages = lab.files.starters.iter().map(|starter| starter.language.id);
    println!("  {}", languages.collect::<Vec<_>>().join(", "));
    Ok(())
}
