//! The windowed methods: one value for each window of a feature map.
//!
//! Four ways to write one. Where a window's result can be merged from its parts (max, sums), it is a
//! [`Fold`](crate::kernel::Fold) and costs as much as the kernel is long, not as it is large. Where it follows from sums
//! of what a cell is made into (norms, exponentials), it is a `FromSums`. Where it looks at all cells of a window (rank),
//! it sees blocks of windows side by side (`walk`). Where it is made of others (mixed), it calls them.

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
