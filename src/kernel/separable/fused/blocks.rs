//! Maxima and minima of small windows whose taps lie side by side, down their columns first, which takes fewer merges. Four
//! columns of cells are read once: those that windows begin with slide in from the windows before. The first column's zero is
//! found and not the first row's, which has another sign if there are zeros of both: then a column's result is −0, and the
//! plane is done another way.

use super::sinks::{Pair, Sink};
use super::{Ahead, Axis, Columns, LINES, Present, Seen, two_rows};
use crate::kernel::InLanes;
use crate::kernel::lanes::{LANES, Lanes, Mask};
use std::array::from_fn;

/// How many cells are read of a line from the first window's first tap on: by the last four windows, or by those before them,
/// which are always followed by more.
pub(super) fn read(across: Axis) -> usize {
    let (taps, stride) = across.kind();
    let last = across.windows - LANES;
    let before = (last.div_ceil(LANES) * LANES).saturating_sub(LANES);
    let more = |window: usize, more: usize| window * stride + (stride + more) * LANES;
    more(last, usize::from(taps > stride)).max(if last > 0 { more(before, 1) } else { 0 })
}

/// Fetches as many of the cells ahead as four windows before the last ones are the first to read, in one go through memory
/// and not line by line.
///
/// # Safety
/// The windows must begin within a row.
#[inline(always)]
#[expect(unsafe_code, reason = "as for the rows")]
pub(super) unsafe fn fetch<const STRIDE: usize>(ahead: Ahead, window: usize) {
    if let Some(ahead) = ahead.filter(|_| STRIDE == 2) {
        let near = ahead.as_ptr().wrapping_add(2 * STRIDE * STRIDE * window);
        // SAFETY: what lies ahead has two rows for each that windows are apart, and a margin.
        let _ = unsafe { (near.read_volatile(), near.add(16).read_volatile()) };
    }
}

/// Two rows of windows, four side by side at a time.
pub(super) struct Blocks<'f, L, const TAPS: usize, const STRIDE: usize> {
    fold: &'f L,
    /// The window that the last four begin with.
    last: usize,
    /// Which columns have cells of those that the first four windows begin with, and the last four have.
    left: Present,
    right: [Present; 3],
    /// Whether the first and the last four windows are.
    inside: [bool; 2],
}

impl<'f, L: InLanes<Packed = Lanes>, const TAPS: usize, const STRIDE: usize> Blocks<'f, L, TAPS, STRIDE> {
    pub fn new(fold: &'f L, across: Axis, [left, right]: [usize; 2]) -> Self {
        let last = across.windows - LANES;
        let present = |from: usize| {
            let lanes = from_fn(|lane| across.cell(0, from + lane).is_some());
            lanes.contains(&false).then(|| Mask::of(lanes))
        };
        Self {
            fold,
            last,
            left: present(0),
            right: from_fn(|number| present(last * STRIDE + number * LANES)),
            inside: [left == 0, right == across.windows],
        }
    }
}

impl<L: InLanes<Packed = Lanes>, const TAPS: usize, const STRIDE: usize> Blocks<'_, L, TAPS, STRIDE> {
    /// # Safety
    /// From each pointer on there must be as many cells as are [read], and in the sink a place for every window.
    #[inline(always)]
    #[expect(unsafe_code, reason = "as for the rows")]
    pub unsafe fn across(
        &self,
        lines: [*const f32; LINES],
        pair: &mut Pair<L, impl Sink<Lanes>>,
        seen: &mut Seen,
        ahead: Ahead,
    ) {
        let Self { fold, last, left, right: [first, beside, next], inside } = *self;
        let at = |window: usize| lines.map(|line| line.wrapping_add(window * STRIDE));
        let mut reader = Reader::<L, TAPS, STRIDE> { fold, lines, seen: *seen };
        // SAFETY: no more columns are read than the caller promises, and no more windows put; those before the last four begin
        // within a row.
        unsafe {
            let mut here = reader.columns(0, left);
            let (mut window, mut is_inside) = (0, inside[0]);
            while window < last {
                reader.lines = at(window);
                fetch::<STRIDE>(ahead, window);
                let (taps, next) = reader.slide(here, [None; 2], true);
                pair.put(window, across::<L, TAPS>(fold, taps), is_inside);
                (here, window, is_inside) = (next, window + LANES, true);
            }
            reader.lines = at(last);
            // They overlap those before, or have columns without cells.
            if window > last || first.is_some() {
                here = reader.columns(0, first);
            }
            let (taps, _) = reader.slide(here, [beside, next], false);
            pair.put(last, across::<L, TAPS>(fold, taps), inside[1]);
        }
        *seen = reader.seen;
    }
}

/// Reads columns of the lines of two rows of windows, from four windows' first tap on.
struct Reader<'f, L, const TAPS: usize, const STRIDE: usize> {
    fold: &'f L,
    lines: [*const f32; LINES],
    seen: Seen,
}

impl<L: InLanes<Packed = Lanes>, const TAPS: usize, const STRIDE: usize> Reader<'_, L, TAPS, STRIDE> {
    /// Four columns.
    ///
    /// # Safety
    /// Each line must have them.
    #[inline(always)]
    #[expect(unsafe_code, reason = "as for the rows")]
    unsafe fn columns(&mut self, from: usize, present: Present) -> Columns {
        // SAFETY: the caller's promise.
        let cells = self.lines.map(|line| unsafe { Lanes::load(line.add(from)) });
        let columns = two_rows::<_, TAPS, STRIDE>(cells, L::GROUPED, |a, b| self.fold.merge(a, b));
        self.fold.note(&cells[TAPS - STRIDE..TAPS + STRIDE], &mut self.seen);
        self.seen.merged(columns);
        present.map_or(columns, |mask| columns.map(|cells| cells.or_where_not(mask, Lanes::splat(L::PADDING))))
    }

    /// The columns of each tap of four windows, whose first columns are here, and those that the next four begin with; they
    /// are none if no `more` windows follow.
    ///
    /// # Safety
    /// Each line must have them.
    #[inline(always)]
    #[expect(unsafe_code, reason = "as for the rows")]
    unsafe fn slide(&mut self, here: Columns, [beside, next]: [Present; 2], more: bool) -> ([Columns; 3], Columns) {
        // SAFETY: the caller's promise.
        unsafe {
            let beside = self.columns(LANES, beside);
            if STRIDE == 1 {
                return ([here, with(here, beside, Lanes::following), with(here, beside, Lanes::straddling)], beside);
            }
            let even = with(here, beside, Lanes::even);
            let next = if more || TAPS > STRIDE { self.columns(2 * LANES, next) } else { here };
            ([even, with(here, beside, Lanes::odd), with(even, next, Lanes::following)], next)
        }
    }
}

/// For each row, the columns of its taps merged; of two taps, the third is none.
#[inline(always)]
fn across<L: InLanes<Packed = Lanes>, const TAPS: usize>(fold: &L, [a, b, c]: [Columns; 3]) -> Columns {
    from_fn(|row| {
        let merged = fold.merge(a[row], b[row]);
        if TAPS == 2 { merged } else { fold.merge(merged, c[row]) }
    })
}

/// For each row, a column each of these and those that follow.
#[inline(always)]
fn with(here: Columns, next: Columns, pick: impl Fn(Lanes, Lanes) -> Lanes) -> Columns {
    from_fn(|row| pick(here[row], next[row]))
}
