//! The newsletter: how people come and go, and how an issue reaches them.

mod conversation;
mod scripted;
mod simulation;
mod subscribing;
