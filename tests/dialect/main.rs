//! Layers in the dialects' words: against what the frameworks gave for the same lines, against each other, and written
//! and read again.

mod differ;
mod executed;
mod reading;
mod writing;
