//! What the pages about accounts are made from.

use crate::admin::AdminPage;
use crate::status::Status;

/// A page about accounts. Unlike a [`crate::Page`] it is somebody's own: nothing of it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AccountPage {
    /// `/sign-in`
    SignIn(Typed),
    /// `/sign-up`
    SignUp(Typed),
    /// `/reset`: for those who forgot their password.
    Reset(Typed),
    /// What is said once a link was asked for, whether one was sent or not.
    Mailed {
        /// Where to.
        email: String,
        /// What it is for.
        purpose: LinkPurpose,
    },
    /// `/link`: what a mailed link opens.
    Link {
        /// The secret in it.
        token: String,
        /// What it is for.
        purpose: LinkPurpose,
        /// Where it was sent.
        email: String,
        /// What is wrong with the password that was chosen.
        problem: Option<String>,
    },
    /// `/link` with a link that was used before, has expired or never was.
    LinkDead,
    /// `/setup`
    Setup(SetupForm),
    /// `/account`
    Settings(Account),
    /// `/newsletter`
    Newsletter(Newsletter),
    /// `/status`
    Status(Status),
    /// `/admin`
    Admin(AdminPage),
}

/// A page about the newsletter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Newsletter {
    /// The form.
    Ask {
        /// The address, as typed.
        email: String,
        /// What is ticked.
        wish: Wish,
        /// What somebody agrees to.
        words: &'static str,
        /// What is wrong, a sentence.
        problem: Option<String>,
    },
    /// What is said once it was asked for, whether the address subscribes or not.
    Asked {
        /// Where the mail goes.
        email: String,
    },
    /// What the mailed link opens.
    Confirm {
        /// The secret in it.
        token: String,
        /// Where it was sent.
        email: String,
    },
    /// A link that opens nothing.
    Dead,
    /// `/newsletter/issues`: past issues, the newest first.
    Archive(Vec<ArchiveRow>),
    /// `/newsletter/issues/<slug>`
    Issue {
        /// What the archive says of it.
        row: ArchiveRow,
        /// Its text as HTML, made of markdown without any HTML of its own.
        html: String,
    },
    /// `/newsletter/course`: how the course by mail goes on, for the reader of a lesson.
    Course {
        /// What opens this page.
        key: String,
        /// Whose it is.
        email: String,
        /// Where they stand; nothing where they do not get it.
        course: Option<CourseByMail>,
        /// What was done just now.
        done: Option<&'static str>,
    },
    /// What comes, and how often.
    Preferences {
        /// What opens this page.
        key: String,
        /// Whose it is.
        email: String,
        /// What is ticked.
        wish: Wish,
        /// Whether anything comes at all.
        subscribes: bool,
        /// Where they stand with the course by mail, if they get it.
        course: Option<CourseByMail>,
        /// What was done just now.
        done: Option<&'static str>,
        /// What is wrong, a sentence.
        problem: Option<String>,
    },
}

/// Where a reader stands with the course by mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CourseByMail {
    /// Whether the next lesson comes, or why not.
    pub pace: Pace,
    /// How many lessons there are.
    pub lessons: usize,
    /// The next lesson, if there is one.
    pub next: Option<NextLesson>,
}

/// The lesson that comes next by mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NextLesson {
    /// Its number, from 1.
    pub number: usize,
    /// Its name.
    pub title: String,
    /// Where it is.
    pub path: String,
    /// The day it comes, in words; nothing where it comes at once.
    pub day: Option<String>,
}

/// Whether lessons come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// One a week.
    Weekly,
    /// The reader paused it.
    Paused,
    /// It paused because nothing was heard of the reader.
    Silent,
    /// All of them have come.
    Finished,
}

/// An issue in the archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArchiveRow {
    /// Its name in addresses.
    pub slug: String,
    /// Its subject.
    pub subject: String,
    /// A sentence about it.
    pub summary: String,
    /// The day it was sent.
    pub day: String,
}

/// What somebody wants to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    /// Names of topics.
    pub topics: Vec<&'static str>,
    /// How often, by name.
    pub frequency: &'static str,
}

/// What a mailed link does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkPurpose {
    /// Makes an account.
    SignUp,
    /// Signs in.
    SignIn,
    /// Lets the owner choose a new password.
    Reset,
    /// Gives the account another address.
    Email,
}

/// A form as it is shown again: what was typed and what is wrong with it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Typed {
    /// The address, as typed.
    pub email: String,
    /// Where to go afterwards, a path on this site; empty for the usual place.
    pub next: String,
    /// What is wrong, a sentence or two.
    pub problem: Option<String>,
}

/// The form by which the first administrator is made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SetupForm {
    /// The code, if it is right.
    pub code: String,
    /// The address, as typed.
    pub email: String,
    /// What is wrong with which field, a sentence or two.
    pub problem: Option<(SetupField, String)>,
}

/// A field of [`SetupForm`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SetupField {
    /// What the program said at its start.
    Code,
    /// The address of the administrator.
    Email,
    /// The password.
    Password,
}

/// Somebody's account, as they see it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// Its address.
    pub email: String,
    /// Whether it has a password.
    pub has_password: bool,
    /// Whether its owner may administer this instance.
    pub is_admin: bool,
    /// The day it was made.
    pub made_on: String,
    /// Where its owner is signed in, this browser first.
    pub sessions: Vec<SessionRow>,
    /// Keys of programs that act for them, the newest first.
    pub keys: Vec<KeyRow>,
    /// The secret of the key that was made just now; it is shown this once.
    pub new_key: Option<String>,
    /// What was done just now.
    pub done: Option<&'static str>,
    /// What could not be done, and in which part.
    pub problem: Option<(Part, String)>,
}

/// A form on `/account`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Another password.
    Password,
    /// Another address.
    Email,
    /// A key for a program.
    Keys,
    /// The end of the account.
    Delete,
}

/// A key with which a program acts for somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRow {
    /// The name it is taken away by.
    pub id: String,
    /// What its owner calls it.
    pub name: String,
    /// What it may be used for.
    pub scopes: String,
    /// The day it ends.
    pub ends: String,
    /// Whether that day has come.
    pub ended: bool,
    /// The day it was last used.
    pub used: Option<String>,
}

/// A browser in which somebody is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRow {
    /// The name it is ended by.
    pub key: String,
    /// The browser, as it calls itself.
    pub agent: String,
    /// When it signed in.
    pub began: String,
    /// When it was last used.
    pub seen: String,
    /// Whether it is the one that asks.
    pub is_this: bool,
}
