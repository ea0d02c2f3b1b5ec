//! The resolved geometry: per axis, what each output position reads.

use crate::error::{Error, ErrorKind, Result};

/// What one output position reads along one axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The first input position read. Meaningless when `len` is 0.
    pub start: usize,
    /// How many input positions are read, [`AxisPlan::step`] apart. 0 when a dilated window straddles the input.
    pub len: usize,
    /// How many of the window's taps lie in the padded input: `len`, and the taps that fall on padding. Taps that hang
    /// over the padded input's end (ceil mode) are in neither count.
    pub padded_len: usize,
    /// How many taps fall on the padding before the input.
    pub before: usize,
    /// How many taps hang over the padded input's end. With `padded_len` they are the kernel's size.
    pub beyond: usize,
}

impl Span {
    /// A region: `len` cells from `start`, no tap anywhere else.
    pub(crate) fn region(start: usize, len: usize) -> Self {
        Self { start, len, padded_len: len, before: 0, beyond: 0 }
    }

    /// How many taps the window has, whatever they fall on.
    pub fn taps(self) -> usize {
        self.padded_len + self.beyond
    }

    /// The input positions read, in order.
    pub fn positions(self, step: usize) -> impl Iterator<Item = usize> + Clone {
        (0..self.len).map(move |tap| self.start + tap * step)
    }
}

/// One axis of a [`Plan`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AxisPlan {
    /// The input's extent, in cells.
    pub extent: usize,
    /// The distance between two taps of a window: its dilation, 1 for regions.
    pub step: usize,
    /// Padding cells before and after the input.
    pub padding: [usize; 2],
    /// By how many cells the last window hangs over the padded input's end (ceil mode only).
    pub overhang: usize,
    /// One span for each output position.
    pub spans: Vec<Span>,
}

impl AxisPlan {
    /// Input positions that no window reads: dropped tails, gaps of a stride above the kernel, holes of a dilation.
    pub fn unread(&self) -> Vec<usize> {
        let mut read = vec![false; self.extent];
        for span in &self.spans {
            span.positions(self.step).for_each(|at| read[at] = true);
        }
        (0..self.extent).filter(|&at| !read[at]).collect()
    }

    /// For each input position, how many windows read it.
    ///
    /// # Errors
    /// When a list of the axis's extent does not fit into memory.
    pub fn coverage(&self) -> Result<Vec<usize>> {
        let mut readers = Vec::new();
        if readers.try_reserve_exact(self.extent).is_err() {
            let rule = "the number of windows at each cell does not fit into memory";
            return Err(Error::new(ErrorKind::Memory, "shape", self.extent, rule));
        }
        readers.resize(self.extent, 0);
        for span in &self.spans {
            span.positions(self.step).for_each(|at| readers[at] += 1);
        }
        Ok(readers)
    }
}

/// Runs of an axis's cells laid side by side, and windows over them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Laid {
    /// The `[start, end)` of each run.
    pub runs: Vec<[usize; 2]>,
    /// How many cells they have together.
    pub extent: usize,
    spans: Vec<Span>,
}

impl Laid {
    /// Takes up a run of cells; where it begins among all.
    fn take(&mut self, run: [usize; 2]) -> usize {
        let base = self.extent;
        self.runs.push(run);
        self.extent += run[1] - run[0];
        base
    }

    /// How many windows there are.
    pub(crate) fn windows(&self) -> usize {
        self.spans.len()
    }
}

/// Windows with the same number of taps at even distances, none of them without cells: what kernels do side by side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Even {
    /// Where tap 0 of the first window lies: in the padding where it is negative.
    pub origin: isize,
    /// How far apart two windows are.
    pub stride: usize,
    /// How many taps each has.
    pub taps: usize,
}

impl AxisPlan {
    /// How many cells the longest window has.
    pub(crate) fn longest(&self) -> usize {
        self.spans.iter().map(|span| span.len).max().unwrap_or(0)
    }

    /// From the first to the last cell that the windows at these positions hold, as `[start, end)`; one cell where they hold
    /// none.
    pub(crate) fn cells_of(&self, [start, end]: [usize; 2]) -> [usize; 2] {
        let spans = self.spans[start..end].iter().filter(|span| span.len > 0);
        let first = spans.clone().map(|span| span.start).min().unwrap_or(0);
        let last = spans.map(|span| span.start + (span.len - 1) * self.step).max().unwrap_or(first);
        [first, last + 1]
    }

    /// The windows at these positions, over [the cells](Self::cells_of) that they hold.
    pub(crate) fn part(&self, positions: [usize; 2]) -> Self {
        let (step, padding, overhang) = (self.step, self.padding, self.overhang);
        let mut part = AxisPlan { extent: 0, step, padding, overhang, spans: Vec::new() };
        self.part_into(positions, &mut part);
        part
    }

    /// The same in place of another part of this axis; tells which cells they are. Like [`lot`](Self::lot) it is called from
    /// two places, and is as large as what calls it: inlined, it would be there twice.
    #[inline(never)]
    pub(crate) fn part_into(&self, [start, end]: [usize; 2], part: &mut Self) -> [usize; 2] {
        let cells = self.cells_of([start, end]);
        part.extent = cells[1] - cells[0];
        part.spans.clear();
        let cropped = |span: &Span| Span { start: span.start.saturating_sub(cells[0]), ..*span };
        part.spans.extend(self.spans[start..end].iter().map(cropped));
        cells
    }

    /// Lays the cells `run`, which are all that the windows at these positions read, behind those laid out before, and the
    /// windows over them.
    pub(crate) fn laid_out(&self, [start, end]: [usize; 2], run: [usize; 2], laid: &mut Laid) {
        let base = laid.take(run);
        let moved = |span: &Span| Span { start: span.start.saturating_sub(run[0]) + base, ..*span };
        laid.spans.extend(self.spans[start..end].iter().map(moved));
    }

    /// The same axis with the windows and the cells that were laid out.
    pub(crate) fn with(&self, laid: &Laid) -> Self {
        let (step, padding, overhang) = (self.step, self.padding, self.overhang);
        AxisPlan { extent: laid.extent, step, padding, overhang, spans: laid.spans.clone() }
    }

    /// How many windows from this one on hold cells that lie within so many in a row; at least one.
    pub(crate) fn within(&self, from: usize, most: usize) -> usize {
        let (mut start, mut end) = (usize::MAX, 0);
        let fits = |span: &&Span| {
            if span.len > 0 {
                start = start.min(span.start);
                end = end.max(span.start + (span.len - 1) * self.step + 1);
            }
            end.saturating_sub(start) <= most
        };
        self.spans[from..].iter().take_while(fits).count().max(1)
    }

    /// How many windows from this one on to make at a time: those that hold about `near` cells in a row, or so many that cells
    /// which two such lots both hold are few. The last lot is no small one.
    #[inline(never)]
    pub(crate) fn lot(&self, from: usize, near: usize) -> usize {
        const LONG: usize = 8;
        let left = self.spans.len() - from;
        let lot = self.within(from, self.longest().saturating_mul(self.step).saturating_mul(LONG).max(near));
        if left < lot + lot / 2 { left } else { lot }
    }

    /// These windows over so many rows of an axis's cells that begin `pitch` apart in one, and do not meet. Of even ones, all
    /// between two rows' are there too. What windows there are already makes room for them.
    pub(crate) fn abreast(&self, even: Option<Even>, rows: usize, pitch: usize, mut spans: Vec<Span>) -> Self {
        let extent = (rows - 1) * pitch + self.extent;
        spans.clear();
        if let Some(Even { origin, stride, taps }) = even {
            let count = (rows - 1) * (pitch / stride) + self.spans.len();
            spans.extend((0..count).map(|number| {
                let here = origin + (number * stride) as isize;
                let before = usize::try_from(-here).map_or(0, |cells| cells.div_ceil(self.step));
                let start = (here + (before * self.step) as isize) as usize;
                let len = (taps - before).min((extent - start).div_ceil(self.step));
                Span { start, len, padded_len: taps, before, beyond: 0 }
            }));
        } else {
            let row = |row: usize| self.spans.iter().map(move |span| Span { start: span.start + row * pitch, ..*span });
            spans.extend((0..rows).flat_map(row));
        }
        AxisPlan { extent, step: self.step, padding: self.padding, overhang: 0, spans }
    }

    /// What the windows have in common, if they are even.
    #[inline(never)]
    pub(crate) fn even(&self) -> Option<Even> {
        let taps = self.spans.first()?.taps();
        let place =
            |span: &Span| Some(span.start as isize - isize::try_from(span.before.checked_mul(self.step)?).ok()?);
        let origin = place(self.spans.first()?)?;
        let stride = match self.spans.get(1) {
            Some(second) => usize::try_from(place(second)? - origin).ok().filter(|&stride| stride > 0)?,
            None => 1,
        };
        // A division for each span would cost as much as all else.
        let steps = |cells: usize| if self.step == 1 { cells } else { cells.div_ceil(self.step) };
        let fits = |(index, span): (usize, &Span)| {
            let here = isize::try_from(index.checked_mul(stride)?).ok()?.checked_add(origin)?;
            // Runs laid side by side may have a window at an end of the map amid others: what it lacks does not lie beside them.
            let before = usize::try_from(-here).map_or(0, steps);
            let room = usize::try_from(isize::try_from(self.extent).ok()?.checked_sub(here)?).unwrap_or(0);
            let all_inside = span.before == before && span.len + before == taps.min(steps(room));
            Some(span.len > 0 && span.taps() == taps && place(span)? == here && all_inside)
        };
        let all = self.spans.iter().enumerate().all(|span| fits(span) == Some(true));
        all.then_some(Even { origin, stride, taps })
    }

    /// Whether the windows are pairs of cells, side by side from the first one on.
    pub(crate) fn is_pairs(&self) -> bool {
        let even = self.even().filter(|_| self.step == 1 && 2 * self.spans.len() <= self.extent);
        even.is_some_and(|even| (even.origin, even.stride, even.taps) == (0, 2, 2))
    }
}

/// A geometry resolved for one input shape: the only thing that pooling methods and kernels know about it.
///
/// ```
/// use deep_end::{Geometry, Window};
/// let plan = Geometry::from(Window::new([3]).stride([2])).plan(&[8])?;
/// assert_eq!(plan.output_shape(), [3]);
/// let reads: Vec<_> = plan.axes()[0].spans.iter().map(|span| (span.start, span.len)).collect();
/// assert_eq!(reads, [(0, 3), (2, 3), (4, 3)]);
/// assert_eq!(plan.axes()[0].unread(), [7]); // the dropped tail
/// assert_eq!(plan.axes()[0].coverage()?, [1, 1, 2, 1, 2, 1, 1, 0]);
/// # Ok::<(), deep_end::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    axes: Vec<AxisPlan>,
}

impl Plan {
    pub(crate) fn new(axes: Vec<AxisPlan>) -> Self {
        Self { axes }
    }

    /// The axes, outermost first.
    pub fn axes(&self) -> &[AxisPlan] {
        &self.axes
    }

    /// The outermost axis, to be changed.
    pub(crate) fn outermost(&mut self) -> &mut AxisPlan {
        &mut self.axes[0]
    }

    /// The one window of the output cell at `place`, which has one position for each axis.
    pub(crate) fn only(&self, place: &[usize]) -> Self {
        let axis = |(axis, &at): (&AxisPlan, &usize)| AxisPlan { spans: vec![axis.spans[at]], ..axis.clone() };
        Self { axes: self.axes.iter().zip(place).map(axis).collect() }
    }

    /// The windows of [`only`](Self::only), laid over nothing but their own cells, gathered row-major. An axis without
    /// cells keeps one that is not read.
    pub(crate) fn gathered(mut self) -> Self {
        for axis in &mut self.axes {
            (axis.extent, axis.step) = (axis.spans[0].len.max(1), 1);
            axis.spans[0].start = 0;
        }
        self
    }

    /// The same windows with other ones along the outermost axis.
    pub(crate) fn with_outermost(&self, axis: AxisPlan) -> Self {
        Self { axes: [&[axis], &self.axes[1..]].concat() }
    }

    /// [`AxisPlan::cells_of`] for each axis.
    pub(crate) fn cells_of(&self, ranges: &[[usize; 2]]) -> Vec<[usize; 2]> {
        self.axes.iter().zip(ranges).map(|(axis, &range)| axis.cells_of(range)).collect()
    }

    /// Whether any window reads the cell at this flat position: on every axis some window reads its place.
    pub(crate) fn reads(&self, at: usize) -> bool {
        let mut rest = at;
        self.axes.iter().rev().all(|axis| {
            let place = rest % axis.extent;
            rest /= axis.extent;
            axis.spans.iter().any(|span| span.positions(axis.step).any(|position| position == place))
        })
    }

    /// The input's spatial extents.
    pub fn input_shape(&self) -> Vec<usize> {
        self.axes.iter().map(|axis| axis.extent).collect()
    }

    /// The output's spatial extents.
    pub fn output_shape(&self) -> Vec<usize> {
        self.axes.iter().map(|axis| axis.spans.len()).collect()
    }
}

/// A list of spans of known length, or an error instead of an abort when memory does not hold it.
pub(super) fn collect_spans(parameter: &'static str, count: usize, span: impl Fn(usize) -> Span) -> Result<Vec<Span>> {
    let mut spans = Vec::new();
    if spans.try_reserve_exact(count).is_err() {
        return Err(Error::new(
            ErrorKind::Memory,
            parameter,
            count,
            "this many output positions do not fit into memory",
        ));
    }
    spans.extend((0..count).map(span));
    Ok(spans)
}
