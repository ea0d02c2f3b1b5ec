//! Windows down an axis whose slabs are merged in the order of their [terms], each run of them once: with every new slab,
//! each level gets the run of 3, 9, 27, … that ends with it, and a window is merged of runs that end in it. For sums all of
//! that is done strip by strip: what is merged waits in registers for the level above, and a window is divided as it is
//! written.

use super::apart;
use super::columns::Make;
use crate::geometry::{AxisPlan, Even};
use crate::kernel::lanes::{LANES, Lanes};
use crate::kernel::rows::{merge_3, merge_all};
use crate::kernel::terms::terms;
use crate::kernel::{Fold, InLanes, Sum};
use std::array::from_fn;

/// So many registers are worked on at a time.
const REGISTERS: usize = 4;

/// So many cells: a cache line of them.
const STRIP: usize = REGISTERS * LANES;

/// In bytes.
const CACHE_LINE: usize = 64;

/// How a fold merges what a new slab brings, if it does so strip by strip; and whether it finishes windows.
pub(crate) type Strips<F> = fn(&F, bool, &Found, &mut [<F as Fold>::Acc], &mut [<F as Fold>::Acc]);

pub(super) struct Runs {
    even: Even,
    step: usize,
    extent: usize,
    /// How many cells lie between the beginnings of two slabs.
    pitch: usize,
    levels: Vec<Level>,
    /// The parts of a window: their level, and how far their end is before the window's.
    parts: Vec<(usize, usize)>,
    found: Found,
}

/// Runs of 3ⁿ slabs: where theirs begin among all, and how many take turns.
struct Level {
    begin: usize,
    count: usize,
}

/// What there is to be merged at a position. Slabs are told by their first cell.
pub(crate) struct Found {
    /// How many cells a slab has.
    inner: usize,
    /// The slab of that position.
    new: usize,
    /// For each level above, the first two thirds of the run that ends there, and where it goes.
    merges: Vec<[usize; 3]>,
    /// The parts of the window that ends there, if one does.
    parts: Vec<usize>,
}

impl Runs {
    /// `bytes` are those of a cell.
    pub fn new(axis: &AxisPlan, even: Even, inner: usize, bytes: usize) -> Self {
        let (taps, step) = (even.taps, axis.step);
        let place = |(size, begin): (usize, usize)| (size.ilog(3) as usize, (taps - begin - size) * step);
        let parts: Vec<_> = terms(taps).map(place).collect();
        let top = parts.first().map_or(0, |part| part.0);
        let (mut levels, mut begin) = (Vec::new(), 0);
        for level in 0..=top {
            // The level above is merged of three.
            let thirds = if level < top { 2 * 3usize.pow(level as u32) * step } else { 0 };
            let own = parts.iter().filter(|part| part.0 == level).map(|part| part.1).max();
            let count = own.unwrap_or(0).max(thirds) + 1;
            levels.push(Level { begin, count });
            begin += count;
        }
        // Whole strips, and an odd number of them: slabs that are a power of two apart share few places of a cache. One
        // more, since they begin where a line of it does.
        let pitch = apart(((inner.div_ceil(STRIP) + 1) | 1) * STRIP, bytes);
        let found = Found { inner, new: 0, merges: Vec::with_capacity(top), parts: Vec::with_capacity(parts.len()) };
        Self { even, step, extent: axis.extent, pitch, levels, parts, found }
    }

    /// How many slabs there are.
    pub fn count(&self) -> usize {
        self.levels.last().map_or(0, |level| level.begin + level.count)
    }

    pub fn pitch(&self) -> usize {
        self.pitch
    }

    /// `finish` is for what merges strips.
    pub fn reduce<'o, F: Fold>(
        &mut self,
        (fold, finish): (&F, bool),
        slabs: &mut [F::Acc],
        out: impl Iterator<Item = (usize, &'o mut [F::Acc])>,
        temporary: &mut [F::Acc],
        make: &mut Make<F::Acc>,
        done: &mut dyn FnMut(usize, &mut [F::Acc]),
    ) where
        F::Acc: 'o,
    {
        let begin = slabs.as_ptr().align_offset(CACHE_LINE);
        let slabs = &mut slabs[if begin < STRIP { begin } else { 0 }..];
        let mut next = 0;
        for (number, out) in out {
            let last = number * self.even.stride + (self.even.taps - 1) * self.step;
            while next <= last {
                self.find(next, next == last);
                let slab = &mut slabs[self.found.new..][..self.found.inner];
                match usize::try_from(self.even.origin + next as isize) {
                    Ok(cell) if cell < self.extent => make(cell, slab, temporary),
                    _ => slab.fill(fold.nothing()),
                }
                match fold.strips() {
                    Some(strips) => strips(fold, finish, &self.found, slabs, out),
                    None => self.found.merge(fold, slabs, out),
                }
                next += 1;
            }
            done(number, out);
        }
    }

    /// Finds what there is to be merged at a position, and a window's parts if one ends there.
    fn find(&mut self, position: usize, window: bool) {
        let Self { step, pitch, levels, parts, found, .. } = self;
        let slab = |level: usize, position: usize| {
            let Level { begin, count } = levels[level];
            (begin + position % count) * *pitch
        };
        found.new = slab(0, position);
        found.merges.clear();
        let mut third = *step;
        for level in 1..levels.len() {
            // The first runs are as long as all slabs until there.
            if position < 3 * third - *step {
                break;
            }
            let below = |back: usize| slab(level - 1, position - back);
            found.merges.push([below(2 * third), below(third), slab(level, position)]);
            third *= 3;
        }
        found.parts.clear();
        let parts = parts.iter().filter(|_| window);
        found.parts.extend(parts.map(|&(level, back)| slab(level, position - back)));
    }
}

impl Found {
    /// Level by level.
    fn merge<F: Fold>(&self, fold: &F, slabs: &mut [F::Acc], window: &mut [F::Acc]) {
        let mut newest = self.new;
        for &[first, second, to] in &self.merges {
            // What is written lies after what is read.
            let (read, written) = slabs.split_at_mut(to);
            merge_3(fold, &mut written[..self.inner], [first, second, newest].map(|slab| &read[slab..][..self.inner]));
            newest = to;
        }
        if !self.parts.is_empty() {
            merge_all(fold, window, self.parts.iter().map(|&part| &slabs[part..][..self.inner]));
        }
    }
}

/// [`Strips`] of sums, four cells to a register.
#[inline(never)]
pub(crate) fn strips(fold: &Sum<f32>, finish: bool, found: &Found, slabs: &mut [f32], window: &mut [f32]) {
    let width = found.inner.next_multiple_of(STRIP);
    let all = found.merges.as_flattened().iter().chain(&found.parts).chain([&found.new]);
    assert!(all.max().is_some_and(|&last| last + width <= slabs.len()), "a slab is whole strips");
    assert!(found.inner == window.len(), "a window for every cell");
    let new = found.new;
    // SAFETY: that is so.
    #[expect(unsafe_code, reason = "checks of bounds for each strip would cost as much as its sums")]
    unsafe {
        match (&*found.merges, &*found.parts) {
            // What windows of 7, 15 and 31 slabs are merged of, and others: with loops of a known length.
            (&[a], &[p, q, last]) if last == new => strips_of::<true>(fold, finish, (new, [a], [p, q]), slabs, window),
            (&[a, b], &[p, q, r]) => strips_of::<false>(fold, finish, (new, [a, b], [p, q, r]), slabs, window),
            (&[a, b, c], &[p, q, last]) if last == new => {
                strips_of::<true>(fold, finish, (new, [a, b, c], [p, q]), slabs, window);
            }
            (merges, parts) => strips_of::<false>(fold, finish, (new, merges, parts), slabs, window),
        }
    }
}

/// A new slab, merges, and a window's parts, as [`Found`] has them; the new slab may be a part too, and is the last one then.
type Strip<M, P> = (usize, M, P);

/// All strips, into what there is of the window.
///
/// # Safety
/// The slabs must be whole strips, and lie where there are any.
#[expect(unsafe_code, reason = "as above")]
unsafe fn strips_of<const AND_NEW: bool>(
    fold: &Sum<f32>,
    finish: bool,
    strip: Strip<impl AsRef<[[usize; 3]]>, impl AsRef<[usize]>>,
    slabs: &mut [f32],
    window: &mut [f32],
) {
    let (whole, rest) = window.as_chunks_mut::<STRIP>();
    let mut end = [0.0; STRIP];
    // SAFETY: the caller's promise; and what is written to has room for so many strips.
    unsafe {
        let slabs = slabs.as_mut_ptr();
        some_strips::<AND_NEW>(fold, finish, &strip, slabs, whole.len(), whole.as_mut_ptr().cast());
        if !rest.is_empty() {
            some_strips::<AND_NEW>(fold, finish, &strip, slabs.add(whole.len() * STRIP), 1, end.as_mut_ptr());
        }
    }
    if AND_NEW || !strip.2.as_ref().is_empty() {
        rest.copy_from_slice(&end[..rest.len()]);
    }
}

/// So many strips, from the first of these slabs on, into what there is of the window.
///
/// # Safety
/// The slabs that are found and `to` must have room for so many strips.
#[inline(never)]
#[expect(unsafe_code, reason = "as above")]
unsafe fn some_strips<const AND_NEW: bool>(
    fold: &Sum<f32>,
    finish: bool,
    (new, merges, parts): &Strip<impl AsRef<[[usize; 3]]>, impl AsRef<[usize]>>,
    slabs: *mut f32,
    count: usize,
    to: *mut f32,
) {
    let (merges, parts, by) = (merges.as_ref(), parts.as_ref(), Lanes::splat(fold.divisor));
    for at in (0..count * STRIP).step_by(STRIP) {
        // SAFETY: the caller's promise.
        unsafe {
            let load = |slab: usize, register: usize| Lanes::load(slabs.add(slab + at).add(register * LANES));
            let new: [Lanes; REGISTERS] = from_fn(|register| load(*new, register));
            let mut merged = new;
            for &[first, second, to] in merges {
                for (register, merged) in merged.iter_mut().enumerate() {
                    *merged = load(first, register) + load(second, register) + *merged;
                    merged.store(slabs.add(to + at).add(register * LANES));
                }
            }
            let Some((&first, others)) = parts.split_first() else { continue };
            let mut merged: [Lanes; REGISTERS] = from_fn(|register| load(first, register));
            for &other in others {
                for (register, merged) in merged.iter_mut().enumerate() {
                    *merged = *merged + load(other, register);
                }
            }
            for (register, merged) in merged.into_iter().enumerate() {
                let merged = if AND_NEW { merged + new[register] } else { merged };
                let merged = if finish { InLanes::finish(fold, merged, by) } else { merged };
                merged.store(to.add(at + register * LANES));
            }
        }
    }
}
