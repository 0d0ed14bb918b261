//! What somebody wants to read, and how often.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What there is to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Topic {
    /// New lessons.
    Lessons,
    /// New labs, and new versions of labs.
    Labs,
    /// Articles.
    Articles,
    /// The course by mail: a lesson a week.
    Course,
}

/// How often.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Frequency {
    /// Each thing when it appears.
    Each,
    /// What has appeared, once a week.
    #[default]
    Weekly,
    /// What has appeared, once a month.
    Monthly,
}

/// What somebody wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wishes {
    /// Each once, in order; at least one.
    pub topics: Vec<Topic>,
    /// How often.
    pub frequency: Frequency,
}

impl Topic {
    /// Every topic.
    pub const ALL: [Self; 4] = [Self::Lessons, Self::Labs, Self::Articles, Self::Course];
    /// What appears, and is told when it does. The course comes only to those who ask for it.
    pub const NEWS: [Self; 3] = [Self::Lessons, Self::Labs, Self::Articles];

    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Lessons => "lessons",
            Self::Labs => "labs",
            Self::Articles => "articles",
            Self::Course => "course",
        }
    }
}

impl Frequency {
    /// Every frequency.
    pub const ALL: [Self; 3] = [Self::Each, Self::Weekly, Self::Monthly];

    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Each => "each",
            Self::Weekly => "weekly",
            Self::Monthly => "monthly",
        }
    }
}

impl Default for Wishes {
    fn default() -> Self {
        Self {
            topics: Topic::NEWS.to_vec(),
            frequency: Frequency::default(),
        }
    }
}

impl Wishes {
    /// What names say; names of nothing are passed over. Nothing where no topic is left.
    #[must_use]
    pub fn named<'a>(topics: impl Iterator<Item = &'a str>, frequency: &str) -> Option<Self> {
        let names: Vec<&str> = topics.collect();
        let topics = Topic::ALL.into_iter();
        let topics: Vec<Topic> = topics
            .filter(|topic| names.contains(&topic.as_str()))
            .collect();
        let mut known = Frequency::ALL.into_iter();
        let frequency = known.find(|known| known.as_str() == frequency);
        (!topics.is_empty()).then(|| Self {
            topics,
            frequency: frequency.unwrap_or_default(),
        })
    }

    /// Whether the course is to come.
    #[must_use]
    pub fn wants_course(&self) -> bool {
        self.topics.contains(&Topic::Course)
    }

    /// The topics' names, with spaces between them.
    #[must_use]
    pub fn topics(&self) -> String {
        let names: Vec<&str> = self.topics.iter().map(|topic| topic.as_str()).collect();
        names.join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_taken_once_in_order_and_strangers_passed_over() {
        let wishes = Wishes::named(["labs", "x", "lessons", "labs"].into_iter(), "monthly");
        let wishes = wishes.unwrap();
        assert_eq!(wishes.topics(), "lessons labs");
        assert_eq!(wishes.frequency, Frequency::Monthly);
        assert_eq!(Wishes::named(["x"].into_iter(), "each"), None);
        let odd = Wishes::named(["articles"].into_iter(), "hourly").unwrap();
        assert_eq!(odd.frequency, Frequency::Weekly);
        assert!(!Wishes::default().wants_course());
        assert!(Wishes::named(["course"].into_iter(), "each").is_some_and(|w| w.wants_course()));
    }
}
