//! Mail as other programs read it: Python's email package takes each message apart again, and
//! dkimpy, which shares no code with what signed it, verifies the signature.

use std::path::Path;

use anyhow::{Context as _, Result, ensure};

use crate::command::{Run, say, work};
use crate::{apt, client, python};

const DKIMPY: &str = "dkimpy==1.1.8";
/// An issue that tries to break out of its headers and lines.
const ISSUE: &str = "+++\n\
    subject = \"Größe zählt: a subject that is long enough to be folded, Bcc: eve@example.org\"\n\
    summary = \"1 < 2 & so on\"\ntopic = \"labs\"\n+++\n\n\
    .\n..two dots\n\nFrom the start of a line.\n\nÜber 998: LONG\n\n[Labs](/labs)\n";
const JUDGE: &str = r#"
import email, email.policy, sys, dkim
folder, public = sys.argv[1], open(sys.argv[2]).read()
import pathlib
record = ("v=DKIM1; k=rsa; p=" + "".join(public.split("-----")[2].split())).encode()
seen = 0
for path in pathlib.Path(folder).glob("*.eml"):
    raw = path.read_bytes()
    assert b"\r\n" in raw and max(map(len, raw.split(b"\r\n"))) <= 998, "lines are short"
    def dns(name, timeout=5):
        assert name == b"test._domainkey.course.example.", name
        return record
    assert dkim.verify(raw, dnsfunc=dns), path
    signed = dkim.rfc822_parse(raw)[0]
    tag = dict(part.strip().split(b"=", 1)
               for part in dict((k.lower(), v) for k, v in signed)[b"dkim-signature"].split(b";") if b"=" in part)
    names = tag[b"h"].lower().replace(b" ", b"").replace(b"\r\n", b"").split(b":")
    for name in (b"from", b"to", b"subject", b"date", b"message-id", b"list-unsubscribe", b"list-unsubscribe-post"):
        assert name in names, (name, names)
    assert not dkim.verify(raw.replace(b"=One-Click", b"=Two-Click"), dnsfunc=dns), "it proves something"
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert not message.defects, message.defects
    assert message["Subject"] == "Größe zählt: a subject that is long enough to be folded, Bcc: eve@example.org", message["Subject"]
    assert message["Bcc"] is None and message["Cc"] is None
    assert str(message["To"]) == "ada@example.org" and str(message["From"]) == "Headroom <news@course.example>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["List-Unsubscribe"].startswith("<https://course.example/newsletter/unsubscribe?key=")
    assert message["List-Id"] == "<newsletter.course.example>"
    text = message.get_body(("plain",)).get_content()
    html = message.get_body(("html",)).get_content()
    assert "\n..two dots" in text or " ..two dots" in text, text
    assert "x" * 1500 in text and "x" * 1500 in html
    assert "Labs <https://course.example/labs>" in text
    assert 'href="https://course.example/labs"' in html and "Größe" in html
    assert "<script" not in html and "<img" not in html
    seen += 1
assert seen == 1, seen
print("read back equal, DKIM verified")
"#;

/// Makes a signed message of an issue and has it judged.
pub fn drive(binary: &Path) -> Result<()> {
    let folder = work().join("mail-check");
    let data = folder.join("data");
    client::empty(&folder)?;
    std::fs::create_dir_all(&data)?;
    apt::program("openssl", &["openssl"])?;
    let (key, public) = (folder.join("dkim.pem"), folder.join("dkim.pub"));
    let openssl = |arguments: &[&str], input: Option<&Path>, output: &Path| {
        let mut run = Run::new("openssl").args(arguments);
        if let Some(input) = input {
            run = run.args(["-in".as_ref(), input.as_os_str()]);
        }
        run.args(["-out".as_ref(), output.as_os_str()]).output()
    };
    // `genrsa` takes its size last.
    Run::new("openssl")
        .args(["genrsa", "-traditional", "-out"])
        .args([key.as_os_str(), "2048".as_ref()])
        .output()?;
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
