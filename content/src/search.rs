//! Search over the lessons, in memory: sections as documents, BM25 with titles and headings worth
//! more than text, the last word completed, slips of the pen forgiven.

mod document;
mod plain;
mod query;
mod snippet;
mod spelling;
mod words;

pub use document::Entry;
pub use snippet::Part as SnippetPart;

use crate::Library;
use document::Document;
use serde::Serialize;
use spelling::Spelling;
use std::collections::BTreeMap;

/// BM25: how soon another occurrence of a word counts less.
const SATURATION: f64 = 1.2;
/// BM25: how much long sections are held back.
const LENGTH: f64 = 0.6;

/// An index. Building it takes a moment, asking it does not.
#[derive(Debug, Default)]
pub struct Index {
    documents: Vec<Document>,
    /// Words in order.
    terms: Vec<String>,
    /// For each word the documents that hold it, each with a weight between 0 and 1.
    postings: Vec<Vec<(usize, f64)>>,
    spelling: Spelling,
}

/// A section that fits a query.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Hit {
    /// Address with the section's anchor.
    pub url: String,
    /// Title of the lesson, topic or lab.
    pub title: String,
    /// Heading of the section; empty for the start of a page.
    pub heading: String,
    /// Text around the words found.
    pub snippet: Vec<SnippetPart>,
}

impl Index {
    /// An index of the lessons and topics of a library, and of further `entries`, such as labs.
    pub fn build(library: &Library, entries: impl IntoIterator<Item = Entry>) -> Self {
        let lessons = document::of_library(library).into_iter();
        let entries = lessons.chain(entries.into_iter().map(Document::of_entry));
        let mut documents: Vec<Document> = entries.collect();
        let mut counts: BTreeMap<String, BTreeMap<usize, f64>> = BTreeMap::new();
        let mut lengths = Vec::with_capacity(documents.len());
        for (number, document) in documents.iter().enumerate() {
            let mut length = 0.0;
            for (term, worth) in document.terms() {
                length += worth;
                *counts.entry(term).or_default().entry(number).or_default() += worth;
            }
            lengths.push(length);
        }
        let (terms, counts): (Vec<_>, Vec<_>) = counts.into_iter().unzip();
        for document in &mut documents {
            document.note(&terms);
        }
        let mean = lengths.iter().sum::<f64>() / as_f64(lengths.len().max(1));
        let weight = |number: usize, count: f64| {
            let long = 1.0 - LENGTH + LENGTH * lengths[number] / mean;
            count / (count + SATURATION * long)
        };
        let postings = counts
            .into_iter()
            .map(|found| found.into_iter().map(|(n, c)| (n, weight(n, c))).collect());
        Self {
            postings: postings.collect(),
            spelling: Spelling::of(&terms),
            documents,
            terms,
        }
    }

    /// The sections that fit best, at most `limit` of them, best first.
    pub fn search(&self, query: &str, limit: usize) -> Vec<Hit> {
        let wanted = query::words(self, query);
        let mut scores = vec![(0_usize, 0.0); self.documents.len()];
        for candidates in &wanted {
            for ((words, sum), score) in scores.iter_mut().zip(self.scored(candidates)) {
                if score > 0.0 {
                    *words += 1;
                    *sum += score;
                }
            }
        }
        let found = (0..).zip(scores).filter(|(_, (words, _))| *words > 0);
        let mut best: Vec<(f64, usize)> = found
            // A section with all words beats one with a rare word only.
            .map(|(document, (words, sum))| (sum * as_f64(words * words), document))
            .collect();
        best.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let mut marked = vec![false; self.terms.len()];
        for (term, _) in wanted.iter().flatten() {
            marked[*term] = true;
        }
        let best = best.into_iter().take(limit);
        best.map(|(_, document)| self.documents[document].hit(&marked))
            .collect()
    }

    /// Best score of every document for one word of the query, of all that it may stand for; 0
    /// where it is not found.
    fn scored(&self, candidates: &[(usize, f64)]) -> Vec<f64> {
        let mut scores = vec![0.0; self.documents.len()];
        for (term, worth) in candidates {
            let found = &self.postings[*term];
            let (all, with) = (as_f64(self.documents.len()), as_f64(found.len()));
            let rare = ((all - with + 0.5) / (with + 0.5) + 1.0).ln();
            for (document, weight) in found {
                let best: &mut f64 = &mut scores[*document];
                *best = best.max(worth * rare * weight);
            }
        }
        scores
    }
}

fn as_f64(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}
