//! Rows for every table, as lines: nothing, bytes, letters from everywhere, the longest integers,
//! and keys that languages sort differently than bytes.

use headroom::store::Db;
use headroom::store::copy::{Counted, Shape, Writer, decode, facts};

const LINES: &[(&str, &str)] = &[
    ("modules", r#"["m1","AAECA/8=",5,-9223372036854775808]"#),
    ("modules", r#"["m2","",0,9223372036854775807]"#),
    (
        "grades",
        r#"["g1","m1","lab",1,"e","meter/1","/w==","d",1000000,3,null,1]"#,
    ),
    (
        "users",
        r#"["u1","ada@example.org",null,true,1,9223372036854775807]"#,
    ),
    (
        "users",
        r#"["u2","Ünal@example.org","$argon2",false,2,null]"#,
    ),
    ("batches", r#"["b1","c",null,"k","x","[]",1,null]"#),
    (
        "submissions",
        r#"["s1","lab",1,"m1","// \ud83d\ude00\r\n\t\u2028\"'\\","js","c","k","x",
            "graded",1,2,3,"g1",null,"u1","b1"]"#,
    ),
    (
        "submissions",
        r#"["s2","lab",1,"m2",null,null,"c",null,"x","queued",1,null,null,null,null,null,null]"#,
    ),
    (
        "jobs",
        r#"["j1","grade","{}","one","running",1,2,0,5,1800000030000,null,1,null,"o",7,"00"]"#,
    ),
    (
        "jobs",
        r#"["j2","grade","{}","one","done",1,1,0,5,null,"was lost",1,2,"",0,null]"#,
    ),
    ("sessions", r#"["x1","{}",9,"u1"]"#),
    ("links", r#"["l1","sign-in","a@b.c","u1",null,1,2,null]"#),
    ("progress", r#"["u1",3,"{\"read\":[\"\u00e9\"]}",1]"#),
    (
        "api_keys",
        r#"["a1","u1","name","secret","submissions:write",1,2,null]"#,
    ),
    (
        "webhooks",
        r#"["w1","u1","https://example.org/","secret",1]"#,
    ),
    (
        "deliveries",
        r#"["d1","w1","graded","{}","failed",9,"500",1,2]"#,
    ),
    (
        "subscribers",
        r#"["n1","a@b.c","confirmed","all","weekly","key",null,null,1,2,null,0,null,null]"#,
    ),
    ("consents", r#"["c1","digest","asked","words","form",1]"#),
    (
        "issues",
        r#"[1,"slug","issue","each","Subject","","[]","sending",null,3600000,1,2,null,
            "/lessons/a/b"]"#,
    ),
    ("course_readers", r#"["n1","silent",3,"/lessons/a/b",1]"#),
    (
        "mailings",
        r#"[1,10,"n1","in_flight",1,0,0,1,null,"250 ok"]"#,
    ),
    ("mailings", r#"[1,9,"gone","queued",0,0,0,null,null,null]"#),
    ("announcements", r#"["/é","t","","",1,"away"]"#),
    ("announcements", r#"["/z","t","","",1,"away"]"#),
    ("announcements", r#"["/Z","t","","",1,"away"]"#),
    ("announcements", r#"["/a-b","t","","",1,"away"]"#),
    ("announcements", r#"["/ab","t","","",1,"away"]"#),
    ("announcements", r#"["/a c","t","","",1,"away"]"#),
    (
        "limits",
        r#"["submissions",-9223372036854775808,9223372036854775807]"#,
    ),
    ("limits", r#"["submissions",7,1]"#),
    ("nodes", r#"["n","worker","host","0.1.0",1,2]"#),
    ("setup", r#"[1,1800000000000]"#),
];

/// Writes them all.
pub async fn fill(db: &Db) {
    let shape = Shape::newest().await.unwrap();
    let mut tx = db.write().await.unwrap();
    for table in &shape.tables {
        let mut writer = Writer::new(table);
        for (_, line) in LINES.iter().filter(|(name, _)| *name == table.name) {
            let row = decode(table, line.as_bytes()).unwrap();
            writer.push(&mut tx, row).await.unwrap();
        }
        writer.finish(&mut tx).await.unwrap();
    }
    tx.commit().await.unwrap();
    for (name, facts) in count(db).await {
        assert!(facts.rows > 0, "rows.rs has none for {name}");
    }
}

/// What every table holds.
pub async fn count(db: &Db) -> Vec<Counted> {
    let shape = Shape::newest().await.unwrap();
    let mut tx = db.read().await.unwrap();
    let mut counted = Vec::new();
    for table in &shape.tables {
        counted.push((table.name.clone(), facts(&mut tx, table).await.unwrap()));
    }
    counted
}

/// The same without some tables.
pub async fn count_but(db: &Db, without: &[&str]) -> Vec<Counted> {
    let mut counted = count(db).await;
    counted.retain(|(name, _)| !without.contains(&name.as_str()));
    counted
}
