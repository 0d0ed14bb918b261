//! The resolver against a DNS server that knows a few names, and the page that shows what it saw.

use std::net::{IpAddr, SocketAddr};

use headroom::deliverability::dns::{Dns as _, Trouble};
use headroom::deliverability::hickory::Hickory;
use headroom::store::users;
use hickory_resolver::proto::op::{Message, OpCode, ResponseCode};
use hickory_resolver::proto::rr::rdata::{A, MX, PTR, TXT};
use hickory_resolver::proto::rr::{Name, RData, Record};
use tokio::net::UdpSocket;

use crate::accounts::{ADA, account, signed_in};
use crate::test_app::TestApp;

fn name(text: &str) -> Name {
    Name::from_ascii(text).unwrap()
}

/// What is known; a name that is not here is nowhere.
fn known(asked: &str) -> Option<Vec<RData>> {
    let text = |strings: &[&str]| {
        RData::TXT(TXT::new(
            strings.iter().map(|part| (*part).to_owned()).collect(),
        ))
    };
    Some(match asked {
        "example.org." => vec![
            text(&["v=spf1 a:mail.exam", "ple.org -all"]),
            RData::MX(MX::new(20, name("second.example.org."))),
            RData::MX(MX::new(10, name("Mail.Example.org."))),
        ],
        "null.example.org." => vec![RData::MX(MX::new(0, Name::root()))],
        "mail.example.org." => vec![RData::A(A([8, 8, 8, 8].into()))],
        "8.8.8.8.in-addr.arpa." => vec![RData::PTR(PTR(name("mail.example.org.")))],
        _ => return None,
    })
}

/// A DNS server on a port of its own.
async fn server() -> SocketAddr {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    tokio::spawn(async move {
        let mut buffer = [0; 1_500];
        while let Ok((length, from)) = socket.recv_from(&mut buffer).await {
            let answer = answer(&Message::from_vec(&buffer[..length]).unwrap());
            socket
                .send_to(&answer.to_vec().unwrap(), from)
                .await
                .unwrap();
        }
    });
    address
}

fn answer(asked: &Message) -> Message {
    let query = asked.queries[0].clone();
    let mut answer = Message::response(asked.metadata.id, OpCode::Query);
    match known(&query.name().to_string().to_lowercase()) {
        Some(all) => {
            for data in all
                .into_iter()
                .filter(|data| data.record_type() == query.query_type())
            {
                answer.add_answer(Record::from_rdata(query.name().clone(), 60, data));
            }
        }
        None => answer.metadata.response_code = ResponseCode::NXDomain,
    }
    answer.add_query(query);
    answer
}

#[tokio::test]
async fn a_resolver_reads_what_a_server_answers() {
    let dns = Hickory::new(Some(server().await)).unwrap();
    let texts = dns.texts("example.org").await.unwrap();
    assert_eq!(texts, ["v=spf1 a:mail.example.org -all"]);
    let exchanges = dns.exchanges("example.org").await.unwrap();
    let wanted = [
        (10, "mail.example.org".to_owned()),
        (20, "second.example.org".to_owned()),
    ];
    assert_eq!(exchanges, wanted);
    assert_eq!(
        dns.exchanges("null.example.org").await.unwrap(),
        [(0, ".".to_owned())]
    );
    let address: IpAddr = "8.8.8.8".parse().unwrap();
    assert_eq!(dns.addresses("mail.example.org").await.unwrap(), [address]);
    assert_eq!(dns.names(address).await.unwrap(), ["mail.example.org"]);
    // A name without records of a kind, and no name at all.
    assert_eq!(dns.texts("mail.example.org").await, Ok(Vec::new()));
    assert_eq!(
        dns.texts("nowhere.example.org").await,
        Err(Trouble::NoSuchName)
    );
    assert_eq!(
        dns.addresses("nowhere.example.org").await,
        Err(Trouble::NoSuchName)
    );
    assert!(matches!(dns.texts("a..b").await, Err(Trouble::Failed(_))));
}

#[tokio::test]
async fn a_server_that_says_nothing_is_given_up() {
    let silent = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let dns = Hickory::new(Some(silent.local_addr().unwrap())).unwrap();
    assert!(dns.texts("example.org").await.is_err());
}

#[tokio::test]
async fn an_administrator_sees_what_to_publish() {
    let resolver = server().await;
    let settings = format!(
        "[mail]\ntransport = 'smtp'\nfrom = 'Course <course@example.org>'\n\
         smtp_host = 'mail.example.org'\nsmtp_port = 1\nresolver = '{resolver}'"
    );
    let app = TestApp::start(&settings).await;
    let id = account(&app, ADA).await;
    let mut tx = app.state.db.write().await.unwrap();
    users::update_admin(&mut tx, id, true).await.unwrap();
    tx.commit().await.unwrap();
    let page = signed_in(&app, ADA)
        .await
        .get("/admin/newsletter/deliverability")
        .await;
    let text = page.text();
    assert_eq!(page.status, 200, "{text}");
    assert!(
        text.contains("1 lookup; it names mail.example.org"),
        "{text}"
    );
    assert!(text.contains("publish _dmarc.example.org. TXT"), "{text}");
}
