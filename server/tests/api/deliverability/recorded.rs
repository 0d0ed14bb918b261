//! A sender whose domain is in order, and answers that were written down.

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::Duration;

use async_trait::async_trait;
use headroom::deliverability::dns::{Dns, Trouble};
use headroom::deliverability::look;
use headroom::deliverability::outside::{Answer, Outside};
use headroom::deliverability::sender::{Relay, Sender, Signature};
use headroom::doctor::{Finding, Verdict};
use headroom::mail::Protection;
use headroom::mail::dkim::PublicKey;
use headroom::newsletter::UNSUBSCRIBED;

pub const HOST: &str = "mail.example.org";
pub const KEY_NAME: &str = "s1._domainkey.example.org";

/// What DNS, the mail server and the site answer.
#[derive(Clone)]
pub struct World {
    pub sender: Sender,
    pub texts: HashMap<String, Vec<String>>,
    pub exchanges: HashMap<String, Vec<(u16, String)>>,
    pub addresses: HashMap<String, Vec<IpAddr>>,
    pub names: HashMap<IpAddr, Vec<String>>,
    /// Names of which DNS says this.
    pub troubles: HashMap<String, Trouble>,
    /// Names of which DNS never says anything.
    pub hanging: Vec<String>,
    pub relay: Result<Protection, String>,
    pub click: Result<Answer, String>,
}

pub fn key() -> PublicKey {
    PublicKey {
        kind: "rsa",
        bits: 2_048,
        base64: "MIIB".repeat(98),
    }
}

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

impl World {
    /// Where all is well.
    pub fn well() -> Self {
        let sender = Sender {
            from: "example.org".into(),
            return_path: "example.org".into(),
            hears_bounces: true,
            signature: Signature::By {
                domain: "example.org".into(),
                selector: "s1".into(),
                key: key(),
            },
            relay: Some(Relay::new(HOST, true, "example.org")),
            site: Some("https://course.example.org".into()),
        };
        let mut world = Self {
            sender,
            texts: HashMap::new(),
            exchanges: HashMap::new(),
            addresses: HashMap::new(),
            names: HashMap::new(),
            troubles: HashMap::new(),
            hanging: Vec::new(),
            relay: Ok(Protection::Tls),
            click: Ok((200, UNSUBSCRIBED.into())),
        };
        let policies = ["some-other=proof", "v=spf1 a:mail.example.org -all"];
        world.text("example.org", &policies);
        world.text(KEY_NAME, &[&key().record()]);
        world.text("_dmarc.example.org", &["v=DMARC1; p=quarantine"]);
        let exchange = vec![(10, HOST.to_owned())];
        world.exchanges.insert("example.org".into(), exchange);
        world.host(HOST, &["8.8.8.8", "2606:4700::8"]);
        for address in ["8.8.8.8", "2606:4700::8"] {
            world.names.insert(ip(address), vec![HOST.into()]);
        }
        world
    }

    pub fn text(&mut self, name: &str, texts: &[&str]) {
        let texts = texts.iter().map(|text| (*text).to_owned()).collect();
        self.texts.insert(name.into(), texts);
    }

    pub fn host(&mut self, name: &str, addresses: &[&str]) {
        let addresses = addresses.iter().map(|text| ip(text)).collect();
        self.addresses.insert(name.into(), addresses);
    }

    pub async fn look(&self) -> Vec<Finding> {
        look(&self.sender, self, self, Duration::from_millis(200)).await
    }

    /// What is found about one thing.
    pub async fn about(&self, about: &str) -> Finding {
        let all = self.look().await;
        let found = all.into_iter().find(|finding| finding.about == about);
        found.unwrap()
    }

    /// That this thing is broken, with these words in what was found and in the remedy.
    pub async fn is(&self, about: &str, verdict: Verdict, found: &str, remedy: &str) {
        let finding = self.about(about).await;
        assert_eq!(finding.verdict, verdict, "{finding:?}");
        assert!(finding.found.contains(found), "{finding:?}");
        let said = finding.remedy.clone().unwrap_or_default();
        assert!(said.contains(remedy), "{finding:?}");
    }

    async fn answer<T>(&self, name: &str, known: Option<Vec<T>>) -> Result<Vec<T>, Trouble> {
        if self.hanging.iter().any(|hanging| hanging == name) {
            std::future::pending::<()>().await;
        }
        if let Some(trouble) = self.troubles.get(name) {
            return Err(trouble.clone());
        }
        let is_there = self.texts.contains_key(name)
            || self.exchanges.contains_key(name)
            || self.addresses.contains_key(name);
        match known {
            Some(known) => Ok(known),
            None if is_there => Ok(Vec::new()),
            None => Err(Trouble::NoSuchName),
        }
    }
}

#[async_trait]
impl Dns for World {
    async fn texts(&self, name: &str) -> Result<Vec<String>, Trouble> {
        self.answer(name, self.texts.get(name).cloned()).await
    }

    async fn exchanges(&self, domain: &str) -> Result<Vec<(u16, String)>, Trouble> {
        let known = self.exchanges.get(domain).cloned();
        self.answer(domain, known).await
    }

    async fn addresses(&self, host: &str) -> Result<Vec<IpAddr>, Trouble> {
        self.answer(host, self.addresses.get(host).cloned()).await
    }

    async fn names(&self, address: IpAddr) -> Result<Vec<String>, Trouble> {
        let known = self.names.get(&address).cloned();
        self.answer(&address.to_string(), known).await
    }
}

#[async_trait]
impl Outside for World {
    async fn relay(&self) -> Result<Protection, String> {
        self.relay.clone()
    }

    async fn click(&self, url: &str) -> Result<Answer, String> {
        assert!(url.ends_with("/newsletter/unsubscribe?key=nobody"), "{url}");
        self.click.clone()
    }
}
