//! Pieces that several pages or islands show.

pub mod chart;
pub mod format;
