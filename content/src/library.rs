//! The loaded curriculum, and the questions pages ask of it.

use crate::model::{Area, Article, Course, Lesson, Term, Topic};
use std::sync::Arc;

/// The outline and every written lesson. Cloning it shares it.
#[derive(Clone, Debug)]
pub struct Library(Arc<Shelf>);

#[derive(Clone, Debug)]
struct Shelf {
    course: Course,
    /// In course order.
    lessons: Vec<Lesson>,
    /// By name.
    glossary: Vec<Term>,
    /// The newest first.
    articles: Vec<Article>,
}

impl Library {
    /// A library of `course` and the `lessons` written for its topics, in any order.
    pub fn new(course: Course, mut lessons: Vec<Lesson>) -> Self {
        let place = |slug: &str| topics(&course).position(|topic| topic.slug == slug);
        lessons.sort_by_key(|lesson| place(&lesson.slug));
        let glossary = Vec::new();
        Self(Arc::new(Shelf {
            course,
            lessons,
            glossary,
            articles: Vec::new(),
        }))
    }

    /// The same library with these terms, sorted by name.
    #[must_use]
    pub fn with_glossary(self, glossary: Vec<Term>) -> Self {
        let shelf = Arc::unwrap_or_clone(self.0);
        Self(Arc::new(Shelf { glossary, ..shelf }))
    }

    /// The same library with these articles, in any order.
    #[must_use]
    pub fn with_articles(self, mut articles: Vec<Article>) -> Self {
        let order = |article: &Article| (article.published.clone(), article.slug.clone());
        articles.sort_by_key(|article| std::cmp::Reverse(order(article)));
        let shelf = Arc::unwrap_or_clone(self.0);
        Self(Arc::new(Shelf { articles, ..shelf }))
    }

    /// The articles, the newest first.
    pub fn articles(&self) -> &[Article] {
        &self.0.articles
    }

    /// The article at `/articles/<slug>`.
    pub fn article(&self, slug: &str) -> Option<&Article> {
        self.articles().iter().find(|article| article.slug == slug)
    }

    /// The outline.
    pub fn course(&self) -> &Course {
        &self.0.course
    }

    /// The area with this slug.
    pub fn area(&self, slug: &str) -> Option<&Area> {
        self.0.course.areas.iter().find(|area| area.slug == slug)
    }

    /// Every topic, in course order.
    pub fn topics(&self) -> impl Iterator<Item = &Topic> {
        topics(&self.0.course)
    }

    /// The topic with this slug; slugs are unique in the course.
    pub fn topic(&self, slug: &str) -> Option<&Topic> {
        self.topics().find(|topic| topic.slug == slug)
    }

    /// The written lessons, in course order.
    pub fn lessons(&self) -> &[Lesson] {
        &self.0.lessons
    }

    /// The lesson at `/lessons/<area>/<slug>`, if it is written.
    pub fn lesson(&self, area: &str, slug: &str) -> Option<&Lesson> {
        let mut lessons = self.0.lessons.iter();
        lessons.find(|lesson| lesson.area == area && lesson.slug == slug)
    }

    /// The terms that lessons explain, by name.
    pub fn glossary(&self) -> &[Term] {
        &self.0.glossary
    }

    /// The term with this slug.
    pub fn term(&self, slug: &str) -> Option<&Term> {
        self.glossary().iter().find(|term| term.slug == slug)
    }

    /// The lessons that link a term, in course order.
    pub fn lessons_with(&self, term: &str) -> Vec<&Lesson> {
        let lessons = self.lessons().iter();
        let linked = |lesson: &&Lesson| lesson.terms.iter().any(|slug| slug == term);
        lessons.filter(linked).collect()
    }

    /// The topics before and after this one, in course order.
    pub fn neighbours(&self, slug: &str) -> (Option<&Topic>, Option<&Topic>) {
        let topics: Vec<&Topic> = self.topics().collect();
        let Some(here) = topics.iter().position(|topic| topic.slug == slug) else {
            return (None, None);
        };
        let before = here.checked_sub(1).and_then(|i| topics.get(i).copied());
        (before, topics.get(here + 1).copied())
    }

    /// The topics that help to have read before this one, the direct ones only.
    pub fn prerequisites(&self, slug: &str) -> Vec<&Topic> {
        let Some(topic) = self.topic(slug) else {
            return Vec::new();
        };
        let needs = topic.needs.iter();
        needs.filter_map(|need| self.topic(need)).collect()
    }

    /// The topics that build on this one directly, in course order.
    pub fn builds_on(&self, slug: &str) -> Vec<&Topic> {
        let all = self.topics();
        all.filter(|topic| topic.needs.iter().any(|need| need == slug))
            .collect()
    }

    /// The topics that a lab exercises, in course order.
    pub fn topics_of_lab(&self, lab: &str) -> Vec<&Topic> {
        let all = self.topics();
        all.filter(|topic| topic.labs.iter().any(|known| known.id == lab))
            .collect()
    }
}

fn topics(course: &Course) -> impl Iterator<Item = &Topic> {
    course.areas.iter().flat_map(|area| &area.topics)
}
