//! The networks that ship: how each is built and trained.

mod digits;

pub use digits::{Downsampling, digits, digits_settings, digits_with};
