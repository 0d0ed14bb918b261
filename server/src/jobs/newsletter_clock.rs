//! What the newsletter does by the clock: begins issues whose time has come, notes what is new on
//! the site, makes digests of it, and sends the lessons of the course by mail. One of these runs at
//! a time, on whichever node; a digest has a name made of its day, so that it is made once.

use std::sync::Arc;

use async_trait::async_trait;

use super::queue::{Ctx, Finished, Job, JobError, Limits, enqueue_sole};
use crate::ids::Ids;
use crate::newsletter::audience::Audience;
use crate::newsletter::compose::LATE_MS;
use crate::newsletter::edition::{self, Part};
use crate::newsletter::wishes::{Frequency, Topic};
use crate::newsletter::{calendar, course, office};
use crate::state::Site;
use crate::store::issues::{self, Announcement, Issue, State};
use crate::store::{StoreError, Tx, mailings};

/// How often it looks, milliseconds.
const EVERY_MS: i64 = 60_000;
/// What an issue of the newsletter begins with in its address.
const ISSUES: &str = "/newsletter/issues/";
/// Noted when the site was first looked at: what was there by then is not news.
const BEGINNING: &str = "/";

/// The newsletter's clock.
pub struct NewsletterClock {
    site: Arc<dyn Site>,
}

impl NewsletterClock {
    /// The job, over the pages of `site`.
    #[must_use]
    pub fn new(site: Arc<dyn Site>) -> Self {
        Self { site }
    }

    async fn begin_issues(tx: &mut Tx, ids: &Ids, now_ms: i64) -> Result<(), JobError> {
        for issue in issues::list_due(tx, now_ms).await? {
            let number = issue.number;
            let late_ms = now_ms - issue.send_at.unwrap_or(now_ms);
            if late_ms > issue.late_ms {
                issues::update_state(tx, number, &[State::Scheduled], State::Missed).await?;
                tracing::warn!(issue = number, late_ms, "too late to send an issue");
                continue;
            }
            office::send(tx, ids, number, now_ms).await.map_err(retry)?;
        }
        Ok(())
    }

    async fn note_news(&self, tx: &mut Tx, now_ms: i64) -> Result<(), StoreError> {
        let beginning = Announcement {
            path: BEGINNING.to_owned(),
            topic: String::new(),
            audience: Audience::Everyone.as_str().to_owned(),
            title: String::new(),
            markdown: String::new(),
            at: 0,
        };
        let is_first = issues::insert_announcement(tx, &beginning).await?;
        let at = if is_first { 0 } else { now_ms };
        for (topic, path, title, about) in self.site.contents() {
            let markdown = format!("## {title}\n\n{about}\n\n[Open it]({path})");
            let new = Announcement {
                path,
                topic: topic.as_str().to_owned(),
                audience: Audience::Everyone.as_str().to_owned(),
                title,
                markdown,
                at,
            };
            issues::insert_announcement(tx, &new).await?;
        }
        Ok(())
    }

    async fn make_digest(
        tx: &mut Tx,
        ids: &Ids,
        frequency: Frequency,
        now_ms: i64,
    ) -> Result<(), JobError> {
        let due = calendar::last_due(frequency, now_ms);
        let last = issues::last_digest(tx, frequency.as_str()).await?;
        if last.is_some_and(|last| last >= due) {
            return Ok(());
        }
        let since = last.unwrap_or(0).max(due - calendar::reach_ms(frequency));
        let news = issues::list_announcements(tx, since, due).await?;
        // Who wants things at once has had the issues.
        let news = news.into_iter().filter(|new| {
            new.at > 0 && (frequency != Frequency::Each || !new.path.starts_with(ISSUES))
        });
        let news: Vec<Announcement> = news.collect();
        let Some(issue) = digest(frequency, &news, issues::next_number(tx).await?, due) else {
            return Ok(());
        };
        let whom = edition::whom(&issue, now_ms)
            .map_err(|error| JobError::Dead(format!("the parts of a digest: {error}")))?;
        // What nobody reads is not made.
        if mailings::count_recipients(tx, &whom, now_ms).await? > 0
            && issues::insert(tx, &issue).await?
        {
            office::send(tx, ids, issue.number, now_ms)
                .await
                .map_err(retry)?;
        }
        Ok(())
    }
}

/// A digest of what is new, if anything is.
fn digest(frequency: Frequency, news: &[Announcement], number: i64, due: i64) -> Option<Issue> {
    let parts: Vec<Part> = news
        .iter()
        .filter_map(|new| {
            let topic = Topic::ALL
                .into_iter()
                .find(|topic| topic.as_str() == new.topic)?;
            let audience = Audience::named(&new.audience).unwrap_or_default();
            let markdown = match new.path.starts_with(ISSUES) {
                true => format!("# {}\n\n{}", new.title, new.markdown),
                false => new.markdown.clone(),
            };
            Some(Part {
                topic,
                audience,
                markdown,
            })
        })
        .collect();
    let first = news.first()?;
    let subject = match (news.len(), frequency) {
        (1, _) => format!("New: {}", first.title),
        (count, Frequency::Each) => format!("{count} new things to learn from"),
        (count, Frequency::Weekly) => format!("This week: {count} new things to learn from"),
        (count, Frequency::Monthly) => format!("This month: {count} new things to learn from"),
    };
    let titles: Vec<&str> = news.iter().map(|new| new.title.as_str()).collect();
    let stamp = match frequency {
        Frequency::Each => due.to_string(),
        Frequency::Weekly | Frequency::Monthly => calendar::day(due),
    };
    Some(Issue {
        number,
        slug: format!("digest-{}-{stamp}", frequency.as_str()),
        is_digest: true,
        lesson: None,
        frequency: frequency.as_str().to_owned(),
        subject,
        summary: titles.join(" · "),
        parts: serde_json::to_string(&parts).ok()?,
        state: State::Draft,
        send_at: None,
        late_ms: LATE_MS,
        // What came until then is in it; what comes later is in the next.
        created_at: due,
        started_at: None,
        finished_at: None,
    })
}

fn retry(error: office::OfficeError) -> JobError {
    JobError::Retry(error.to_string())
}

#[async_trait]
impl Job for NewsletterClock {
    const KIND: &'static str = "newsletter-clock";
    const LIMITS: Limits = Limits {
        max_failures: i64::MAX,
        lease_ms: 30_000,
        backoff_ms: 2_000,
        backoff_max_ms: 60_000,
    };
    type Payload = ();

    async fn run(&self, ctx: &Ctx, _payload: &()) -> Result<Finished, JobError> {
        let now_ms = ctx.clock.now_ms();
        let mut tx = ctx.finish().await?;
        Self::begin_issues(&mut tx, &ctx.ids, now_ms).await?;
        self.note_news(&mut tx, now_ms).await?;
        for frequency in Frequency::ALL {
            Self::make_digest(&mut tx, &ctx.ids, frequency, now_ms).await?;
        }
        let course = self.site.lessons();
        let is_more = course::send_due(&mut tx, &ctx.ids, &course, now_ms).await?;
        let next_at = now_ms + if is_more { 0 } else { EVERY_MS };
        enqueue_sole::<Self>(&mut tx, &ctx.ids, (next_at, now_ms)).await?;
        tx.commit().await
    }
}
