//! A fresh database per story and engine, a clock that stands still, and seeded randomness.

use std::env;
use std::sync::Arc;

use headroom::clock::Clock;
use headroom::ids::{Id, Ids};
use headroom::jobs::grade_submission::GradeSubmission;
use headroom::random::Random;
use headroom::store::submissions::{self, Inserted, NewSubmission};
use headroom::store::{Db, modules};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

pub const START_MS: i64 = 1_800_000_000_000;

pub struct World {
    pub db: Db,
    pub url: String,
    pub clock: Clock,
    pub ids: Ids,
    pub random: Random,
    home: Arc<Home>,
}

enum Home {
    Folder { _dir: tempfile::TempDir },
    Schema { server: String, name: String },
}

impl World {
    async fn new(home: Home, url: String) -> Self {
        let (clock, random) = (Clock::manual(START_MS), Random::seeded(1));
        let db = Db::open(&url).await.unwrap();
        db.migrate().await.unwrap();
        let ids = Ids::new(clock.clone(), random.clone());
        Self {
            db,
            url,
            clock,
            ids,
            random,
            home: Arc::new(home),
        }
    }

    /// Forgets everything in memory and opens the database again, as a restart does.
    pub async fn restart(self) -> Self {
        self.db.close().await;
        let Self {
            db,
            url,
            clock,
            ids,
            random,
            home,
        } = self;
        drop(db);
        let db = Db::open(&url).await.unwrap();
        db.migrate().await.unwrap();
        Self {
            db,
            url,
            clock,
            ids,
            random,
            home,
        }
    }

    pub fn now(&self) -> i64 {
        self.clock.now_ms()
    }

    pub fn submission(&self, module_sha256: &str, key: Option<&str>) -> NewSubmission {
        NewSubmission {
            id: self.ids.next(),
            lab: "rate_limiter".into(),
            lab_version: 1,
            module_sha256: module_sha256.into(),
            source: Some("export function allow(): i32 { return 1 }".into()),
            language: Some("assemblyscript".into()),
            batch_id: None,
            user_id: None,
            client: "client".into(),
            idempotency_key: key.map(Into::into),
            body_sha256: modules::digest(b"body"),
            created_at: self.now(),
            is_running: false,
        }
    }

    /// Hands a module in, as the API does: module, submission and job in one transaction.
    pub async fn hand_in(&self, module: &[u8]) -> Id {
        let mut tx = self.db.write().await.unwrap();
        let sha256 = modules::insert(&mut tx, module, self.now()).await.unwrap();
        let new = self.submission(&sha256, None);
        let made = submissions::insert(&mut tx, &new).await.unwrap();
        assert!(matches!(made, Inserted::New(_)));
        assert!(
            GradeSubmission::enqueue(&mut tx, &self.ids, (new.id, "a", None), self.now())
                .await
                .unwrap()
        );
        tx.commit().await.unwrap();
        new.id
    }
}

pub async fn on_sqlite() -> World {
    let dir = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", dir.path().join("headroom.db").display());
    World::new(Home::Folder { _dir: dir }, url).await
}

/// A schema of its own in the server's database, or `None` if no server is named.
pub async fn on_postgres() -> Option<World> {
    let Ok(server) = env::var("TEST_POSTGRES_URL") else {
        let required = env::var("HEADROOM_REQUIRE_POSTGRES").is_ok_and(|v| v == "1");
        assert!(
            !required,
            "HEADROOM_REQUIRE_POSTGRES=1, but TEST_POSTGRES_URL is not set"
        );
        return None;
    };
    let name = format!("test_{}", Ids::new(Clock::System, Random::system()).next());
    run_on(&server, format!("CREATE SCHEMA \"{name}\"")).await;
    let sign = if server.contains('?') { '&' } else { '?' };
    let url = format!("{server}{sign}options=-c%20search_path%3D%22{name}%22");
    Some(World::new(Home::Schema { server, name }, url).await)
}

/// Removes what a story leaves behind on a server.
pub async fn clean(world: World) {
    world.db.close().await;
    if let Home::Schema { server, name } = &*world.home {
        run_on(server, format!("DROP SCHEMA \"{name}\" CASCADE")).await;
    }
}

async fn run_on(server: &str, sql: String) {
    let mut connection = PgConnection::connect(server).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(sql))
        .execute(&mut connection)
        .await
        .unwrap();
}

/// Tells each story on both engines: `stories! { name_of_story, … }`, where each is an
/// `async fn(World) -> World`.
macro_rules! stories {
    ($($story:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $story() {
                let world = $crate::harness::on_sqlite().await;
                $crate::harness::clean(super::$story(world).await).await;
            })+
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $story() {
                let Some(world) = $crate::harness::on_postgres().await else { return };
                $crate::harness::clean(super::$story(world).await).await;
            })+
        }
    };
}
pub(crate) use stories;
