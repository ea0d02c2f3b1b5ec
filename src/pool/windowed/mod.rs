//! The windowed methods: one value for each window of a feature map.
//!
//! Three ways to write one. Where a window's result can be merged from its parts (max, sums), it is a
//! [`Fold`](crate::kernel::Fold) and costs as much as the kernel is long, not as it is large. Where it picks a cell by
//! looking at all of them (rank), it walks the windows (`walk`). Where it is made of others (mixed), it calls them.

pub(super) mod average;
pub(super) mod blur;
mod exponentials;
pub(super) mod gated;
pub(super) mod log_sum_exp;
pub(super) mod lp;
pub(super) mod max;
pub(super) mod min;
pub(super) mod mixed;
mod order;
pub(super) mod rank;
pub(super) mod soft;
pub(super) mod stochastic;
pub(super) mod subsample;
pub(super) mod top_k;
mod walk;
