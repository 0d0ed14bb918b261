//! Mail as other programs read it: Python's email package takes each message apart again, and
//! dkimpy, which shares no code with what signed it, verifies the signature.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};

use crate::command::{Run, say, work};
use crate::{apt, client, python};

const DKIMPY: &str = "dkimpy==1.1.8";
/// An issue that tries to break out of its headers and lines.
const ISSUE: &str = "+++\n\
    subject = \"Größe zählt: a subject that is long enough to be folded, Bcc: eve@example.org\"\n\
    summary = \"1 < 2 & so on\"\ntopic = \"labs\"\n+++\n\n\
    .\n..two dots\n\nFrom the start of a line.\n\nÜber 998: LONG\n\n[Labs](/labs)\n\n\
    ![A storm](/figures/lessons/reliability/retries/1.png)\n";
const JUDGE: &str = include_str!("mail_check.py");

/// A private key as DKIM wants it, in a file (RFC 8301 §3.2 asks for 2,048 bits).
pub fn rsa_key(folder: &Path) -> Result<PathBuf> {
    apt::program("openssl", &["openssl"])?;
    let key = folder.join("dkim.pem");
    // `genrsa` takes its size last.
    Run::new("openssl")
        .args(["genrsa", "-traditional", "-out"])
        .args([key.as_os_str(), "2048".as_ref()])
        .output()?;
    Ok(key)
}

/// Makes a signed message of an issue and has it judged.
pub fn drive(binary: &Path) -> Result<()> {
    let folder = work().join("mail-check");
    let data = folder.join("data");
    client::empty(&folder)?;
    std::fs::create_dir_all(&data)?;
    let (key, public) = (rsa_key(&folder)?, folder.join("dkim.pub"));
    let openssl = |arguments: &[&str], input: Option<&Path>, output: &Path| {
        let mut run = Run::new("openssl").args(arguments);
        if let Some(input) = input {
            run = run.args(["-in".as_ref(), input.as_os_str()]);
        }
        run.args(["-out".as_ref(), output.as_os_str()]).output()
    };
    openssl(&["rsa", "-pubout"], Some(&key), &public)?;
    let issue = folder.join("issue.md");
    std::fs::write(&issue, ISSUE.replace("LONG", &"x".repeat(1_500)))?;
    let key = key.to_str().context("the folder's name is no text")?;
    let newsletter = |arguments: &[&str]| {
        let run = Run::new(binary)
            .env("HEADROOM_DATA__DIR", &data)
            .env("HEADROOM_SERVER__PUBLIC_URL", "https://course.example")
            .env("HEADROOM_MAIL__FROM", "Headroom <news@course.example>")
            .env("HEADROOM_MAIL__DKIM_SELECTOR", "test")
            .env("HEADROOM_MAIL__DKIM_KEY_FILE", key);
        run.args(["newsletter"]).args(arguments).output()
    };
    let number = newsletter(&["draft", issue.to_str().unwrap_or_default()])?;
    newsletter(&["test", number.trim(), "ada@example.org"])?;
    let python = python::with("dkim", "dkim", DKIMPY)?;
    let judged = Run::new(python)
        .args(["-c", JUDGE])
        .args([data.join("outbox"), public])
        .output()?;
    ensure!(!judged.is_empty(), "nothing was judged");
    say(judged.trim());
    Ok(())
}
