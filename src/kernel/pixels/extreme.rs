//! The largest or smallest byte of each channel in every window.
//!
//! A merge may see a cell twice, so a window of any length is merged of two shorter ones that cover it, each a power of two
//! long; and those of a length are merged of two neighbours of half of it. It costs one merge for each doubling, whatever
//! the geometry (a sparse table; M. Bender and M. Farach-Colton, *The LCA Problem Revisited*, 2000).

use super::{PIXEL, Picture, Run, lanes, runs, two_by_two, zeros};
use crate::error::Result;
use crate::geometry::Span;

/// Which one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extreme {
    Largest,
    Smallest,
}

/// As many bytes of partly merged rows are kept in hand, if that are two windows' rows.
const IN_HAND: usize = 1 << 20;

/// The extremes of all windows; whether that goes for alpha too, since all of it is 255 and no window is without cells.
/// One without gives 0 for the largest and 255 for the smallest.
pub(crate) fn extreme(of: Extreme, picture: Picture, out: &mut [u8]) -> Result<bool> {
    // min(a, b) = !max(!a, !b), and one more operation beside those that wait for memory costs nothing.
    let flip = if of == Extreme::Largest { 0 } else { u8::MAX };
    let spans = &picture.rows.spans;
    let mut across = Across::new(picture, flip)?;
    let nothing_empty = spans.iter().chain(&picture.columns.spans).all(|span| span.len > 0);
    let mut opaque = Opaque { seen: 0..0, so_far: nothing_empty };
    let longest = picture.rows.longest();
    let taps = spans.iter().fold(0usize, |taps, span| taps.saturating_add(span.len));
    let doublings = half(longest).trailing_zeros() as usize + 1;
    if taps <= picture.rows.extent.saturating_mul(doublings) || longest < 4 {
        let mut common = [u8::MAX; 4 * PIXEL];
        for (span, out) in spans.iter().zip(out.chunks_exact_mut(picture.row_out().max(1))) {
            if !two_by_two(picture, span, &across.runs, out, |rows| lanes::extremes(rows, flip, &mut common)) {
                opaque.look(picture, span);
                across.one_by_one(picture, span);
                across.finish(out);
            }
        }
        opaque.so_far &= common.chunks_exact(PIXEL).all(|pixel| pixel[3] == u8::MAX);
    } else {
        let mut block = Block::new(picture, longest, flip)?;
        let mut from = 0;
        while from < spans.len() {
            let to = block.begin(picture, from);
            spans[from..to].iter().for_each(|span| opaque.look(picture, span));
            block.outputs(picture, from..to, &mut across, out);
            from = to;
        }
    }
    Ok(opaque.so_far)
}

/// The power of two that is at least half of a window's length, and below it where the window has more than one cell.
fn half(len: usize) -> usize {
    if len < 2 { 1 } else { 1 << (len - 1).ilog2() }
}

/// The extreme of each pair of bytes.
#[inline(never)]
fn merge(out: &mut [u8], a: &[u8], b: &[u8], flip: u8) {
    for ((out, &a), &b) in out.iter_mut().zip(a).zip(b) {
        *out = (a ^ flip).max(b ^ flip) ^ flip;
    }
}

/// Whether pixels are opaque, found out row by row just before they are read for good.
struct Opaque {
    /// The rows that were looked at last.
    seen: std::ops::Range<usize>,
    so_far: bool,
}

impl Opaque {
    fn look(&mut self, picture: Picture, span: &Span) {
        if !self.so_far || span.len == 0 {
            return;
        }
        let end = span.start + (span.len - 1) * picture.rows.step + 1;
        if span.start < self.seen.start || span.start > self.seen.end {
            self.seen = span.start..span.start;
        }
        if end > self.seen.end {
            let rows = &picture.pixels[self.seen.end * picture.row_len()..end * picture.row_len()];
            self.so_far = opaque(rows);
            self.seen.end = end;
        }
    }
}

fn opaque(pixels: &[u8]) -> bool {
    const WIDE: usize = 16 * PIXEL;
    let (wide, rest) = pixels.split_at(pixels.len() - pixels.len() % WIDE);
    let mut all = [255; WIDE];
    for pixels in wide.chunks_exact(WIDE) {
        all.iter_mut().zip(pixels).for_each(|(all, byte)| *all &= byte);
    }
    all.chunks_exact(PIXEL).chain(rest.chunks_exact(PIXEL)).all(|pixel| pixel[3] == 255)
}

/// The way along a row that is merged already.
struct Across {
    runs: Vec<Run>,
    step: usize,
    longest: usize,
    flip: u8,
    /// The row, and what is made of it, in turns.
    row: Vec<u8>,
    next: Vec<u8>,
}

impl Across {
    fn new(picture: Picture, flip: u8) -> Result<Self> {
        let runs = runs(picture.columns)?;
        let longest = runs.iter().map(|run| run.len).max().unwrap_or(0);
        let (row, next) = (zeros(picture.row_len())?, zeros(picture.row_len())?);
        Ok(Self { runs, step: picture.columns.step, longest, flip, row, next })
    }

    /// Merges a window's rows.
    fn one_by_one(&mut self, picture: Picture, span: &Span) {
        let mut rows = span.positions(picture.rows.step).map(|at| picture.row(at));
        let Some(first) = rows.next() else { return self.row.fill(self.flip) };
        merge(&mut self.row, first, rows.next().unwrap_or(first), self.flip);
        for row in rows {
            std::mem::swap(&mut self.row, &mut self.next);
            merge(&mut self.row, &self.next, row, self.flip);
        }
    }

    /// Merges the row's windows into an output row.
    fn finish(&mut self, out: &mut [u8]) {
        let mut reach = 1;
        loop {
            for run in self.runs.iter().filter(|run| half(run.len) == reach) {
                let out = &mut out[PIXEL * run.to..][..PIXEL * run.count];
                if run.len == 0 {
                    out.fill(self.flip);
                    continue;
                }
                let a = &self.row[PIXEL * run.start..];
                let b = &a[PIXEL * self.step * (run.len - reach)..];
                if run.stride == 1 {
                    merge(out, a, b, self.flip);
                } else {
                    merge_some(out, a, b, run.stride, self.flip);
                }
            }
            if reach >= half(self.longest) {
                return;
            }
            merge(&mut self.next, &self.row, &self.row[PIXEL * self.step * reach..], self.flip);
            std::mem::swap(&mut self.row, &mut self.next);
            reach *= 2;
        }
    }
}

/// The extreme of each pair of every `stride`-th pixel.
#[inline(never)]
fn merge_some(out: &mut [u8], a: &[u8], b: &[u8], stride: usize, flip: u8) {
    let largest = |a: u8, b: u8| (a ^ flip).max(b ^ flip) ^ flip;
    let mut done = 0;
    if stride == 2 {
        // So that the compiler sees registers in it.
        let pairs = a.as_chunks::<{ 8 * PIXEL }>().0.iter().zip(b.as_chunks::<{ 8 * PIXEL }>().0);
        for (out, (a, b)) in out.as_chunks_mut::<{ 4 * PIXEL }>().0.iter_mut().zip(pairs) {
            let second = |at: usize| at / PIXEL * 2 * PIXEL + at % PIXEL;
            *out = std::array::from_fn(|at| largest(a[second(at)], b[second(at)]));
            done += 4;
        }
    }
    let pairs = a.chunks(PIXEL * stride).zip(b.chunks(PIXEL * stride));
    for (out, (a, b)) in out.chunks_exact_mut(PIXEL).zip(pairs).skip(done) {
        merge(out, a, b, flip);
    }
}

/// Rows that were merged with some that follow, for outputs whose windows share most of theirs.
struct Block {
    rows: Vec<u8>,
    most: usize,
    flip: u8,
    /// The picture's rows that it has.
    start: usize,
    end: usize,
}

impl Block {
    fn new(picture: Picture, longest: usize, flip: u8) -> Result<Self> {
        let extent = (longest - 1) * picture.rows.step + 1;
        let most = (IN_HAND / picture.row_len()).max(2 * extent).min(picture.rows.extent);
        Ok(Self { rows: zeros(most * picture.row_len())?, most, flip, start: 0, end: 0 })
    }

    /// Takes outputs from this one on, as many as there is room for their windows; the first that is left.
    fn begin(&mut self, picture: Picture, from: usize) -> usize {
        let to = from + picture.rows.within(from, self.most);
        [self.start, self.end] = picture.rows.cells_of([from, to]);
        to
    }

    fn outputs(&mut self, picture: Picture, outputs: std::ops::Range<usize>, across: &mut Across, out: &mut [u8]) {
        let (len, row_out, step) = (picture.row_len(), picture.row_out(), picture.rows.step);
        let spans = &picture.rows.spans[outputs.clone()];
        let longest = half(spans.iter().map(|span| span.len).max().unwrap_or(0));
        let mut reach = 1;
        loop {
            for (span, index) in spans.iter().zip(outputs.clone()).filter(|(span, _)| half(span.len) == reach) {
                if reach == 1 {
                    across.one_by_one(picture, span);
                } else {
                    let a = &self.rows[(span.start - self.start) * len..];
                    merge(&mut across.row, a, &a[(span.len - reach) * step * len..], self.flip);
                }
                across.finish(&mut out[index * row_out..][..row_out]);
            }
            if reach >= longest {
                return;
            }
            let apart = reach * step;
            for at in 0..(self.end - self.start).saturating_sub((2 * reach - 1) * step) {
                if reach == 1 {
                    let [a, b] = [at, at + apart].map(|at| picture.row(self.start + at));
                    merge(&mut self.rows[at * len..][..len], a, b, self.flip);
                } else {
                    let (a, b) = self.rows.split_at_mut((at + apart) * len);
                    in_place(&mut a[at * len..][..len], b, self.flip);
                }
            }
            reach *= 2;
        }
    }
}

#[inline(never)]
fn in_place(a: &mut [u8], b: &[u8], flip: u8) {
    for (a, &b) in a.iter_mut().zip(b) {
        *a = (*a ^ flip).max(b ^ flip) ^ flip;
    }
}
