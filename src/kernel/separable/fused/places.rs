//! The best cells of small windows, and their places in the plane. The cells of a line are compared first and then the lines:
//! so the first of equals is found without a look at what was equal, and zeros of either sign are told apart.
//!
//! Nothing slides on from window to window but a sum: values and places of columns are twice as much as values alone, and
//! more than there are registers. So each line is read anew, two registers of cells or three.

use super::blocks::fetch;
use super::sinks::{Pair, Sink};
use super::{Across, Ahead, Axis, LINES, Seen, Small, two_rows};
use crate::kernel::Results;
use crate::kernel::lanes::{LANES, Lanes, Mask, Whole};
use std::array::from_fn;

/// The best cells of four windows, and their places.
type Chosen = (Lanes, Whole);

struct Placed;

impl Results for Placed {
    type Packed = Chosen;

    fn has_foreign(&self, seen: Seen) -> bool {
        seen.any()
    }
}

impl Small<'_> {
    /// The largest cells of a plane's windows, and their places. Says whether they are right: with a NaN they may not be, nor
    /// where nothing is larger than padding.
    pub(crate) fn places(&mut self, cells: &[f32], values: &mut [f32], places: &mut [i32]) -> bool {
        let (across, edges, seen) = (self.across, self.edges, Seen::nothing());
        let sink = &mut Places { values, places };
        let foreign = match across.kind() {
            (2, _) => self.rows::<_, 2, 2>(&Placed, cells, sink, seen, Blocks::<2, 2>::new(across, edges)),
            (_, 2) => self.rows::<_, 3, 2>(&Placed, cells, sink, seen, Blocks::<3, 2>::new(across, edges)),
            _ => self.rows::<_, 3, 1>(&Placed, cells, sink, seen, Blocks::<3, 1>::new(across, edges)),
        };
        !foreign && !self.any_padding(values)
    }

    /// Whether some window that reads padding found nothing better: its place may be there.
    fn any_padding(&self, values: &[f32]) -> bool {
        let [down, across] = [self.down, self.across].map(Axis::inside);
        values.chunks_exact(self.across.windows).enumerate().any(|(row, values)| {
            let inside = if down.contains(&row) { across.clone() } else { 0..0 };
            // One by one: there are few.
            (0..inside.start).chain(inside.end..values.len()).any(|window| values[window] == f32::NEG_INFINITY)
        })
    }
}

/// Takes values and places apart.
struct Places<'p> {
    values: &'p mut [f32],
    places: &'p mut [i32],
}

impl Sink<Chosen> for Places<'_> {
    fn room(&self) -> usize {
        self.values.len().min(self.places.len())
    }

    // SAFETY: as the trait says.
    #[expect(unsafe_code, reason = "as the trait's")]
    unsafe fn four(&mut self, at: usize, _place: isize, (values, places): Chosen, _by: Lanes) {
        // SAFETY: the caller's promise is about both lists.
        unsafe {
            values.store(self.values.as_mut_ptr().add(at));
            places.store(self.places.as_mut_ptr().add(at));
        }
    }
}

/// Two rows of windows, four side by side at a time.
struct Blocks<const TAPS: usize, const STRIDE: usize> {
    width: i32,
    /// The window that the last four begin with.
    last: usize,
    /// Whether the first four read padding.
    left: bool,
    /// Which taps of the first and of the last four windows have cells.
    present: [[Mask; TAPS]; 2],
}

impl<const TAPS: usize, const STRIDE: usize> Blocks<TAPS, STRIDE> {
    fn new(across: Axis, [left, _]: [usize; 2]) -> Self {
        let last = across.windows - LANES;
        let cells = |window: usize, tap| Mask::of(from_fn(|lane| across.cell(window + lane, tap).is_some()));
        let present = [0, last].map(|window| from_fn(|tap| cells(window, tap)));
        Self { width: across.extent as i32, last, left: left > 0, present }
    }

    /// Of one line; with how far before it the first cell is, a number that is not positive.
    #[inline(always)]
    fn of_line(cells: [Lanes; TAPS]) -> (Lanes, Whole) {
        let one = Whole::of([-1; LANES]);
        if TAPS == 2 {
            return (cells[0].pmax(cells[1]), one.only(cells[0].less(cells[1])));
        }
        let (after, third) = (cells[1].pmax(cells[2]), one.only(cells[1].less(cells[2])));
        let later = cells[0].less(after);
        (cells[0].pmax(after), one.only(later) + third.only(later))
    }

    /// Four windows of either row, from lines that begin with the first one's first tap; `firsts` are the first taps' places.
    ///
    /// # Safety
    /// Each line must have what they read.
    #[inline(always)]
    #[expect(unsafe_code, reason = "as for the rows")]
    unsafe fn four(
        &self,
        lines: [*const f32; LINES],
        present: Option<&[Mask; TAPS]>,
        firsts: Whole,
        seen: &mut Seen,
    ) -> [Chosen; 2] {
        let best = from_fn(|line| {
            if line >= TAPS + STRIDE {
                return (Lanes::splat(f32::NEG_INFINITY), firsts);
            }
            // SAFETY: the caller's promise.
            let mut cells: [Lanes; TAPS] = unsafe { taps::<TAPS, STRIDE>(lines[line]) };
            if line >= TAPS - STRIDE {
                // What further taps read is what further windows' first ones do.
                seen.cells(if present.is_some() { &cells } else { &cells[..STRIDE] });
            }
            if let Some(present) = present {
                cells = from_fn(|tap| cells[tap].or_where_not(present[tap], Lanes::splat(f32::NEG_INFINITY)));
            }
            let (best, before) = Self::of_line(cells);
            (best, before - Whole::of([self.width * line as i32; LANES]))
        });
        let rows = two_rows::<_, TAPS, STRIDE>(best, true, |(a, before_a), (b, before_b)| {
            (a.pmax(b), before_a.least(before_b.only(a.less(b))))
        });
        rows.map(|(best, before)| (best, firsts - before))
    }

    /// The same, and puts them, where some taps may have no cells and no further windows follow.
    ///
    /// # Safety
    /// As for [`across`](Across::across).
    #[inline(never)]
    #[expect(unsafe_code, reason = "as for the rows")]
    unsafe fn at_an_edge(
        &self,
        lines: &[*const f32; LINES],
        window: usize,
        pair: &mut Pair<Placed, impl Sink<Chosen>>,
        seen: &mut Seen,
    ) {
        let firsts = places::<STRIDE>(pair.place, window);
        let lines = lines.map(|line| line.wrapping_add(window * STRIDE));
        // SAFETY: the caller's promise.
        unsafe { pair.put(window, self.four(lines, Some(&self.present[usize::from(window > 0)]), firsts, seen), true) };
    }
}

/// The cells of four windows of a line, tap by tap.
///
/// # Safety
/// There must be three cells for each register of them.
#[inline(always)]
#[expect(unsafe_code, reason = "as for the rows")]
unsafe fn taps<const TAPS: usize, const STRIDE: usize>(line: *const f32) -> [Lanes; TAPS] {
    // SAFETY: the caller's promise.
    let lanes = |number: usize| unsafe { Lanes::load(line.add(number * LANES)) };
    let (a, b) = (lanes(0), lanes(1));
    let first = if STRIDE == 1 { a } else { a.even(b) };
    from_fn(|tap| match (tap, STRIDE) {
        (0, _) => first,
        (1, 1) => a.following(b),
        (_, 1) => a.straddling(b),
        (1, _) => a.odd(b),
        _ => first.following(lanes(2)),
    })
}

/// The places of four windows' first taps.
#[inline(always)]
fn places<const STRIDE: usize>(place: isize, window: usize) -> Whole {
    let first = place as i32 + (window * STRIDE) as i32;
    Whole::of(from_fn(|lane| first + (lane * STRIDE) as i32))
}

impl<const TAPS: usize, const STRIDE: usize> Across<Placed> for Blocks<TAPS, STRIDE> {
    // SAFETY: as the trait says.
    #[inline(always)]
    #[expect(unsafe_code, reason = "as the trait's")]
    unsafe fn across(
        &mut self,
        lines: [*const f32; LINES],
        pair: &mut Pair<Placed, impl Sink<Chosen>>,
        seen: &mut Seen,
        ahead: Ahead,
    ) {
        let step = Whole::of([(LANES * STRIDE) as i32; LANES]);
        let mut window = 0;
        // SAFETY: no more columns are read than the caller promises, and no more windows put.
        unsafe {
            if self.left && self.last > 0 {
                self.at_an_edge(&lines, 0, pair, seen);
                window = LANES;
            }
            let (mut firsts, mut noted) = (places::<STRIDE>(pair.place, window), *seen);
            while window < self.last {
                fetch::<STRIDE>(ahead, window);
                let lines = lines.map(|line| line.wrapping_add(window * STRIDE));
                pair.put(window, self.four(lines, None, firsts, &mut noted), true);
                (window, firsts) = (window + LANES, firsts + step);
            }
            *seen = noted;
            self.at_an_edge(&lines, self.last, pair, seen);
        }
    }
}
