//! What a playground asks: single cells, gradients, other frameworks' words, stages between poolings, files.

mod backward;
mod cells;
mod dialects;
mod files;
mod input;
mod making;
mod measures;
mod stages;
