//! Mail by SMTP, against a server that plays a part. A real one is in the browser's journeys.

use std::sync::{Arc, Mutex};

use headroom::clock::Clock;
use headroom::config::Config;
use headroom::mail::{Letter, MailError, Mailer};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// What the server heard, line by line.
type Heard = Arc<Mutex<Vec<String>>>;

/// A server that offers `extension` and answers RCPT with `rcpt`.
async fn server(extension: &'static str, rcpt: &'static str) -> (u16, Heard) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let heard = Heard::default();
    let book = Arc::clone(&heard);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(play(stream, extension, rcpt, Arc::clone(&book)));
        }
    });
    (port, heard)
}

async fn play(stream: TcpStream, extension: &str, rcpt: &str, book: Heard) {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    write.write_all(b"220 test\r\n").await.unwrap();
    let mut in_data = false;
    while let Ok(Some(line)) = lines.next_line().await {
        book.lock().unwrap().push(line.clone());
        let verb = line.split(' ').next().unwrap().to_ascii_uppercase();
        let answer = match (in_data, verb.as_str()) {
            (true, ".") => {
                in_data = false;
                "250 kept".to_owned()
            }
            (true, _) => continue,
            (false, "EHLO") => format!("250-test\r\n250 {extension}"),
            (false, "RCPT") => rcpt.to_owned(),
            (false, "DATA") => {
                in_data = true;
                "354 go on".to_owned()
            }
            (false, _) => "250 ok".to_owned(),
        };
        if write
            .write_all(format!("{answer}\r\n").as_bytes())
            .await
            .is_err()
        {
            return;
        }
    }
}

async fn send(port: u16, tls: &str) -> Result<(), MailError> {
    let settings = format!(
        "[mail]\ntransport = 'smtp'\nfrom = 'Course <course@example.org>'\n\
         smtp_host = '127.0.0.1'\nsmtp_port = {port}\nsmtp_tls = '{tls}'"
    );
    let mailer = Mailer::new(&Config::from_toml(&settings).unwrap(), Clock::System).unwrap();
    let letter = Letter {
        id: "letter-1".into(),
        subject: "A link".into(),
        text: "The secret link".into(),
        html: "<p>The secret link</p>".into(),
    };
    mailer.send(letter, "ada@example.org").await
}

#[tokio::test]
async fn a_letter_arrives_whole() {
    let (port, heard) = server("8BITMIME", "250 ok").await;
    send(port, "none").await.unwrap();
    let heard = heard.lock().unwrap().join("\n");
    for part in [
        "MAIL FROM:<course@example.org>",
        "RCPT TO:<ada@example.org>",
        "From: Course <course@example.org>",
        "Message-ID: <letter-1@example.org>",
        "The secret link",
    ] {
        assert!(heard.contains(part), "{part}:\n{heard}");
    }
}

#[tokio::test]
async fn nothing_goes_over_a_connection_that_cannot_be_encrypted() {
    let (port, heard) = server("8BITMIME", "250 ok").await;
    let refused = send(port, "starttls").await;
    assert!(refused.is_err());
    let heard = heard.lock().unwrap().join("\n");
    assert!(heard.starts_with("EHLO"), "{heard}");
    assert!(
        !heard.contains("MAIL") && !heard.contains("secret"),
        "{heard}"
    );
}

#[tokio::test]
async fn what_is_refused_for_now_is_told_from_what_is_refused_for_good() {
    let (port, _) = server("8BITMIME", "450 mailbox busy").await;
    assert!(matches!(
        send(port, "none").await,
        Err(MailError::Passing(_))
    ));
    let (port, _) = server("8BITMIME", "550 no such mailbox").await;
    assert!(matches!(
        send(port, "none").await,
        Err(MailError::Refused(_))
    ));
    let nobody_there = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = nobody_there.local_addr().unwrap().port();
    drop(nobody_there);
    assert!(matches!(
        send(port, "none").await,
        Err(MailError::Passing(_))
    ));
}
