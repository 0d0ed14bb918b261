//! Everything but SPF: what is said of a domain that is in order, and of one that is not.

use headroom::config::Config;
use headroom::deliverability::dns::Trouble;
use headroom::deliverability::sender::{Relay, Sender, Signature};
use headroom::doctor::Verdict::{Broken, Fine, Mind};
use headroom::mail::Protection;
use headroom::mail::dkim::PublicKey;

use super::recorded::{KEY_NAME, World, key};

#[tokio::test]
async fn a_domain_in_order_has_nothing_to_mend() {
    let all = World::well().look().await;
    let about: Vec<&str> = all.iter().map(|finding| finding.about).collect();
    let wanted = [
        "SPF",
        "DKIM",
        "DMARC",
        "alignment",
        "MX",
        "reverse DNS",
        "reverse DNS",
        "TLS",
        "one click",
    ];
    assert_eq!(about, wanted);
    assert!(all.iter().all(|finding| finding.verdict == Fine), "{all:?}");
}

#[tokio::test]
async fn the_key_in_dns_is_the_one_that_signs() {
    let mut world = World::well();
    let record = key().record();
    // What some zone editors make of it.
    let spaced = record
        .replace("; ", ";")
        .replacen("MIIBMIIB", "MIIB MIIB", 1);
    world.text(KEY_NAME, &[&spaced]);
    world.is("DKIM", Fine, "rsa of 2048 bits", "").await;
    let publish = format!("publish {KEY_NAME}. TXT \"v=DKIM1; k=rsa; p=MIIB");
    let other = record.replace("p=MIIB", "p=MIIC");
    for (text, verdict, words) in [
        (other.as_str(), Broken, "holds another key"),
        ("v=DKIM1; k=rsa; p=", Broken, "was revoked"),
        ("hello", Broken, "holds no key"),
        (
            format!("{record}; h=sha1").as_str(),
            Broken,
            "forbids SHA-256",
        ),
        (
            format!("{record}; s=other").as_str(),
            Broken,
            "is not for mail",
        ),
        (format!("{record}; t=y:s").as_str(), Mind, "only tried out"),
    ] {
        world.text(KEY_NAME, &[text]);
        world.is("DKIM", verdict, words, &publish).await;
    }
    world.text(KEY_NAME, &[&record, &other]);
    world
        .is("DKIM", Broken, "holds 2 texts", "take all of them out")
        .await;
    world.text(KEY_NAME, &[]);
    world.is("DKIM", Broken, "holds no text", &publish).await;
    world.texts.remove(KEY_NAME);
    world
        .is(
            "DKIM",
            Broken,
            "there is no s1._domainkey.example.org",
            &publish,
        )
        .await;
    let said = world.about("DKIM").await.remedy.unwrap();
    assert_eq!(said.matches('"').count(), 4, "two strings: {said}");
    world.troubles.insert(KEY_NAME.into(), Trouble::Silent);
    world.is("DKIM", Mind, "no answer in time", "").await;
}

#[tokio::test]
async fn a_short_key_or_none_is_said_to_be_so() {
    let mut world = World::well();
    for (bits, verdict) in [(512, Broken), (1_024, Mind), (2_048, Fine)] {
        world.sender.signature = Signature::By {
            domain: "example.org".into(),
            selector: "s1".into(),
            key: PublicKey { bits, ..key() },
        };
        world
            .is("DKIM", verdict, &format!("of {bits} bits"), "")
            .await;
    }
    world.sender.signature = Signature::None;
    world
        .is("DKIM", Mind, "nothing here signs", "mail.dkim_selector")
        .await;
    world
        .is("alignment", Mind, "nothing here signs", "mail.dkim_domain")
        .await;
    world.sender.signature = Signature::Wrong("mail.dkim_key_file is not set".into());
    world
        .is(
            "DKIM",
            Broken,
            "mail.dkim_key_file is not set",
            "make a key",
        )
        .await;
}

#[tokio::test]
async fn dmarc_is_read_where_it_stands() {
    let mut world = World::well();
    let name = "_dmarc.example.org";
    let publish = "_dmarc.example.org. TXT \"v=DMARC1; p=none; rua=mailto:postmaster@example.org\"";
    world.text(name, &["v=DMARC1; p=none"]);
    world
        .is("DMARC", Mind, "let everything through", "p=quarantine")
        .await;
    world.text(name, &["v=DMARC1"]);
    world.is("DMARC", Broken, "no policy", publish).await;
    world.text(name, &["v=DMARC1; p=none", "v=DMARC1; p=reject"]);
    world.is("DMARC", Broken, "holds 2 records", publish).await;
    world.texts.remove(name);
    world
        .is("DMARC", Mind, "does not say what becomes", publish)
        .await;
    world.troubles.insert(name.into(), Trouble::Silent);
    world.is("DMARC", Mind, "no answer in time", "").await;
}

#[tokio::test]
async fn the_policy_of_the_domain_above_holds_for_the_one_below() {
    let mut world = World::well();
    world.sender.from = "learn.example.org".into();
    world.text("_dmarc.example.org", &["v=DMARC1; p=reject; sp=none"]);
    world
        .is(
            "DMARC",
            Mind,
            "let everything through",
            "_dmarc.learn.example.org",
        )
        .await;
    world.text("_dmarc.example.org", &["v=DMARC1; p=reject"]);
    world.is("DMARC", Fine, "_dmarc.example.org", "").await;
    world
        .is("alignment", Fine, "counts for learn.example.org", "")
        .await;
    // Strictly, only the very same domain counts.
    world.text("_dmarc.example.org", &["v=DMARC1; p=reject; adkim=s"]);
    world
        .is(
            "alignment",
            Mind,
            "does not count for learn.example.org",
            "",
        )
        .await;
    world.text(
        "_dmarc.example.org",
        &["v=DMARC1; p=reject; adkim=s; aspf=s"],
    );
    world
        .is("alignment", Broken, "which does not", "mail.dkim_domain")
        .await;
}

#[tokio::test]
async fn what_comes_back_must_find_somebody() {
    let mut world = World::well();
    let publish = "example.org. MX 10 mail.example.org.";
    world
        .exchanges
        .insert("example.org".into(), vec![(0, ".".into())]);
    world.is("MX", Broken, "takes no mail", publish).await;
    world
        .exchanges
        .insert("example.org".into(), vec![(5, "gone.example.org".into())]);
    world
        .is(
            "MX",
            Broken,
            "gone.example.org, which has no address",
            publish,
        )
        .await;
    let two = vec![
        (5, "gone.example.org".into()),
        (6, "mail.example.org".into()),
    ];
    world.exchanges.insert("example.org".into(), two);
    world
        .is(
            "MX",
            Mind,
            "gone.example.org, which has no address",
            "take it out",
        )
        .await;
    world.exchanges.clear();
    world
        .is("MX", Broken, "neither MX nor address", publish)
        .await;
    world.host("example.org", &["8.8.8.8"]);
    world
        .is("MX", Mind, "goes to its own address", publish)
        .await;
}

#[tokio::test]
async fn an_address_has_a_name_that_leads_back() {
    let mut world = World::well();
    let address = "8.8.8.8".parse().unwrap();
    world.names.insert(address, vec!["pool.example.net".into()]);
    let remedy = "name it mail.example.org, and publish mail.example.org. A 8.8.8.8";
    world
        .is("reverse DNS", Broken, "is called pool.example.net", remedy)
        .await;
    world.names.clear();
    world
        .is("reverse DNS", Broken, "8.8.8.8 has no name", remedy)
        .await;
    world.troubles.insert("8.8.8.8".into(), Trouble::Silent);
    world.is("reverse DNS", Mind, "no answer in time", "").await;
    world.sender.relay = Some(Relay::new("smtp.relay.example", true, "example.org"));
    world.is("reverse DNS", Fine, "is not yours", "").await;
}

#[tokio::test]
async fn the_way_to_the_mail_server_is_protected() {
    let mut world = World::well();
    for (error, remedy) in [
        ("the server offers no STARTTLS", "smtp_tls = \"tls\""),
        (
            "invalid peer certificate: Expired",
            "a certificate for mail.example.org",
        ),
        ("connection refused", "mail.smtp_host"),
    ] {
        world.relay = Err(error.into());
        world.is("TLS", Broken, error, remedy).await;
    }
    for (offers_starttls, remedy) in [(true, "it offers that"), (false, "let it offer STARTTLS")] {
        world.relay = Ok(Protection::Clear { offers_starttls });
        world
            .is("TLS", Broken, "mail and password go", remedy)
            .await;
    }
    world.sender.relay = Some(Relay::new("127.0.0.1", false, "example.org"));
    world.is("TLS", Fine, "within this network", "").await;
    world.sender.relay = None;
    world.is("TLS", Mind, "the outbox", "mail.transport").await;
}

#[tokio::test]
async fn one_click_reaches_this_server() {
    let mut world = World::well();
    world.click = Ok((403, "<h1>Are you human?</h1>".into()));
    world
        .is("one click", Broken, "something else answers", "let POST")
        .await;
    world.click = Ok((200, "<h1>Welcome</h1>".into()));
    world.is("one click", Broken, "with 200", "let POST").await;
    world.click = Err("timeout".into());
    world
        .is("one click", Broken, "nobody answers", "start the server")
        .await;
    for (site, words) in [
        (
            Some("http://course.example.org"),
            "must begin with https://",
        ),
        (Some("https://10.0.0.1"), "private network"),
        (Some("https://course"), "private network"),
        (None, "is not set"),
    ] {
        world.sender.site = site.map(str::to_owned);
        world
            .is("one click", Mind, words, "server.public_url")
            .await;
    }
}

#[test]
fn a_sender_is_read_from_the_settings() {
    let key_file = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/api/deliverability/dkim.pem"
    );
    let settings = format!(
        "[server]\npublic_url = 'https://learn.example.org'\n[mail]\ntransport = 'smtp'\n\
         from = 'Course <course@Learn.Example.org>'\nbounces = 'bounces@example.org'\n\
         smtp_host = 'mail.example.org'\ndkim_selector = 's1'\ndkim_domain = 'example.org'\n\
         dkim_key_file = '{key_file}'"
    );
    let sender = Sender::new(&Config::from_toml(&settings).unwrap()).unwrap();
    assert_eq!(
        (sender.from.as_str(), sender.hears_bounces),
        ("learn.example.org", true)
    );
    assert_eq!(sender.return_path, "example.org");
    assert!(
        sender
            .relay
            .is_some_and(|relay| relay.is_own && !relay.signs_in)
    );
    // As `openssl rsa -pubout -outform DER | base64 -w0` prints it.
    let base64 = include_str!("dkim.txt").trim();
    let Signature::By { key, domain, .. } = sender.signature else {
        panic!("it does not sign");
    };
    assert_eq!(
        (domain.as_str(), key.bits, key.base64.as_str()),
        ("example.org", 1_024, base64)
    );

    let unsigned = settings.replace("dkim_key_file", "# dkim_key_file");
    let sender = Sender::new(&Config::from_toml(&unsigned).unwrap()).unwrap();
    assert!(matches!(sender.signature, Signature::Wrong(_)));
    let nobody = Sender::new(&Config::default()).unwrap_err();
    assert_eq!(nobody.verdict, Mind);
}

#[test]
fn an_ed25519_key_is_published_as_rfc_8463_says() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("key");
    std::fs::write(&file, "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=\n").unwrap();
    let settings = format!(
        "[mail]\ndkim_algorithm = 'ed25519'\ndkim_key_file = '{}'",
        file.display()
    );
    let config = Config::from_toml(&settings).unwrap();
    let key = PublicKey::of(&config.mail).unwrap().unwrap();
    let record = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
    assert_eq!(key.record(), record);
}
