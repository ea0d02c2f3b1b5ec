//! Networks: layers, a description that travels with the weights, deterministic inference, and training.
//!
//! | module | what |
//! | --- | --- |
//! | [`layers`] | a layer a file: forward (`Operator`) and gradients (`Differentiable`), as pure functions of input and parameters |
//! | [`architecture`] | a network as data: its layers, input shape, labels and preprocessing, all checked |
//! | [`network`] | an architecture with its weights: run it, and look at every layer |
//! | [`PreparedNetwork`] | the same ready to run again and again |
//! | [`tensor`] | the numbers that inference works on |
//! | [`digit`] | a drawing brought into the form of MNIST's digits |
//! | [`words`] | sentences as tokens, and the words that decided |
//! | [`dataset`], [`augment`] | labelled pictures, and small random changes to them |
//! | [`settings`], [`loss`], [`optimizer`], [`train`], [`checkpoint`] | learning the weights, and going on after an interruption |
//! | [`evaluate`] | predictions and the confusion matrix |
//!
//! Inference adds in one fixed order, without fused multiply-add and with `libm`'s exponential, so a network gives the
//! same bits natively and in every browser. So does training: one seed gives one network.

pub mod architecture;
pub mod augment;
pub mod checkpoint;
pub mod dataset;
pub mod digit;
pub mod evaluate;
pub mod layers;
pub mod loss;
pub mod network;
pub mod optimizer;
mod pass;
mod prepared;
mod product;
pub mod random;
pub mod recipes;
pub mod settings;
pub mod tensor;
pub mod train;
pub mod words;

pub use architecture::Architecture;
pub use network::{LayerOutput, Network, Run};
pub use prepared::PreparedNetwork;
