//! Average pooling: the sum of a window's cells over a divisor.

use crate::error::Result;
use crate::geometry::{AxisPlan, Span};
use crate::kernel::{Counts, OnePlane, Passes, Planes, Spreader, Sum, ToAll, WayBack, clear_for, spread};
use crate::pool::arithmetic::{Arithmetic, Back, Gradient, Room};
use crate::pool::shapes::Shapes;
use std::mem::take;
use std::slice::from_ref;

pub(in crate::pool) struct Average {
    pub count_include_pad: bool,
    pub divisor_override: Option<i32>,
}

/// The mean of a window's own cells.
pub(in crate::pool) const OF_CELLS: Average = Average { count_include_pad: false, divisor_override: None };

impl Arithmetic for Average {
    fn forward(&self, cells: &[f32], shapes: &Shapes, values: &mut [f32], room: &mut Room) -> Result<()> {
        if cells.is_empty() {
            return Ok(());
        }
        let axes = shapes.plan.axes();
        let common = self.common_divisor(axes);
        let mut sum = common.map_or_else(Sum::alone, Sum::over);
        if let (None, [rows, columns]) = (common, axes) {
            let [down, across] = take(&mut room.counts);
            let along = |axis, kept| counts(from_ref(axis), self.count(), kept);
            // Windows that read no padding count all their taps.
            let inside = columns.spans.first().map_or(1, |span| span.taps()) as f32;
            sum.counts = Some(Counts { down: along(rows, down)?, across: along(columns, across)?, inside });
        }
        let mut sums = Planes::new(&sum, &shapes.plan, cells.len(), &mut room.floats)?;
        let undivided = common.is_none() && !sums.in_one_go();
        let mut divisors = if undivided { Some(Divisors::new(self, shapes, take(&mut room.divisors))?) } else { None };
        let divide = &mut |position: usize, sums: &mut [f32]| {
            if let Some(divisors) = &mut divisors {
                divisors.divide(position, sums);
            }
        };
        sums.reduce(cells, values, divide, &mut |_| ());
        room.divisors = divisors.map(Divisors::kept).unwrap_or_default();
        if let Some(Counts { down, across, .. }) = sum.counts {
            room.counts = [down, across];
        }
        Ok(())
    }
}

impl Gradient for Average {
    /// Every cell of a window receives the window's gradient over its divisor.
    fn backward_into(&self, back: Back, shapes: &Shapes, room: &mut Room) -> Result<()> {
        let Back { grad_output, grad_input, .. } = back;
        if grad_input.is_empty() {
            return Ok(());
        }
        let common = self.common_divisor(shapes.plan.axes());
        let mut divisors =
            if common.is_none() { Some(Divisors::new(self, shapes, take(&mut room.divisors))?) } else { None };
        // As many as lie at one position of the outermost axis, where there is another.
        let (outer, _) = shapes.plan.axes().split_at(usize::from(shapes.plan.axes().len() > 1));
        let windows = shapes.plane_out / outer.first().map_or(1, |axis| axis.spans.len());
        let planes = grad_output.chunks_exact(shapes.plane_out).zip(grad_input.chunks_exact_mut(shapes.plane_in));
        let mut share = |gradients: &[f32], position: usize, shares: &mut [f32]| {
            shares.copy_from_slice(&gradients[position * windows..][..windows]);
            match &mut divisors {
                Some(divisors) => divisors.divide(position, shares),
                None => shares.iter_mut().for_each(|share| *share /= common.unwrap_or(1.0)),
            }
        };
        if let Some(mut small) = WayBack::new(&shapes.plan, &mut room.passes)? {
            for (gradients, target) in planes {
                let fill = &mut |row, shares: &mut [f32]| share(gradients, row, shares);
                small.give::<ToAll>(OnePlane { cells: &[], target, fill });
            }
            room.divisors = divisors.map(Divisors::kept).unwrap_or_default();
            return Ok(());
        }
        let mut shares = take(&mut room.values);
        clear_for(&mut shares, shapes.plane_out, 1)?;
        shares.resize(shapes.plane_out, 0.0);
        let (mut doubles, mut passes) = (Vec::new(), Passes::default());
        let mut spreader = Spreader::new(&shapes.plan, &mut room.passes)?;
        for (gradients, target) in planes {
            shares.chunks_exact_mut(windows).enumerate().for_each(|(at, shares)| share(gradients, at, shares));
            if let Some(spreader) = &mut spreader {
                spreader.spread(&shares, target);
                continue;
            }
            clear_for(&mut doubles, shares.len(), 1)?;
            doubles.extend(shares.iter().copied().map(f64::from));
            let sums = spread(&doubles, &shapes.plan, &mut passes)?;
            target.iter_mut().zip(sums).for_each(|(target, &sum)| *target = sum as f32);
        }
        room.values = shares;
        room.divisors = divisors.map(Divisors::kept).unwrap_or_default();
        Ok(())
    }
}

impl Average {
    /// What counts of a span.
    fn count(&self) -> fn(&Span) -> usize {
        if self.count_include_pad { |span| span.padded_len } else { |span| span.len }
    }

    /// The divisor that all windows have, if it is one.
    fn common_divisor(&self, axes: &[AxisPlan]) -> Option<f32> {
        if let Some(divisor) = self.divisor_override {
            return Some(divisor as f32);
        }
        let common = axes.iter().map(|axis| {
            let count = self.count()(axis.spans.first()?);
            axis.spans.iter().all(|span| self.count()(span) == count).then_some(count as f64)
        });
        Some(common.product::<Option<f64>>()?.max(1.0) as f32)
    }
}

/// The divisors of the windows at one position of the outermost axis after the other, where windows have several: there, all
/// have a factor in common, and most positions have the same.
struct Divisors<'a> {
    average: &'a Average,
    /// The outermost axis, where there is another.
    outer: &'a [AxisPlan],
    /// What the other axes count: floats, since a window's cells, padding included, can be more than a machine word holds. A
    /// window without cells has the divisor 1: its sum is 0.
    inner: Vec<f64>,
    /// The common factor of those at hand.
    factor: f64,
    divisors: Vec<f32>,
}

impl<'a> Divisors<'a> {
    #[inline(never)]
    fn new(average: &'a Average, shapes: &'a Shapes, (inner, mut divisors): DivisorRoom) -> Result<Self> {
        let axes = shapes.plan.axes();
        let (outer, rest) = axes.split_at(usize::from(axes.len() > 1));
        let inner = counts(rest, average.count(), inner)?;
        clear_for(&mut divisors, inner.len(), 1)?;
        divisors.resize(inner.len(), 1.0);
        Ok(Self { average, outer, inner, factor: 0.0, divisors })
    }

    /// What the next ones can have.
    fn kept(self) -> DivisorRoom {
        (self.inner, self.divisors)
    }

    /// Divides the sums of the windows at a position.
    fn divide(&mut self, position: usize, sums: &mut [f32]) {
        let factor = self.outer.first().map_or(1.0, |axis| self.average.count()(&axis.spans[position]) as f64);
        if factor != self.factor {
            self.factor = factor;
            let counted = self.divisors.iter_mut().zip(&self.inner);
            counted.for_each(|(divisor, inner)| *divisor = (factor * inner).max(1.0) as f32);
        }
        sums.iter_mut().zip(&self.divisors).for_each(|(sum, divisor)| *sum /= divisor);
    }
}

/// Room for divisors, and for what they are made of.
pub(in crate::pool) type DivisorRoom = (Vec<f64>, Vec<f32>);

/// How much each window holds along these axes: the product of what `count` says of a span; in the room of a list.
pub(super) fn counts(axes: &[AxisPlan], count: fn(&Span) -> usize, mut counts: Vec<f64>) -> Result<Vec<f64>> {
    let windows = axes.iter().map(|axis| axis.spans.len()).product();
    clear_for(&mut counts, windows, 1)?;
    if windows == 0 {
        return Ok(counts);
    }
    counts.push(1.0);
    for AxisPlan { spans, .. } in axes {
        let outer = counts.len();
        counts.resize(outer * spans.len(), 1.0);
        // From the last on, so that nothing is written over before it is read.
        for at in (0..outer).rev() {
            let outer = counts[at];
            for (count_at, span) in (at * spans.len()..).zip(spans) {
                counts[count_at] = outer * count(span) as f64;
            }
        }
    }
    Ok(counts)
}
