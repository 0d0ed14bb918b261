//! What the page about the API is made from.

/// The API, as its page shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reference {
    /// The guide, as HTML without a first-level heading.
    pub guide: String,
    /// The operations, by what they are about.
    pub groups: Vec<Group>,
    /// The documents that are sent and answered.
    pub documents: Vec<Document>,
}

/// Operations about one thing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Group {
    /// Its name in the description.
    pub name: String,
    /// What it is about.
    pub about: String,
    /// The operations.
    pub operations: Vec<Operation>,
}

/// What can be asked at an address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Operation {
    /// `GET`, `POST`, `PUT` or `DELETE`.
    pub method: String,
    /// The address, with its parameters in braces.
    pub path: String,
    /// What it does, in a few words.
    pub summary: String,
    /// More about it; may be empty.
    pub about: String,
    /// Who may ask, in words.
    pub who: String,
    /// Its parameters.
    pub fields: Vec<Field>,
    /// What is sent: media types, with the document's name where it has one.
    pub sends: Vec<String>,
    /// What is answered: status, meaning, and the document's name where it has one.
    pub answers: Vec<(String, String, Option<String>)>,
}

/// A parameter, or a member of a document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Its type, in words.
    pub kind: String,
    /// Whether it may be left away.
    pub optional: bool,
    /// What it means.
    pub about: String,
}

/// A JSON document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Document {
    /// Its name.
    pub name: String,
    /// What it is.
    pub about: String,
    /// Its members; empty for one that has none of its own.
    pub members: Vec<Field>,
}
