//! What the core says about single cells, against definitions written out and against whole forward and backward passes.

mod coverage;
mod layers;
mod receptive_field;
mod reconstruct;
mod refusals;
mod trace;
mod window;
