//! The mean of each channel in every window, in whole numbers.
//!
//! Sums of bytes are exact, so what leaves a window can be subtracted: columns are summed over a window's rows, and the next
//! window's by the rows that it has more and less; then the same along the row of these sums. The cost does not grow with
//! the window. A quotient is a product and a shift.

use super::{PIXEL, Picture, Run, lanes, no_room, runs, two_by_two, zeros};
use crate::error::{Error, ErrorKind, Result};
use crate::geometry::{AxisPlan, Span};

/// What a sum is divided by.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Counting {
    /// The window's cells.
    Cells,
    /// These, and its taps on padding.
    Padding,
    /// So many rows and columns, whatever the window: no less than any has.
    Most([usize; 2]),
}

/// Which bytes of the result are written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Channels {
    All,
    Alpha,
}

/// So many bytes, and half as many, add up to a u32.
const LONG: usize = 1 << 24;

/// The means of all windows, halves rounded up. Alpha is divided by the window's cells in any case. A window without cells
/// gives 0.
pub(crate) fn mean(counting: Counting, channels: Channels, picture: Picture, out: &mut [u8]) -> Result<()> {
    let [tallest, widest] = [picture.rows, picture.columns].map(AxisPlan::longest);
    if tallest > LONG {
        let rule = "a mean is of at most 2²⁴ rows";
        return Err(Error::new(ErrorKind::Shape, "image.height", picture.rows.extent, rule));
    }
    let mut sums = Sums::new(picture)?;
    let mut divisors = Divisors::new(counts(picture.columns, counting, 1)?)?;
    let mut bytes = zeros(if channels == Channels::Alpha { picture.row_out() } else { 0 })?;
    let overflows = tallest.saturating_mul(widest) > LONG;
    // Outputs in an order in which neighbours share cells where dilated windows do.
    let turns = turns(picture.rows);
    for index in (0..turns).flat_map(|first| (first..picture.rows.spans.len()).step_by(turns)) {
        let (out, span) = (&mut out[index * picture.row_out()..][..picture.row_out()], &picture.rows.spans[index]);
        let row = count(span, counting, 0);
        // Of four cells, unless padding counts too.
        let four = channels == Channels::All && divisors.parts.len() == 1 && row[0] * divisors.parts[0].0[0] == 4;
        if four && two_by_two(picture, span, &sums.runs, out, lanes::means) {
            continue;
        }
        sums.down(picture, span)?;
        let target = if channels == Channels::All { &mut *out } else { &mut bytes };
        divisors.of_row(row);
        if overflows {
            divisors.divide(target, |out, from, by| sums.wide(out, from, by, picture.columns));
        } else {
            sums.along(picture.columns.step);
            divisors.divide(target, |out, from, by| quotients(&sums.across[from..], out, by));
        }
        if channels == Channels::Alpha {
            out.chunks_exact_mut(PIXEL).zip(bytes.chunks_exact(PIXEL)).for_each(|(out, mean)| out[3] = mean[3]);
        }
    }
    Ok(())
}

/// How many of a window's taps along an axis count: under the colours, and under alpha.
fn count(span: &Span, counting: Counting, axis: usize) -> [usize; 2] {
    let colours = match counting {
        Counting::Cells => span.len,
        Counting::Padding => span.padded_len,
        Counting::Most(most) => most[axis],
    };
    [colours, span.len]
}

/// Neighbours of which the same counts, each up to an output.
fn counts(axis: &AxisPlan, counting: Counting, number: usize) -> Result<Vec<([usize; 2], usize)>> {
    let mut parts: Vec<([usize; 2], usize)> = Vec::new();
    for (index, span) in axis.spans.iter().enumerate() {
        let counts = count(span, counting, number);
        match parts.last_mut().filter(|(last, _)| *last == counts) {
            Some((_, end)) => *end = index + 1,
            None => {
                parts.try_reserve(1).map_err(|_| no_room(axis.spans.len()))?;
                parts.push((counts, index + 1));
            }
        }
    }
    Ok(parts)
}

/// The least number of outputs after which windows are a multiple of the dilation apart; all of them at the most.
fn turns(axis: &AxisPlan) -> usize {
    // Euclid's way to the greatest common divisor.
    let (mut divisor, mut rest) = (axis.step, axis.even().map_or(0, |even| even.stride));
    while rest > 0 {
        (divisor, rest) = (rest, divisor % rest);
    }
    (axis.step / divisor).min(axis.spans.len())
}

/// The sums of one output row, with no room until there are such.
struct Sums {
    runs: Vec<Run>,
    /// Each column over the rows of a window, and of which; no row at all.
    down: Vec<u32>,
    held: Span,
    blank: Vec<u8>,
    /// These over the columns of each window.
    across: Vec<u32>,
}

impl Sums {
    fn new(picture: Picture) -> Result<Self> {
        Ok(Self {
            runs: runs(picture.columns)?,
            down: Vec::new(),
            held: Span::region(0, 0),
            blank: Vec::new(),
            across: Vec::new(),
        })
    }

    /// Makes the sums of columns those of this window.
    fn down(&mut self, picture: Picture, to: &Span) -> Result<()> {
        if self.down.is_empty() {
            (self.down, self.blank) = (zeros(picture.row_len())?, zeros(picture.row_len())?);
            self.across = zeros(picture.row_out())?;
        }
        let step = picture.rows.step;
        let from = std::mem::replace(&mut self.held, *to);
        let row = |at: Option<usize>| at.map_or(&*self.blank, |at| picture.row(at));
        if let Some(Change { gone, new }) = Change::between([from.start, from.len], [to.start, to.len], step) {
            let at = |tap: usize| from.start + tap * step;
            for tap in 0..gone.max(new) {
                let (new, gone) = ((tap < new).then(|| at(from.len + tap)), (tap < gone).then(|| at(tap)));
                add_rows(&mut self.down, row(new), row(gone), MINUS);
            }
        } else {
            self.down.fill(0);
            let mut rows = to.positions(step);
            while let Some(first) = rows.next() {
                add_rows(&mut self.down, picture.row(first), row(rows.next()), PLUS);
            }
        }
        Ok(())
    }

    /// The sums of each window's columns.
    fn along(&mut self, step: usize) {
        let (row, mut before) = (&self.down, None);
        for run in &self.runs {
            let (done, sums) = self.across.split_at_mut(PIXEL * run.to);
            let sums = &mut sums[..PIXEL * run.count];
            // Cells that a window has and its neighbour has not. Sums over more are made side by side, which is quicker.
            let fresh = run.stride / step;
            let slides = run.stride.is_multiple_of(step) && SIDE_BY_SIDE * fresh <= run.len;
            let after = |tap: usize| &row[PIXEL * (run.start + tap * step)..];
            sums.fill(0);
            if slides || run.count == 1 {
                let (first, others) = sums.split_at_mut(PIXEL);
                first.copy_from_slice(&one(row, done.last_chunk().zip(before), run, step));
                let mut total = [0u32; PIXEL];
                total.copy_from_slice(first);
                if run.count > 1 {
                    for tap in 0..fresh {
                        add_taps(others, after(run.len + tap), run.stride, PLUS);
                        add_taps(others, after(tap), run.stride, MINUS);
                    }
                }
                for sum in others.as_chunks_mut::<PIXEL>().0 {
                    total = std::array::from_fn(|channel| total[channel].wrapping_add(sum[channel]));
                    *sum = total;
                }
            } else if run.len > 0 {
                (0..run.len).for_each(|tap| add_taps(sums, after(tap), run.stride, PLUS));
            }
            before = Some(Run { start: run.start + (run.count - 1) * run.stride, ..*run });
        }
    }

    /// The means of windows so large that their sums are no u32, from byte `from` of the row on, each window by itself.
    #[inline(never)]
    fn wide(&self, out: &mut [u8], from: usize, by: Divisor, columns: &AxisPlan) {
        for (byte, out) in (from..).zip(out) {
            let cells = columns.spans[byte / PIXEL].positions(columns.step);
            let sum: u64 = cells.map(|at| u64::from(self.down[PIXEL * at + byte % PIXEL])).sum();
            *out = ((sum + by.divisor / 2) / by.divisor) as u8;
        }
    }
}

/// What a term is added as: itself, or what takes it away.
const PLUS: u32 = 0;
const MINUS: u32 = u32::MAX;

fn signed(term: u32, sign: u32) -> u32 {
    (term ^ sign).wrapping_sub(sign)
}

/// Adds a row to the sums of columns, and another with a sign. None of the loops of sums is inlined: each would be there
/// several times.
#[inline(never)]
fn add_rows(sums: &mut [u32], plus: &[u8], other: &[u8], sign: u32) {
    for ((sum, &plus), &other) in sums.iter_mut().zip(plus).zip(other) {
        *sum = sum.wrapping_add(plus.into()).wrapping_add(signed(other.into(), sign));
    }
}

/// Adds every `stride`-th cell of a row.
#[inline(never)]
fn add_taps(sums: &mut [u32], row: &[u32], stride: usize, sign: u32) {
    if stride == 1 {
        sums.iter_mut().zip(row).for_each(|(sum, &cell)| *sum = sum.wrapping_add(signed(cell, sign)));
        return;
    }
    for (sum, cell) in sums.as_chunks_mut::<PIXEL>().0.iter_mut().zip(row.chunks(PIXEL * stride)) {
        *sum = std::array::from_fn(|channel| sum[channel].wrapping_add(signed(cell[channel], sign)));
    }
}

/// From so many cells on, a window's sum is that of its neighbour with what changes.
const SIDE_BY_SIDE: usize = 8;

/// The sum of a run's first window, by way of the window before where that is shorter.
fn one(row: &[u32], before: Option<(&[u32; PIXEL], Run)>, run: &Run, step: usize) -> [u32; PIXEL] {
    let (mut total, mut terms) = ([0u32; PIXEL], [(run.start, run.len, PLUS), (0, 0, PLUS)]);
    if let Some((&sum, before)) = before
        && let Some(Change { gone, new }) = Change::between([before.start, before.len], [run.start, run.len], step)
    {
        (total, terms) = (sum, [(before.start + before.len * step, new, PLUS), (before.start, gone, MINUS)]);
    }
    for (from, count, sign) in terms {
        for cell in row.as_chunks::<PIXEL>().0.iter().skip(from).step_by(step).take(count) {
            total = std::array::from_fn(|channel| total[channel].wrapping_add(signed(cell[channel], sign)));
        }
    }
    total
}

/// What is to be done to one window's sum, so that it is another's.
struct Change {
    /// How many of the first window's first cells the other has not.
    gone: usize,
    /// How many cells the other has after the first window's last.
    new: usize,
}

impl Change {
    /// Between windows of which start and length are given, if that is less to do than to sum up the other.
    fn between([from, before]: [usize; 2], [to, len]: [usize; 2], step: usize) -> Option<Self> {
        let gone = to.checked_sub(from).filter(|moved| moved % step == 0)? / step;
        let new = (gone + len).checked_sub(before)?;
        (gone < before && gone + new < len).then_some(Self { gone, new })
    }
}

/// A divisor d up to 2²⁴ as a factor of 2⁵⁶ / d, rounded up: the quotient of a sum below 256 d, times 2⁵⁶, is then too
/// large by less than d · 256 d, which is not 2⁵⁶. For d up to 2⁸ the same goes for 2²⁴.
#[derive(Clone, Copy, Default)]
pub(super) struct Divisor {
    pub divisor: u64,
    /// 0 for larger divisors.
    factor: u64,
}

/// Up to this divisor, factors and their products with sums are 32-bit numbers.
const SHORT: u64 = 256;

impl Divisor {
    pub(super) fn new(divisor: u64) -> Self {
        let divisor = divisor.max(1);
        let of = if divisor <= SHORT { 1u64 << 24 } else { 1 << 56 };
        Self { divisor, factor: if divisor > LONG as u64 { 0 } else { of.div_ceil(divisor) } }
    }
}

/// The divisors of a row of windows.
struct Divisors {
    /// How much is counted, and up to which output.
    parts: Vec<([usize; 2], usize)>,
    /// For each part, the divisors of the colours and of alpha.
    divisors: Vec<[Divisor; 2]>,
    /// Of which row.
    row: Option<[usize; 2]>,
}

impl Divisors {
    fn new(parts: Vec<([usize; 2], usize)>) -> Result<Self> {
        Ok(Self { divisors: zeros(parts.len())?, parts, row: None })
    }

    /// Makes them those of a row of which so much is counted.
    fn of_row(&mut self, row: [usize; 2]) {
        if self.row.replace(row) != Some(row) {
            for (divisors, (counts, _)) in self.divisors.iter_mut().zip(&self.parts) {
                *divisors = [0, 1].map(|of| Divisor::new((row[of] as u64).saturating_mul(counts[of] as u64)));
            }
        }
    }

    /// Lets `divide` make bytes from the given one of the row on.
    fn divide(&self, out: &mut [u8], divide: impl Fn(&mut [u8], usize, Divisor)) {
        let mut from = 0;
        for (&[colours, alpha], &(_, end)) in self.divisors.iter().zip(&self.parts) {
            let end = PIXEL * end;
            divide(&mut out[from..end], from, colours);
            if alpha.divisor != colours.divisor {
                (from + 3..end).step_by(PIXEL).for_each(|at| divide(&mut out[at..at + 1], at, alpha));
            }
            from = end;
        }
    }
}

#[inline(never)]
pub(super) fn quotients(sums: &[u32], out: &mut [u8], by: Divisor) {
    let half = (by.divisor / 2) as u32;
    if by.divisor <= SHORT {
        let factor = by.factor as u32;
        let byte = |sum: u32| (sum.wrapping_add(half).wrapping_mul(factor) >> 24) as u8;
        // Sixteen at once, so that the compiler sees registers in them.
        let (wide, rest) = out.as_chunks_mut::<16>();
        wide.iter_mut().zip(sums.as_chunks::<16>().0).for_each(|(out, sums)| *out = sums.map(byte));
        rest.iter_mut().zip(&sums[16 * wide.len()..]).for_each(|(out, &sum)| *out = byte(sum));
    } else if by.factor > 0 {
        let byte = |sum: u32| ((u64::from(sum + half) * by.factor) >> 56) as u8;
        out.iter_mut().zip(sums).for_each(|(out, &sum)| *out = byte(sum));
    } else {
        let byte = |sum: u32| ((u64::from(sum) + by.divisor / 2) / by.divisor) as u8;
        out.iter_mut().zip(sums).for_each(|(out, &sum)| *out = byte(sum));
    }
}
