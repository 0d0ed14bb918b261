//! A mail server that follows a script: for each recipient, what it does at which verb.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// What it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Answers with this line.
    Says(&'static str),
    /// Answers with this line and hangs up.
    SaysAndCloses(&'static str),
    /// Answers nothing for a minute.
    Hangs,
    /// Resets the connection.
    Resets,
    /// Takes the message, and resets the connection before it says so.
    TakesAndResets,
}

/// When it does it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verb {
    Banner,
    Ehlo,
    Mail,
    Rcpt,
    Data,
    /// After the text.
    Text,
}

/// A message that was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    pub from: String,
    pub to: String,
    pub text: String,
}

/// What is to go wrong: by verb, and by a part of the recipient's address for those verbs that come
/// after it; how often.
type Script = BTreeMap<(Verb, &'static str), (Fault, u32)>;

#[derive(Clone)]
pub struct MailServer {
    pub address: SocketAddr,
    script: Arc<Mutex<Script>>,
    taken: Arc<Mutex<Vec<Taken>>>,
}

impl MailServer {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Self {
            address: listener.local_addr().unwrap(),
            script: Arc::default(),
            taken: Arc::default(),
        };
        let serving = server.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let server = serving.clone();
                tokio::spawn(async move {
                    // Whoever hangs up has hung up.
                    let _ended = server.converse(stream).await;
                });
            }
        });
        server
    }

    /// From now on `fault` comes at `verb`, `times` times, for recipients whose address contains
    /// `whose`.
    pub fn fails(&self, verb: Verb, whose: &'static str, fault: Fault, times: u32) {
        self.script
            .lock()
            .unwrap()
            .insert((verb, whose), (fault, times));
    }

    pub fn taken(&self) -> Vec<Taken> {
        self.taken.lock().unwrap().clone()
    }

    fn fault(&self, verb: Verb, to: &str) -> Option<Fault> {
        let mut script = self.script.lock().unwrap();
        let due = |(at, whose): &(Verb, &str)| *at == verb && to.contains(whose);
        let (_, (fault, times)) = script
            .iter_mut()
            .find(|(key, (_, left))| due(key) && *left > 0)?;
        *times -= 1;
        Some(*fault)
    }

    /// The answer at a verb: what is scripted, or the usual. False when the connection is over.
    async fn answer(
        &self,
        stream: &mut BufReader<TcpStream>,
        verb: Verb,
        to: &str,
        usual: &str,
    ) -> std::io::Result<bool> {
        let (line, goes_on) = match self.fault(verb, to) {
            None => (usual, true),
            Some(Fault::Says(line)) => (line, true),
            Some(Fault::SaysAndCloses(line)) => (line, false),
            Some(Fault::Hangs) => {
                tokio::time::sleep(Duration::from_secs(60)).await;
                return Ok(false);
            }
            Some(Fault::Resets | Fault::TakesAndResets) => {
                // A close with no lingering is a reset.
                stream.get_ref().set_zero_linger()?;
                return Ok(false);
            }
        };
        stream.write_all(format!("{line}\r\n").as_bytes()).await?;
        Ok(goes_on)
    }

    async fn converse(&self, stream: TcpStream) -> std::io::Result<()> {
        let mut stream = BufReader::new(stream);
        if !self
            .answer(&mut stream, Verb::Banner, "", "220 mx.example ESMTP")
            .await?
        {
            return Ok(());
        }
        let (mut from, mut to) = (String::new(), String::new());
        let mut line = String::new();
        loop {
            line.clear();
            if stream.read_line(&mut line).await? == 0 {
                return Ok(());
            }
            let upper = line.to_ascii_uppercase();
            let goes_on = match upper.split([' ', ':', '\r']).next().unwrap_or_default() {
                "EHLO" => {
                    let usual = "250-mx.example\r\n250-ENHANCEDSTATUSCODES\r\n250 8BITMIME";
                    self.answer(&mut stream, Verb::Ehlo, "", usual).await?
                }
                "MAIL" => {
                    from = within(&line);
                    self.answer(&mut stream, Verb::Mail, "", "250 2.1.0 Ok")
                        .await?
                }
                "RCPT" => {
                    to = within(&line);
                    let whose = to.clone();
                    self.answer(&mut stream, Verb::Rcpt, &whose, "250 2.1.5 Ok")
                        .await?
                }
                "DATA" => {
                    if !self.text(&mut stream, &from, &to).await? {
                        return Ok(());
                    }
                    true
                }
                "RSET" => {
                    stream.write_all(b"250 2.0.0 Ok\r\n").await?;
                    true
                }
                "QUIT" => {
                    stream.write_all(b"221 2.0.0 Bye\r\n").await?;
                    false
                }
                _ => {
                    stream.write_all(b"500 5.5.2 What?\r\n").await?;
                    true
                }
            };
            if !goes_on {
                return Ok(());
            }
        }
    }

    async fn text(
        &self,
        stream: &mut BufReader<TcpStream>,
        from: &str,
        to: &str,
    ) -> std::io::Result<bool> {
        let refuses = self.peek(Verb::Data, to).is_some();
        let go = "354 End data with <CR><LF>.<CR><LF>";
        if !self.answer(stream, Verb::Data, to, go).await? {
            return Ok(false);
        }
        if refuses {
            return Ok(true);
        }
        let mut text = String::new();
        loop {
            let before = text.len();
            if stream.read_line(&mut text).await? == 0 {
                return Ok(false);
            }
            if &text[before..] == ".\r\n" {
                text.truncate(before);
                break;
            }
        }
        let fault = self.peek(Verb::Text, to);
        if fault.is_none() || fault == Some(Fault::TakesAndResets) {
            self.taken.lock().unwrap().push(Taken {
                from: from.to_owned(),
                to: to.to_owned(),
                text,
            });
        }
        self.answer(stream, Verb::Text, to, "250 2.0.0 Ok: queued as 1")
            .await
    }

    fn peek(&self, verb: Verb, to: &str) -> Option<Fault> {
        let script = self.script.lock().unwrap();
        let mut due = script
            .iter()
            .filter(|((at, whose), _)| *at == verb && to.contains(whose));
        due.find(|(_, (_, left))| *left > 0)
            .map(|(_, (fault, _))| *fault)
    }
}

fn within(line: &str) -> String {
    let from = line.find('<').map_or(0, |at| at + 1);
    let to = line.find('>').unwrap_or(line.len());
    line[from..to].to_owned()
}
