//! Where a layer reads: integers only, resolved once per input shape, apart from any arithmetic on values.
//!
//! A [`Geometry`] is what a person writes down: a [`Window`] that slides, or regions that are fitted to an output
//! size. [`Geometry::plan`] resolves it against an input's spatial shape into a [`Plan`]: for each axis, the list of
//! [`Span`]s that the output positions read. Everything after that (every method, forward and backward, every kernel)
//! works from the plan and from nothing else, so padding, dilation, ceil mode and adaptive regions are decided here
//! and only here.

mod adaptive;
mod fractional;
mod plan;
mod positions;
mod regions;
mod same;
mod sample;
mod uniform;
mod window;

pub use plan::{AxisPlan, Plan, Span};
pub(crate) use plan::{Even, Laid};
pub(crate) use positions::Positions;
pub use same::OddCell;
pub use sample::Sample;
pub use window::Window;

use crate::error::{Error, ErrorKind, Result};
use crate::shown::Shown;

/// How the output cells of a layer are laid over its input.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Geometry {
    /// A window that slides over the padded input.
    Window(Window),
    /// Regions that share the input out among this many output cells per axis (PyTorch's `adaptive_*_pool`):
    /// region `i` of `m` over `n` cells covers ⌊i·n/m⌋ up to ⌈(i+1)·n/m⌉.
    Adaptive {
        /// Output extents, outermost spatial axis first.
        output_size: Vec<usize>,
    },
    /// One region: the whole input.
    Global,
    /// Regions that tile the input and whose sizes differ by one at most, in a seeded order, so that a map shrinks by a
    /// factor that is no whole number (B. Graham, *Fractional Max-Pooling*, 2014): bounds 0 = b₀ < b₁ < … < b_m = n
    /// for `m` regions of `n` cells, `m` ≤ `n`. Each axis has a sequence of its own, the same for every feature map of
    /// a call, as in the paper and in TensorFlow's `fractional_max_pool`. PyTorch's operator of that name has another
    /// rule, [`FractionalMax`](crate::pool::FractionalMax).
    ///
    /// The seed's numbers come from SplitMix64 (G. Steele, D. Lea and C. Flood, 2014), a stream for each axis.
    ///
    /// ```
    /// use deep_end::geometry::{Geometry, Sequence};
    /// let reads = |overlapping, cells| {
    ///     let sequence = Sequence::Pseudorandom;
    ///     let plan = Geometry::Fractional { output_size: vec![3], sequence, overlapping, seed: 1 }.plan(&[cells])?;
    ///     Ok::<_, deep_end::Error>(plan.axes()[0].spans.iter().map(|span| (span.start, span.len)).collect::<Vec<_>>())
    /// };
    /// // Six cells in three regions: α = 2 leaves no choice. Overlapping regions share the cell at their bound.
    /// assert_eq!(reads(false, 6)?, [(0, 2), (2, 2), (4, 2)]);
    /// assert_eq!(reads(true, 6)?, [(0, 3), (2, 3), (4, 2)]);
    /// // Of seven cells, one region has three.
    /// let mut sizes: Vec<_> = reads(false, 7)?.iter().map(|&(_, size)| size).collect();
    /// sizes.sort();
    /// assert_eq!(sizes, [2, 2, 3]);
    /// # Ok::<(), deep_end::Error>(())
    /// ```
    Fractional {
        /// Output extents, outermost spatial axis first; none above the input's.
        output_size: Vec<usize>,
        /// How the sizes of the regions are ordered.
        sequence: Sequence,
        /// Whether region i is [bᵢ, bᵢ₊₁] with its neighbour's first cell, or [bᵢ, bᵢ₊₁) without. The last ends with
        /// the input in either case.
        overlapping: bool,
        /// Where the order begins.
        seed: u64,
    },
    /// Regions written out: for each axis, outermost first, the `[start, end)` that each output position reads. They
    /// may overlap and leave gaps. What
    /// [`FractionalMax`](crate::pool::FractionalMax) makes.
    Regions(Vec<Vec<[usize; 2]>>),
}

/// How the sizes of fractional regions, ⌊α⌋ and ⌈α⌉ for α = n / m, follow each other (B. Graham, *Fractional
/// Max-Pooling*, 2014, section 2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sequence {
    /// In any order, all equally likely.
    Random,
    /// Evenly spread, from a random offset u in [0, 1): bᵢ = ⌈α(i + u)⌉ − ⌈αu⌉. u is a multiple of 2⁻³², and the
    /// arithmetic exact.
    Pseudorandom,
}

impl Geometry {
    /// Checks the rules that need no input.
    ///
    /// # Errors
    /// Names the parameter whose value no input could fit.
    pub fn validate(&self) -> Result<()> {
        match self {
            Self::Window(window) => window.validate(),
            Self::Adaptive { output_size } | Self::Fractional { output_size, .. } => adaptive::validate(output_size),
            Self::Global => Ok(()),
            Self::Regions(regions) => regions::validate(regions),
        }
    }

    /// Resolves this geometry for an input with these spatial extents (without N and C), outermost first.
    ///
    /// # Errors
    /// When the parameters break a rule, or do not fit the input: the number of axes differs, an extent is 0, the
    /// window is larger than the padded input.
    pub fn plan(&self, spatial: &[usize]) -> Result<Plan> {
        self.validate()?;
        check_spatial(spatial)?;
        match self {
            Self::Window(window) => window.plan(spatial),
            Self::Adaptive { output_size } => adaptive::plan(output_size, spatial),
            Self::Fractional { output_size, sequence, overlapping, seed } => {
                fractional::plan(output_size, *sequence, *overlapping, *seed, spatial)
            }
            Self::Global => adaptive::plan(&vec![1; spatial.len()], spatial),
            Self::Regions(regions) => regions::plan(regions, spatial),
        }
    }
}

impl From<Window> for Geometry {
    fn from(window: Window) -> Self {
        Self::Window(window)
    }
}

/// The most spatial axes that a layer has: depth, height, width.
pub const MAX_AXES: usize = 3;

fn check_spatial(spatial: &[usize]) -> Result<()> {
    if spatial.is_empty() || spatial.len() > MAX_AXES {
        let rule = "an input has one, two or three spatial axes";
        return Err(Error::new(ErrorKind::Shape, "shape", spatial, rule));
    }
    if spatial.contains(&0) {
        let rule = "every spatial extent must be at least 1";
        return Err(Error::new(ErrorKind::Shape, "shape", spatial, rule));
    }
    // The sum of an extent and two paddings must stay a valid signed position.
    if spatial.iter().any(|&extent| extent > isize::MAX as usize) {
        let rule = "a spatial extent must fit a signed machine word";
        return Err(Error::new(ErrorKind::Shape, "shape", spatial, rule));
    }
    Ok(())
}

/// The layer's number of axes must be the input's.
fn check_axes(parameter: &'static str, values: &[usize], spatial: &[usize]) -> Result<()> {
    if values.len() == spatial.len() {
        return Ok(());
    }
    let rule = format!("must have one value for each spatial axis of the input {}", spatial.shown());
    Err(Error::new(ErrorKind::Shape, parameter, values, rule))
}
