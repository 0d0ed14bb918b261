//! The newsletter: how people come and go, and how an issue reaches them.

mod conversation;
mod course;
mod desk;
mod digests;
mod press;
mod scripted;
mod simulation;
mod subscribing;
