//! Where a layer reads: integers only, resolved once per input shape, apart from any arithmetic on values.
//!
//! A [`Geometry`] is what a person writes down: a [`Window`] that slides, or regions that are fitted to an output
//! size. [`Geometry::plan`] resolves it against an input's spatial shape into a [`Plan`]: for each axis, the list of
//! [`Span`]s that the output positions read. Everything after that (every method, forward and backward, every kernel)
//! works from the plan and from nothing else, so padding, dilation, ceil mode and adaptive regions are decided here
//! and only here.

mod adaptive;
mod plan;
mod regions;
mod window;

pub use plan::{AxisPlan, Plan, Span};
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
    /// Regions written out: for each axis, outermost first, the `[start, end)` that each output position reads. They
    /// may overlap and leave gaps. What [`Fractional`](crate::pool::Fractional) makes.
    Regions(Vec<Vec<[usize; 2]>>),
}

impl Geometry {
    /// Checks the rules that need no input.
    ///
    /// # Errors
    /// Names the parameter whose value no input could fit.
    pub fn validate(&self) -> Result<()> {
        match self {
            Self::Window(window) => window.validate(),
            Self::Adaptive { output_size } => adaptive::validate(output_size),
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
