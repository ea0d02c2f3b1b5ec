//! The mean of each channel in every window, in whole numbers.
//!
//! Sums of bytes are exact, so what leaves a window can be subtracted: columns are summed over a window's rows, and the next
//! window's by the rows that it has more and less; then the same along the row of these sums. The cost does not grow with
//! the window. A quotient is a product and a shift.

use super::{PIXEL, Picture, Run, lanes, runs, two_by_two, zeros};
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

/// The means of all windows, halves rounded up. Alpha is divided by the window's cells in any case. A window without cells
/// gives 0.
pub(crate) fn mean(counting: Counting, channels: Channels, picture: Picture, out: &mut [u8]) -> Result<()> {
    let (rows, columns) = (counts(picture.rows, counting, 0)?, counts(picture.columns, counting, 1)?);
    let most = |counts: &[[usize; 2]]| counts.iter().flatten().copied().max().unwrap_or(0);
    if most(&rows).saturating_mul(most(&columns)) <= SHORT as usize {
        means::<u16, u16>(&rows, &columns, channels, picture, out)
    } else if most(&rows) <= LONG {
        means::<u32, u64>(&rows, &columns, channels, picture, out)
    } else {
        let rule = ["a mean is of at most ", &LONG.to_string(), " rows"].concat();
        Err(Error::new(ErrorKind::Shape, "image.height", picture.rows.extent, rule))
    }
}

/// So many bytes, and half as many, add up to a u16.
const SHORT: u64 = 256;
/// So many bytes add up to a u32.
const LONG: usize = 1 << 24;

/// For each window along an axis, how many of its taps count: under the colours, and under alpha.
fn counts(axis: &AxisPlan, counting: Counting, number: usize) -> Result<Vec<[usize; 2]>> {
    let mut counts = zeros(axis.spans.len())?;
    for (counts, span) in counts.iter_mut().zip(&axis.spans) {
        let colours = match counting {
            Counting::Cells => span.len,
            Counting::Padding => span.padded_len,
            Counting::Most(most) => most[number],
        };
        *counts = [colours, span.len];
    }
    Ok(counts)
}

/// A sum of bytes. It may overflow on the way, if what it comes to does not.
pub(super) trait Sum: Copy + Default + From<u8> {
    fn plus(self, other: Self) -> Self;
    fn minus(self, other: Self) -> Self;
}

/// A sum that is divided.
pub(super) trait Dividend: Sum {
    /// ⌊(self + half) · factor / 2ⁿ⌋, where n is 8 bits below the width of what `half` and `factor` fit.
    fn quotient(self, by: Divisor) -> u8;
    /// The same for a power of two.
    fn shifted(self, by: Divisor) -> u8;
}

macro_rules! sums {
    ($($type:ty)*) => {$(
        impl Sum for $type {
            fn plus(self, other: Self) -> Self {
                self.wrapping_add(other)
            }

            fn minus(self, other: Self) -> Self {
                self.wrapping_sub(other)
            }
        }
    )*};
}
sums!(u16 u32 u64);

impl Dividend for u16 {
    fn shifted(self, by: Divisor) -> u8 {
        (self.wrapping_add(by.half as u16) >> by.divisor.trailing_zeros()) as u8
    }

    fn quotient(self, by: Divisor) -> u8 {
        (u32::from(self.wrapping_add(by.half as u16)).wrapping_mul((by.factor >> 32) as u32) >> 24) as u8
    }
}

impl Dividend for u64 {
    fn shifted(self, by: Divisor) -> u8 {
        ((self + by.half) >> by.divisor.trailing_zeros()) as u8
    }

    fn quotient(self, by: Divisor) -> u8 {
        ((self + by.half).wrapping_mul(by.factor) >> 56) as u8
    }
}

fn means<C: Sum, W: Dividend + From<C> + Into<u64>>(
    rows: &[[usize; 2]],
    columns: &[[usize; 2]],
    channels: Channels,
    picture: Picture,
    out: &mut [u8],
) -> Result<()> {
    let mut down = zeros::<C>(picture.row_len())?;
    let mut across = zeros::<W>(picture.row_out())?;
    let mut bytes = zeros(if channels == Channels::Alpha { picture.row_out() } else { 0 })?;
    let along = runs(picture.columns)?;
    let mut divisors = Divisors::new(columns)?;
    let mut held = NOTHING;
    for index in order(picture.rows) {
        let (out, span) = (&mut out[index * picture.row_out()..][..picture.row_out()], &picture.rows.spans[index]);
        // Of four cells, unless padding counts too.
        let four = channels == Channels::All && divisors.parts.len() == 1 && rows[index][0] * columns[0][0] == 4;
        if four && two_by_two(picture, span, &along, out, lanes::means) {
            continue;
        }
        slide(&mut down, picture, held, span);
        held = *span;
        windows(&down, &mut across, &along, picture.columns.step);
        if channels == Channels::All {
            divisors.divide(rows[index], &across, out);
        } else {
            divisors.divide(rows[index], &across, &mut bytes);
            out.iter_mut().zip(&bytes).skip(PIXEL - 1).step_by(PIXEL).for_each(|(out, &alpha)| *out = alpha);
        }
    }
    Ok(())
}

const NOTHING: Span = Span { start: 0, len: 0, padded_len: 0, before: 0, beyond: 0 };

/// The outputs of an axis, such that neighbours share cells where dilated windows do.
fn order(axis: &AxisPlan) -> impl Iterator<Item = usize> + '_ {
    let stride = axis.even().map_or(0, |even| even.stride);
    // The least number of outputs after which windows are a multiple of the dilation apart.
    let turns =
        if stride == 0 { 1 } else { (1..=axis.step).find(|turns| turns * stride % axis.step == 0).unwrap_or(1) };
    (0..turns).flat_map(move |first| (first..axis.spans.len()).step_by(turns))
}

/// Makes the sums of one window's rows those of another's.
fn slide<C: Sum>(sums: &mut [C], picture: Picture, from: Span, to: &Span) {
    let step = picture.rows.step;
    if let Some(Change { gone, new }) = Change::between([from.start, from.len], [to.start, to.len], step) {
        let row = |at: usize| picture.row(from.start + at * step);
        let both = gone.min(new);
        for at in 0..both {
            for ((sum, &gone), &new) in sums.iter_mut().zip(row(at)).zip(row(from.len + at)) {
                *sum = sum.plus(new.into()).minus(gone.into());
            }
        }
        for at in both..gone {
            sums.iter_mut().zip(row(at)).for_each(|(sum, &byte)| *sum = sum.minus(byte.into()));
        }
        for at in both..new {
            sums.iter_mut().zip(row(from.len + at)).for_each(|(sum, &byte)| *sum = sum.plus(byte.into()));
        }
        return;
    }
    let mut rows = to.positions(step).map(|at| picture.row(at));
    match (rows.next(), rows.next()) {
        (Some(a), Some(b)) => {
            for ((sum, &a), &b) in sums.iter_mut().zip(a).zip(b) {
                *sum = C::from(a).plus(b.into());
            }
        }
        (Some(row), None) => sums.iter_mut().zip(row).for_each(|(sum, &byte)| *sum = byte.into()),
        (None, _) => sums.fill(C::default()),
    }
    rows.for_each(|row| sums.iter_mut().zip(row).for_each(|(sum, &byte)| *sum = sum.plus(byte.into())));
}

/// The sums of each window's cells in a row.
fn windows<C: Sum, W: Sum + From<C>>(row: &[C], sums: &mut [W], runs: &[Run], step: usize) {
    let mut before: Option<Run> = None;
    for run in runs {
        let (done, sums) = sums.split_at_mut(PIXEL * run.to);
        let sums = &mut sums[..PIXEL * run.count];
        // Cells that a window has and its neighbour has not. A sum over more neighbours is side by side, so it is quicker.
        let fresh = run.stride / step;
        let slides = run.stride % step == 0 && SIDE_BY_SIDE * fresh <= run.len;
        let after = |tap: usize| &row[PIXEL * (run.start + tap * step)..];
        if slides || run.count == 1 {
            let (first, others) = sums.split_at_mut(PIXEL);
            first.copy_from_slice(&one(row, done.last_chunk().zip(before), run, step));
            if run.count > 1 {
                others.fill(W::default());
                for tap in 0..fresh {
                    taps(others, after(run.len + tap), run.stride, |sum, cell| sum.plus(cell.into()));
                    taps(others, after(tap), run.stride, |sum, cell| sum.minus(cell.into()));
                }
                let mut total = [W::default(); PIXEL];
                for sum in sums.as_chunks_mut::<PIXEL>().0 {
                    total = std::array::from_fn(|channel| total[channel].plus(sum[channel]));
                    *sum = total;
                }
            }
        } else if run.len == 0 {
            sums.fill(W::default());
        } else {
            taps(sums, after(0), run.stride, |_, cell| cell.into());
            (1..run.len).for_each(|tap| taps(sums, after(tap), run.stride, |sum, cell| sum.plus(cell.into())));
        }
        before = Some(Run { start: run.start + (run.count - 1) * run.stride, ..*run });
    }
}

/// From so many cells on, a window's sum is that of its neighbour with what changes.
const SIDE_BY_SIDE: usize = 8;

/// The sum of a run's first window, by way of the window before where that is shorter.
fn one<C: Sum, W: Sum + From<C>>(row: &[C], before: Option<(&[W; PIXEL], Run)>, run: &Run, step: usize) -> [W; PIXEL] {
    let cells = |from: usize, count: usize| row.chunks_exact(PIXEL).skip(from).step_by(step).take(count);
    let add = |mut total: [W; PIXEL], cell: &[C]| {
        total.iter_mut().zip(cell).for_each(|(total, &cell)| *total = total.plus(cell.into()));
        total
    };
    let sum = |from, count| cells(from, count).fold([W::default(); PIXEL], add);
    if let Some((&total, before)) = before
        && let Some(Change { gone, new }) = Change::between([before.start, before.len], [run.start, run.len], step)
    {
        let gone = sum(before.start, gone);
        let total = cells(before.start + before.len * step, new).fold(total, add);
        return std::array::from_fn(|channel| total[channel].minus(gone[channel]));
    }
    sum(run.start, run.len)
}

/// Combines every `stride`-th cell of a row with a sum.
fn taps<C: Sum, W: Sum>(sums: &mut [W], row: &[C], stride: usize, by: impl Fn(W, C) -> W) {
    if stride == 1 {
        sums.iter_mut().zip(row).for_each(|(sum, &cell)| *sum = by(*sum, cell));
        return;
    }
    let mut done = 0;
    if stride == 2 {
        let (four, _) = sums.as_chunks_mut::<{ 4 * PIXEL }>();
        for (sums, cells) in four.iter_mut().zip(row.as_chunks::<{ 8 * PIXEL }>().0) {
            *sums = std::array::from_fn(|at| by(sums[at], cells[at / PIXEL * 2 * PIXEL + at % PIXEL]));
            done += 4;
        }
    }
    for (sum, cell) in sums.chunks_exact_mut(PIXEL).zip(row.chunks(PIXEL * stride)).skip(done) {
        sum.iter_mut().zip(cell).for_each(|(sum, &cell)| *sum = by(*sum, cell));
    }
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
/// large by less than d · 256 d, which is not 2⁵⁶. The factor's upper half is that for 2²⁴ and a d up to 2⁸.
#[derive(Clone, Copy, Default)]
pub(super) struct Divisor {
    half: u64,
    /// 0 for larger divisors.
    factor: u64,
    divisor: u64,
}

impl Divisor {
    pub(super) fn new(divisor: u64) -> Self {
        let divisor = divisor.max(1);
        let factor = if divisor <= SHORT {
            (1u64 << 24).div_ceil(divisor) << 32
        } else if divisor <= LONG as u64 {
            (1u64 << 56).div_ceil(divisor)
        } else {
            0
        };
        Self { half: divisor / 2, factor, divisor }
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
    fn new(columns: &[[usize; 2]]) -> Result<Self> {
        let mut parts: Vec<([usize; 2], usize)> = Vec::new();
        parts.try_reserve(columns.len()).map_err(|_| super::no_room(columns.len()))?;
        for (index, &counts) in columns.iter().enumerate() {
            match parts.last_mut().filter(|(last, _)| *last == counts) {
                Some((_, end)) => *end = index + 1,
                None => parts.push((counts, index + 1)),
            }
        }
        Ok(Self { divisors: zeros(parts.len())?, parts, row: None })
    }

    /// The means of a row of sums.
    fn divide<W: Dividend + Into<u64>>(&mut self, row: [usize; 2], sums: &[W], out: &mut [u8]) {
        if self.row != Some(row) {
            self.row = Some(row);
            for (divisors, (counts, _)) in self.divisors.iter_mut().zip(&self.parts) {
                *divisors = [0, 1].map(|of| Divisor::new((row[of] as u64).saturating_mul(counts[of] as u64)));
            }
        }
        let mut from = 0;
        for (&[colours, alpha], &(_, end)) in self.divisors.iter().zip(&self.parts) {
            let (sums, out) = (&sums[PIXEL * from..PIXEL * end], &mut out[PIXEL * from..PIXEL * end]);
            quotients(sums, out, colours);
            if alpha.divisor != colours.divisor {
                for (sums, out) in sums.chunks_exact(PIXEL).zip(out.chunks_exact_mut(PIXEL)) {
                    quotients(&sums[3..], &mut out[3..], alpha);
                }
            }
            from = end;
        }
    }
}

pub(super) fn quotients<W: Dividend + Into<u64>>(sums: &[W], out: &mut [u8], by: Divisor) {
    if by.divisor.is_power_of_two() {
        side_by_side(sums, out, |sum| sum.shifted(by));
    } else if by.factor > 0 {
        side_by_side(sums, out, |sum| sum.quotient(by));
    } else {
        sums.iter().zip(out).for_each(|(&sum, out)| *out = ((sum.into() + by.half) / by.divisor) as u8);
    }
}

/// A byte of each sum; sixteen at once, so that the compiler sees registers in them.
fn side_by_side<W: Copy>(sums: &[W], out: &mut [u8], byte: impl Fn(W) -> u8) {
    let (wide, rest) = sums.as_chunks::<16>();
    let (wide_out, rest_out) = out.as_chunks_mut::<16>();
    for (sums, out) in wide.iter().zip(wide_out) {
        *out = sums.map(&byte);
    }
    rest.iter().zip(rest_out).for_each(|(&sum, out)| *out = byte(sum));
}
