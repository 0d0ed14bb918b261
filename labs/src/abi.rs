//! Validation of learners' modules.
