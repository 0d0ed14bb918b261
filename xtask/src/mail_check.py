"""Reads what was written to the outbox as any other program would, and verifies its signature."""
import email
import email.policy
import pathlib
import re
import sys

import dkim

SUBJECT = "Größe zählt: a subject that is long enough to be folded, Bcc: eve@example.org"
SIGNED = (b"from", b"to", b"subject", b"date", b"message-id", b"list-unsubscribe",
          b"list-unsubscribe-post")

folder, public = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]).read_text()
record = ("v=DKIM1; k=rsa; p=" + "".join(public.split("-----")[2].split())).encode()


def dns(name, timeout=5):
    assert name == b"test._domainkey.course.example.", name
    return record


def signed_names(raw):
    headers = {name.lower(): value for name, value in dkim.rfc822_parse(raw)[0]}
    tags = headers[b"dkim-signature"].split(b";")
    tags = dict(tag.strip().split(b"=", 1) for tag in tags if b"=" in tag)
    return b"".join(tags[b"h"].lower().split()).split(b":")


def judge(raw):
    assert max(map(len, raw.split(b"\r\n"))) <= 998, "a line is too long (RFC 5322, 2.1.1)"
    assert dkim.verify(raw, dnsfunc=dns), "the signature is false"
    changed = raw.replace(b"=One-Click", b"=Two-Click")
    assert changed != raw and not dkim.verify(changed, dnsfunc=dns), "it proves nothing"
    names = signed_names(raw)
    assert all(name in names for name in SIGNED), names
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert not message.defects, message.defects
    assert message["Subject"] == SUBJECT, message["Subject"]
    assert message["Bcc"] is None and message["Cc"] is None
    assert str(message["To"]) == "ada@example.org"
    assert str(message["From"]) == "Headroom <news@course.example>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    end = "<https://course.example/newsletter/unsubscribe?key="
    assert message["List-Unsubscribe"].startswith(end)
    assert message["List-Id"] == "<newsletter.course.example>"
    text = message.get_body(("plain",)).get_content()
    html = message.get_body(("html",)).get_content()
    assert "..two dots" in text, text
    assert "x" * 1500 in text and "x" * 1500 in html
    assert "Labs <https://course.example/labs>" in text
    assert 'href="https://course.example/labs"' in html and "Größe" in html
    assert "<script" not in html
    # The chart travels with the mail: nothing in it is fetched when it is read.
    assert re.findall('<img src="([^"]*)" alt="([^"]*)"', html) == [
        ("cid:chart-1@course.example", "A storm")]
    assert html.count("<img") == 1
    assert "<https://course.example/figures/lessons/reliability/retries/1.png>" in text
    pictures = [part for part in message.walk() if part.get_content_type() == "image/png"]
    assert [part["Content-ID"] for part in pictures] == ["<chart-1@course.example>"]
    assert pictures[0].get_content()[:8] == b"\x89PNG\r\n\x1a\n"


messages = list(folder.glob("*.eml"))
assert len(messages) == 1, messages
judge(messages[0].read_bytes())
print("a message was read back equal, and dkimpy verified its signature")
