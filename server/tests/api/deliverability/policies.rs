//! SPF: what is said of every kind of policy.

use headroom::deliverability::dns::Trouble;
use headroom::deliverability::sender::Relay;
use headroom::doctor::Verdict::{Broken, Fine, Mind};

use super::recorded::World;

const SPF: &str = "SPF";

async fn with(policy: &str) -> World {
    let mut world = World::well();
    world.text("example.org", &[policy]);
    world
}

#[tokio::test]
async fn a_policy_that_names_the_mail_server_is_fine() {
    let mut world = World::well();
    world
        .is(SPF, Fine, "1 lookup; it names mail.example.org", "")
        .await;
    world.text(
        "_spf.example.org",
        &["v=spf1 ip4:8.8.8.0/24 ip6:2606:4700::/32 ?all"],
    );
    for policy in [
        "V=SPF1 MX ~all",
        "v=spf1 include:_spf.example.org -all",
        "v=spf1 redirect=_spf.example.org",
        "v=spf1 +a:mail.example.org/24//64 exp=why.example.org -all",
    ] {
        world.text("example.org", &[policy]);
        world.is(SPF, Fine, "it names mail.example.org", "").await;
    }
}

#[tokio::test]
async fn no_policy_says_which_to_publish() {
    let mut world = World::well();
    world.text("example.org", &["some-other=proof"]);
    let publish = "publish example.org. TXT \"v=spf1 a:mail.example.org ~all\"";
    world
        .is(SPF, Broken, "does not say who may send", publish)
        .await;
    world.sender.from = "nowhere.example".into();
    world.sender.return_path = "nowhere.example".into();
    world
        .is(SPF, Broken, "there is no nowhere.example in DNS", "publish")
        .await;
}

#[tokio::test]
async fn two_policies_are_made_one() {
    let mut world = World::well();
    let two = ["v=spf1 mx -all", "v=spf1 mx include:_spf.example.net ~all"];
    world.text("example.org", &two);
    let one = "example.org. TXT \"v=spf1 mx include:_spf.example.net ~all\"";
    world.is(SPF, Broken, "has 2 SPF records", one).await;
}

#[tokio::test]
async fn a_policy_that_leaves_the_mail_server_out_gets_it_put_in() {
    let add = "TXT \"v=spf1 a:mail.example.org ip4:9.9.9.9 -all\"";
    let policy = "v=spf1 ip4:9.9.9.9 -all";
    with(policy)
        .await
        .is(SPF, Broken, "(8.8.8.8 and 2606:4700::8)", add)
        .await;
    // A term that lets nobody send names nobody.
    let policy = "v=spf1 ?ip4:8.8.8.8 -ip6:2606:4700::8 -all";
    with(policy)
        .await
        .is(SPF, Broken, "does not name", "")
        .await;
    let half = with("v=spf1 ip4:8.8.8.8 -all").await;
    half.is(SPF, Mind, "leaves out 2606:4700::8", "a:mail")
        .await;
    let unread = with("v=spf1 exists:%{i}.example.org -all").await;
    unread
        .is(
            SPF,
            Mind,
            "exists:%{i}.example.org was not followed",
            "8.8.8.8",
        )
        .await;
}

#[tokio::test]
async fn a_policy_that_is_wrong_is_said_to_be() {
    for (policy, words) in [
        ("v=spf1 +all", "lets everybody send"),
        ("v=spf1 ip4:8.8.8 -all", "names no network"),
        ("v=spf1 ipv4:8.8.8.8 -all", "is no term of SPF"),
        (
            "v=spf1 include:none.example.org -all",
            "which has 0 SPF records",
        ),
        ("v=spf1 include:example.org -all", "more than 10 lookups"),
    ] {
        with(policy).await.is(SPF, Broken, words, "").await;
    }
    let mut world = with(&format!("v=spf1 {} -all", "a:mail.example.org ".repeat(11))).await;
    world
        .is(SPF, Broken, "more than 10 lookups", "take out includes")
        .await;
    world.text("example.org", &["v=spf1 include:_spf.example.org -all"]);
    world.text("_spf.example.org", &["v=spf1 mx -all", "v=spf1 a -all"]);
    world.is(SPF, Broken, "which has 2 SPF records", "").await;
}

#[tokio::test]
async fn somebody_elses_mail_server_is_named_by_including_them() {
    let mut world = World::well();
    world.sender.relay = Some(Relay::new("smtp.relay.example", true, "example.org"));
    world.host("smtp.relay.example", &["1.1.1.1"]);
    world
        .is(
            SPF,
            Mind,
            "does not name smtp.relay.example (1.1.1.1)",
            "include:…",
        )
        .await;
    world.text("example.org", &["v=spf1 include:_spf.relay.example -all"]);
    world.text("_spf.relay.example", &["v=spf1 ip4:1.0.0.0/24 -all"]);
    world.is(SPF, Fine, "includes _spf.relay.example", "").await;
}

#[tokio::test]
async fn a_mail_server_on_this_machine_sends_from_where_the_site_is() {
    let mut world = World::well();
    world.sender.relay = Some(Relay::new("localhost", false, "example.org"));
    world.host("course.example.org", &["8.8.4.4"]);
    world
        .is(
            SPF,
            Mind,
            "if mail leaves from course.example.org (8.8.4.4)",
            "publish",
        )
        .await;
    world
        .is(
            "reverse DNS",
            Mind,
            "8.8.4.4 has no name",
            "course.example.org. A 8.8.4.4",
        )
        .await;
    world.host("course.example.org", &["10.0.0.1"]);
    world.is(SPF, Mind, "is not seen from here", "").await;
    world.sender.relay = None;
    world.is(SPF, Fine, "no mail server is set", "").await;
}

#[tokio::test]
async fn letters_and_newsletters_may_come_back_to_different_domains() {
    let mut world = World::well();
    world.sender.return_path = "bounces.example.org".into();
    world.exchanges.insert(
        "bounces.example.org".into(),
        vec![(1, "mail.example.org".into())],
    );
    let all = world.look().await;
    let spf: Vec<_> = all.iter().filter(|finding| finding.about == SPF).collect();
    assert_eq!(spf.len(), 2);
    assert!(
        spf[0].found.starts_with("bounces.example.org does not say"),
        "{spf:?}"
    );
    assert_eq!(spf[1].verdict, Fine);
    world.sender.return_path = "example.org".into();
    assert_eq!(
        world
            .look()
            .await
            .iter()
            .filter(|one| one.about == SPF)
            .count(),
        1
    );
}

#[tokio::test]
async fn dns_that_fails_is_told_from_a_domain_that_is_wrong() {
    let mut world = World::well();
    for (trouble, words) in [
        (Trouble::Silent, "no answer in time"),
        (Trouble::Failed("SERVFAIL".into()), "SERVFAIL"),
    ] {
        world.troubles.insert("example.org".into(), trouble);
        world.is(SPF, Mind, words, "look again").await;
        world.is("MX", Mind, words, "look again").await;
    }
    world.troubles.clear();
    world.hanging.push("example.org".into());
    world
        .is(SPF, Mind, "no answer within 0.2 s", "look again")
        .await;
    world.is("DKIM", Fine, "", "").await;
}
