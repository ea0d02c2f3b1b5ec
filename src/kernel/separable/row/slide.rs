//! Windows at every position of a row, in registers that slide along it as it lies in its plane: each cell is read once, and
//! what neighbouring windows share is merged once and waits nowhere.

use crate::kernel::lanes::{LANES, Lanes, Mask};

/// What is merged of the cells that were read last.
pub(super) trait Latest {
    /// So many registers of cells are read before those that complete the first windows.
    const AHEAD: usize;
    /// What stands on padding.
    const PADDING: f32;

    /// Cells as they are merged. Takes note of them as they lie in the row.
    fn read<const COUNT: usize>(&mut self, cells: [Lanes; COUNT]) -> [Lanes; COUNT];

    /// Goes on by four cells, and gives four windows that these and those before complete.
    fn and(&mut self, cells: Lanes) -> Lanes;
}

/// Fills `out` with windows, of a row with so much padding before it, and as much after it as they need. It must have
/// [as many](Latest::AHEAD) registers of cells as are read ahead.
#[inline(always)]
pub(super) fn slide<L: Latest>(latest: &mut L, row: &[f32], before: usize, out: &mut [f32]) {
    let padding = Lanes::splat(L::PADDING);
    let (whole, rest) = row.as_chunks::<LANES>();
    let (first, cells) = whole.split_at(const { L::AHEAD });
    // Windows that begin before the row: those far from it have none of its cells.
    let near = before.min(L::AHEAD * LANES);
    let (left, out) = out.split_at_mut(before);
    let (far, left) = left.split_at_mut(before - near);
    far.fill(L::PADDING);
    let (part, left) = left.as_rchunks_mut::<LANES>();
    let lacking = L::AHEAD - left.len();
    for (number, cells) in first.iter().enumerate() {
        let [cells] = latest.read([Lanes::of(*cells)]);
        let values = latest.and(cells).values();
        match number.checked_sub(lacking) {
            Some(number) => left[number] = values,
            None => part.iter_mut().rev().zip(values.into_iter().rev()).for_each(|(out, value)| *out = value),
        }
    }
    let (turns, ends) = cells.as_chunks::<4>();
    let (middle, right) = out.split_at_mut(turns.as_flattened().len() * LANES);
    for (out, cells) in middle.as_chunks_mut::<LANES>().0.as_chunks_mut::<4>().0.iter_mut().zip(turns) {
        for (out, cells) in out.as_chunks_mut::<2>().0.iter_mut().zip(cells.as_chunks::<2>().0) {
            let [a, b] = latest.read(cells.map(Lanes::of));
            out[0] = latest.and(a).values();
            out[1] = latest.and(b).values();
        }
    }
    let mut last = [0.0; LANES];
    last.iter_mut().zip(rest).for_each(|(last, cell)| *last = *cell);
    let inside = Mask::of(std::array::from_fn(|lane| lane < rest.len()));
    let (right, part) = right.as_chunks_mut::<LANES>();
    for number in 0..=right.len() {
        let cells = match ends.get(number) {
            Some(cells) => latest.read([Lanes::of(*cells)])[0],
            None if number == ends.len() => latest.read([Lanes::of(last)])[0].or_where_not(inside, padding),
            None => padding,
        };
        let values = latest.and(cells).values();
        match right.get_mut(number) {
            Some(out) => *out = values,
            None => part.iter_mut().zip(values).for_each(|(out, value)| *out = value),
        }
    }
}
