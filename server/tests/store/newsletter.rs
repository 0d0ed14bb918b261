//! The ledger of an issue, and the roll of subscribers.

use headroom::newsletter::audience::{AWAY_MS, Audience};
use headroom::newsletter::roll::{self, RollError};
use headroom::newsletter::{calendar, compose::Draft, office, wishes::Topic};
use headroom::store::mailings::{self, Entry, Lane, State, Whom};
use headroom::store::subscribers::{self, Status};
use headroom::store::users::{self, User};
use headroom::store::{Tx, issues, progress};

use crate::harness::{World, stories};

stories! {
    a_list_is_written_in_pieces_and_sent_in_lanes,
    what_was_in_flight_is_queued_again_and_counted,
    an_address_that_bounces_gets_no_more_until_it_confirms,
    who_practises_is_told_apart_from_who_did_and_who_never_did,
    a_table_is_taken_whole_or_not_at_all,
    who_is_forgotten_leaves_proof_and_no_address,
}

const LIST: &str = "email,topics,frequency\n\
    a@example.org,labs,each\nb@example.org,articles,each\nc@example.org,labs articles,each\n\
    d@example.org,lessons labs,each\ne@example.org,labs,weekly\nf@example.org,labs,each\n";

async fn take(world: &World, table: &str) -> Result<roll::Done, RollError> {
    roll::check(table.as_bytes())?;
    let makes = (&world.ids, &world.random);
    roll::import(
        &world.db,
        makes,
        table.as_bytes(),
        "said so on paper",
        world.now(),
    )
    .await
}

/// Those who want to read of labs at once.
fn labs() -> Whom {
    Whom {
        frequency: "each".into(),
        parts: "labs:everyone".into(),
        since: None,
    }
}

pub async fn issue(world: &World, tx: &mut Tx) -> i64 {
    let draft = Draft {
        subject: "News".into(),
        summary: String::new(),
        slug: String::new(),
        topic: Topic::Labs,
        audience: Audience::Everyone,
        markdown: "Text.".into(),
    };
    let number = office::draft(tx, &draft, world.now()).await.unwrap();
    while mailings::insert_recipients(tx, number, &labs(), world.now(), 2)
        .await
        .unwrap()
        > 0
    {}
    number
}

fn landed(position: i64, state: State) -> Entry {
    Entry {
        position,
        state,
        attempts: 1,
        uncertain: 0,
        due_at: if state == State::Deferred { 5_000 } else { 0 },
        first_at: Some(7),
        at: 9,
        reply: "it's \"so\" — für alle".into(),
    }
}

async fn a_list_is_written_in_pieces_and_sent_in_lanes(world: World) -> World {
    let done = take(&world, LIST).await.unwrap();
    assert_eq!((done.new, done.known), (6, 0));
    let mut tx = world.db.write().await.unwrap();
    let number = issue(&world, &mut tx).await;
    assert_eq!(
        mailings::count_recipients(&mut tx, &labs(), world.now())
            .await
            .unwrap(),
        4
    );
    let lane = |lane| Lane {
        issue: number,
        lane,
        lanes: 2,
    };
    let mut all = Vec::new();
    for number in [0, 1] {
        let waiting = mailings::list_queued(&mut tx, lane(number), 0, (10, None))
            .await
            .unwrap();
        assert!(waiting.iter().all(|next| next.position % 2 == number));
        all.extend(waiting);
    }
    all.sort_by_key(|next| next.position);
    let emails: Vec<_> = all.iter().map(|next| next.email.clone().unwrap()).collect();
    assert_eq!(
        emails,
        [
            "a@example.org",
            "c@example.org",
            "d@example.org",
            "f@example.org"
        ]
    );
    mailings::update_flying(&mut tx, number, &[1, 2, 3])
        .await
        .unwrap();
    let entries = [
        landed(1, State::Sent),
        landed(2, State::Deferred),
        landed(3, State::Bounced),
    ];
    mailings::update_landed(&mut tx, number, &entries)
        .await
        .unwrap();
    let counts = mailings::count(&mut tx, number).await.unwrap();
    let uncertain = counts.uncertain;
    let listed = office::list(&mut tx, 9).await.unwrap();
    assert_eq!((listed.len(), &listed[0].1), (1, &counts));
    let of = |state| counts.of(state);
    assert_eq!(
        [
            State::Sent,
            State::Deferred,
            State::Bounced,
            State::Queued,
            State::InFlight
        ]
        .map(of),
        [1, 1, 1, 1, 0]
    );
    assert_eq!(uncertain, 0);
    assert_eq!(
        mailings::next_due(&mut tx, lane(0)).await.unwrap(),
        Some(5_000)
    );
    assert_eq!(mailings::next_due(&mut tx, lane(1)).await.unwrap(), None);
    assert!(
        mailings::list_deferred(&mut tx, lane(0), 4_999, (9, None))
            .await
            .unwrap()
            .is_empty()
    );
    let due = mailings::list_deferred(&mut tx, lane(0), 5_000, (9, None))
        .await
        .unwrap();
    assert_eq!(
        (due[0].position, due[0].attempts, due[0].first_at),
        (2, 1, Some(7))
    );
    let lines = mailings::list_lines(&mut tx, number, ("bounced", false), 0, 9)
        .await
        .unwrap();
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0].reply.as_deref(), Some("it's \"so\" — für alle"));
    assert!(mailings::has_open(&mut tx, number).await.unwrap());
    let kept = issues::by_number(&mut tx, number).await.unwrap().unwrap();
    assert_eq!(
        (kept.slug.as_str(), kept.state),
        ("news", issues::State::Draft)
    );
    tx.commit().await.unwrap();
    world
}

async fn what_was_in_flight_is_queued_again_and_counted(world: World) -> World {
    take(&world, LIST).await.unwrap();
    let mut tx = world.db.write().await.unwrap();
    let number = issue(&world, &mut tx).await;
    let lane = Lane {
        issue: number,
        lane: 0,
        lanes: 1,
    };
    mailings::update_flying(&mut tx, number, &[1, 3, 4])
        .await
        .unwrap();
    mailings::update_landed(&mut tx, number, &[landed(4, State::Sent)])
        .await
        .unwrap();
    let in_flight = mailings::list_in_flight(&mut tx, lane).await.unwrap();
    assert_eq!(in_flight, [1, 3]);
    // 3 is noted as landed; 4 and 2 are not in flight, so no note changes them.
    mailings::update_noted(&mut tx, number, &[2, 3, 4], 5_000)
        .await
        .unwrap();
    assert_eq!(mailings::update_stranded(&mut tx, lane).await.unwrap(), 1);
    let waiting = mailings::list_queued(&mut tx, lane, 0, (10, None))
        .await
        .unwrap();
    let doubts: Vec<_> = waiting
        .iter()
        .map(|next| (next.position, next.uncertain))
        .collect();
    assert_eq!(doubts, [(1, 1), (2, 0)]);
    let doubtful = mailings::list_lines(&mut tx, number, ("", true), 0, 9)
        .await
        .unwrap();
    assert_eq!(doubtful.len(), 1);
    tx.commit().await.unwrap();
    world
}

async fn an_address_that_bounces_gets_no_more_until_it_confirms(world: World) -> World {
    take(&world, LIST).await.unwrap();
    let mut tx = world.db.write().await.unwrap();
    let ada = subscribers::by_email(&mut tx, "a@example.org")
        .await
        .unwrap()
        .unwrap();
    for (bounce, suppressed) in [(1, false), (2, false), (3, true)] {
        let why = format!("550 no {bounce}");
        subscribers::update_bounced(&mut tx, ada.id, (3, &why), world.now())
            .await
            .unwrap();
        let now = subscribers::by_id(&mut tx, ada.id).await.unwrap().unwrap();
        assert_eq!(now.suppressed.is_some(), suppressed);
    }
    assert_eq!(subscribers::count(&mut tx).await.unwrap(), [6, 0, 0, 1]);
    assert_eq!(
        mailings::count_recipients(&mut tx, &labs(), world.now())
            .await
            .unwrap(),
        3
    );
    assert!(
        subscribers::update_confirmed(&mut tx, ada.id, world.now())
            .await
            .unwrap()
    );
    let now = subscribers::by_id(&mut tx, ada.id).await.unwrap().unwrap();
    assert_eq!((now.suppressed, now.status), (None, Status::Confirmed));
    tx.commit().await.unwrap();
    world
}

async fn a_table_is_taken_whole_or_not_at_all(world: World) -> World {
    let broken = format!("{LIST}nobody,labs,each\n");
    let refused = take(&world, &broken).await.unwrap_err();
    assert!(matches!(refused, RollError::Rows(problems, 1) if problems[0].line == 8));
    assert_eq!(
        subscribers::count(&mut world.db.read().await.unwrap())
            .await
            .unwrap(),
        [0; 4]
    );
    take(&world, LIST).await.unwrap();
    let mut tx = world.db.write().await.unwrap();
    let ada = subscribers::by_email(&mut tx, "a@example.org")
        .await
        .unwrap()
        .unwrap();
    subscribers::update_ended(&mut tx, ada.id, world.now())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let again = format!("{LIST}=1+1@example.org,labs,each\nA@EXAMPLE.org,labs,each\n");
    let done = take(&world, &again).await.unwrap();
    assert_eq!((done.new, done.known), (1, 7));
    let mut out = Vec::new();
    assert_eq!(roll::export(&world.db, &mut out).await.unwrap(), 7);
    let out = String::from_utf8(out).unwrap();
    assert!(out.contains("a@example.org,ended,labs,each,\n"), "{out}");
    assert!(out.contains("'=1+1@example.org,confirmed"), "{out}");
    let mut tx = world.db.read().await.unwrap();
    let found = subscribers::list(&mut tx, "1+1", "", 9).await.unwrap();
    assert_eq!(found.len(), 1);
    assert!(
        subscribers::list(&mut tx, "_@example", "", 9)
            .await
            .unwrap()
            .is_empty()
    );
    drop(tx);
    world
}

async fn who_is_forgotten_leaves_proof_and_no_address(world: World) -> World {
    take(&world, LIST).await.unwrap();
    let mut tx = world.db.write().await.unwrap();
    let number = issue(&world, &mut tx).await;
    let ada = subscribers::by_email(&mut tx, "a@example.org")
        .await
        .unwrap()
        .unwrap();
    let history = headroom::newsletter::history(&mut tx, &ada).await.unwrap();
    assert_eq!(history["consents"][0]["words"], "said so on paper");
    assert_eq!(history["since"], calendar::day(world.now()));
    headroom::newsletter::leave(&mut tx, &world.ids, &ada, "test", world.now())
        .await
        .unwrap();
    assert!(subscribers::delete(&mut tx, ada.id).await.unwrap());
    let digest = headroom::store::modules::digest(b"a@example.org");
    assert_eq!(
        subscribers::list_consents(&mut tx, &digest)
            .await
            .unwrap()
            .len(),
        2
    );
    let lines = mailings::list_lines(&mut tx, number, ("", false), 0, 9)
        .await
        .unwrap();
    assert_eq!((lines.len(), lines[0].email.clone()), (4, None));
    let lane = Lane {
        issue: number,
        lane: 0,
        lanes: 1,
    };
    let waiting = mailings::list_queued(&mut tx, lane, 0, (9, None))
        .await
        .unwrap();
    assert_eq!(waiting[0].email, None);
    tx.commit().await.unwrap();
    world
}

async fn who_practises_is_told_apart_from_who_did_and_who_never_did(world: World) -> World {
    take(&world, LIST).await.unwrap();
    let start = world.now();
    let mut tx = world.db.write().await.unwrap();
    // Ada did something long ago, Charles just now, Fay has an account and did nothing.
    for (address, at) in [
        ("a", Some(start - AWAY_MS - 1)),
        ("c", Some(start)),
        ("f", None),
    ] {
        let id = world.ids.next();
        let user = User {
            id,
            email: format!("{address}@example.org"),
            password_hash: None,
            is_admin: false,
            submissions_per_minute: None,
            created_at: start,
        };
        assert!(users::insert(&mut tx, &user).await.unwrap());
        if let Some(at) = at {
            assert!(progress::update(&mut tx, id, 0, "{}", at).await.unwrap());
        }
    }
    let whom = |audience: &str| Whom {
        frequency: "each".into(),
        parts: format!("articles:everyone labs:{audience}"),
        since: Some(start - AWAY_MS),
    };
    let number = issue(&world, &mut tx).await;
    let lane = Lane {
        issue: number,
        lane: 0,
        lanes: 1,
    };
    for (audience, labs) in [
        ("practising", 0),
        ("away", 1),
        ("reading", 2),
        ("everyone", 3),
    ] {
        // Bob and Charles want articles.
        let count = mailings::count_recipients(&mut tx, &whom(audience), start).await;
        assert_eq!(count.unwrap(), labs + 2, "{audience}");
    }
    let since = Some(start - AWAY_MS);
    let waiting = mailings::list_queued(&mut tx, lane, 0, (9, since)).await;
    let found = waiting
        .unwrap()
        .into_iter()
        .map(|one| (one.email.unwrap(), one.audience));
    let found: Vec<_> = found.collect();
    let expected = [
        ("a@example.org", "away"),
        ("c@example.org", "practising"),
        ("d@example.org", "reading"),
        ("f@example.org", "reading"),
    ];
    assert_eq!(
        found,
        expected.map(|(email, name)| (email.into(), name.into()))
    );
    let waiting = mailings::list_queued(&mut tx, lane, 0, (9, None))
        .await
        .unwrap();
    assert!(waiting.iter().all(|one| one.audience == "everyone"));
    drop(tx);
    world
}
