//! What comes back: delivery reports (RFC 3464) and complaints (RFC 5965).

use mail_parser::{MessageParser, PartType};

/// What a message that came back tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Returned {
    /// It did not arrive and never will, for this reason.
    Failed(String),
    /// It has not arrived yet; another try goes on.
    Delayed,
    /// Its reader called it spam.
    Complaint,
    /// Something else: an absence note, a person's answer.
    Other,
}

/// What a raw message tells.
#[must_use]
pub fn read(raw: &[u8]) -> Returned {
    let Some(message) = MessageParser::default().parse(raw) else {
        return Returned::Other;
    };
    let mut told = Returned::Other;
    for part in &message.parts {
        let kind = part
            .headers
            .iter()
            .find(|header| header.name() == "Content-Type");
        let kind = kind.and_then(|header| header.value().as_content_type());
        let subtype = kind.and_then(|kind| kind.subtype()).unwrap_or_default();
        let text = match &part.body {
            PartType::Text(text) | PartType::Html(text) => text.to_string(),
            PartType::Binary(bytes) | PartType::InlineBinary(bytes) => {
                String::from_utf8_lossy(bytes).into_owned()
            }
            _ => continue,
        };
        match subtype.to_ascii_lowercase().as_str() {
            "feedback-report" if is_abuse(&text) => return Returned::Complaint,
            "delivery-status" => told = status(&text),
            _ => {}
        }
    }
    told
}

fn is_abuse(report: &str) -> bool {
    let kind = field(report, "Feedback-Type");
    kind.is_some_and(|kind| matches!(kind.to_ascii_lowercase().as_str(), "abuse" | "fraud"))
}

fn status(report: &str) -> Returned {
    let action = field(report, "Action")
        .unwrap_or_default()
        .to_ascii_lowercase();
    let code = field(report, "Status").unwrap_or_default();
    match action.as_str() {
        "failed" if !code.starts_with('4') => {
            let words = field(report, "Diagnostic-Code").unwrap_or_default();
            Returned::Failed(format!("{code} {words}").trim().chars().take(300).collect())
        }
        "failed" | "delayed" => Returned::Delayed,
        _ => Returned::Other,
    }
}

/// The value of the first field of this name, with the lines that continue it.
fn field(report: &str, name: &str) -> Option<String> {
    let mut lines = report.lines();
    let (_, first) = lines.by_ref().find_map(|line| {
        let (found, value) = line.split_once(':')?;
        found
            .trim()
            .eq_ignore_ascii_case(name)
            .then_some((found, value))
    })?;
    let more = lines.take_while(|line| line.starts_with([' ', '\t']));
    let words: Vec<&str> = std::iter::once(first).chain(more).map(str::trim).collect();
    Some(words.join(" ").trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(kind: &str, body: &str) -> Vec<u8> {
        format!(
            "From: MAILER-DAEMON@mx.example\r\nTo: bounces@example.org\r\nSubject: x\r\n\
             MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type={kind}; \
             boundary=\"b\"\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nWords.\r\n\
             --b\r\nContent-Type: message/{kind}\r\n\r\n{body}\r\n--b--\r\n"
        )
        .into_bytes()
    }

    #[test]
    fn a_failure_says_why_and_a_delay_is_none() {
        let body = "Reporting-MTA: dns; mx.example\r\n\r\nFinal-Recipient: rfc822; a@b.example\r\n\
                    Action: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 5.1.1 no\r\n \
                    such user here\r\n";
        assert_eq!(
            read(&report("delivery-status", body)),
            Returned::Failed("5.1.1 smtp; 550 5.1.1 no such user here".into())
        );
        let delayed = body.replace("failed", "delayed").replace("5.1.1", "4.4.1");
        assert_eq!(
            read(&report("delivery-status", &delayed)),
            Returned::Delayed
        );
        let expired = body.replace("Status: 5.1.1", "Status: 4.4.7");
        assert_eq!(
            read(&report("delivery-status", &expired)),
            Returned::Delayed
        );
    }

    #[test]
    fn a_complaint_is_one_and_an_absence_note_is_nothing() {
        let body = "Feedback-Type: abuse\r\nUser-Agent: loop/1\r\nVersion: 1\r\n";
        assert_eq!(read(&report("feedback-report", body)), Returned::Complaint);
        let note = b"From: a@b.example\r\nSubject: Away\r\n\r\nI am away. Action: failed\r\n";
        assert_eq!(read(note), Returned::Other);
        assert_eq!(read(b""), Returned::Other);
        assert_eq!(read(&[0xff, 0, 13, 10]), Returned::Other);
    }
}
