//! The networks that ship: how each is built and trained.

mod digits;
mod objects;
mod words;

pub use digits::{Downsampling, digits, digits_settings, digits_with};
pub use objects::{objects, objects_settings};
pub use words::{WORDS_LENGTH, words, words_settings};
