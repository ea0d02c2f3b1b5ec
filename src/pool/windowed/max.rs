//! Max pooling.
//!
//! PyTorch's rules (ATen `MaxPoolKernel.cpp`): a cell replaces the winner if it is greater, or is a NaN. So the first
//! of equal cells wins and the last of several NaNs; both survive merging in any grouping that keeps the order, which
//! is why the separable kernel gives the same winner as a walk over the window.

mod lanes;

use crate::error::Result;
use crate::kernel::fused::{self, Small};
use crate::kernel::{
    Apart, Fold, Neighbours, OnePlane, Planes, Reducer, Scratch, ToTheLargest, WayBack, clear_for, largest,
    largest_apart, reduce, to_the_best,
};
use crate::pool::arithmetic::{Arithmetic, Back, Gradient, Picked, Room};
use crate::pool::shapes::Shapes;
use lanes::Best;

pub(in crate::pool) struct Max;

impl Arithmetic for Max {
    fn picks(&self) -> bool {
        true
    }

    fn select(&self, cells: &[f32], shapes: &Shapes, picked: Picked<f32>, room: &mut Room) -> Result<()> {
        select(false, cells, shapes, picked, room)
    }

    fn forward(&self, cells: &[f32], shapes: &Shapes, values: &mut [f32], room: &mut Room) -> Result<()> {
        forward(cells, shapes, values, &mut room.floats, &mut room.winners)
    }
}

impl Gradient for Max {
    fn backward_into(&self, back: Back, shapes: &Shapes, room: &mut Room) -> Result<()> {
        self::back::<false>(self, back, shapes, room)
    }
}

/// Every window's gradient to its winner. Of small windows it is not looked for first.
pub(super) fn back<const SMALLEST: bool>(
    method: &dyn Gradient,
    back: Back,
    shapes: &Shapes,
    room: &mut Room,
) -> Result<()> {
    let Some([rows, columns]) = shapes.squares() else {
        return overlapping(method, SMALLEST, back, shapes, room);
    };
    let Back { cells, grad_output, grad_input } = back;
    let (width, windows) = (columns.extent, columns.spans.len());
    let planes = cells.chunks_exact(shapes.plane_in).zip(grad_output.chunks_exact(shapes.plane_out));
    for ((plane, gradients), target) in planes.zip(grad_input.chunks_exact_mut(shapes.plane_in)) {
        let mut any_nan = false;
        let read = rows.spans.len() * 2 * width;
        let twos = plane.chunks_exact(2 * width).zip(gradients.chunks_exact(windows));
        for ((plane, gradients), target) in twos.zip(target.chunks_exact_mut(2 * width)) {
            let ((above, below), (to_above, to_below)) = (plane.split_at(width), target.split_at_mut(width));
            any_nan |= to_the_best::<SMALLEST>([above, below], gradients, [to_above, to_below]);
            for unread in [to_above, to_below] {
                unread[2 * windows..].fill(0.0);
            }
        }
        target[read..].fill(0.0);
        if any_nan {
            let back = Back { cells: plane, grad_output: gradients, grad_input: target };
            method.scatter(back, &shapes.of_one_plane(), room)?;
        }
    }
    Ok(())
}

/// The same where small windows may overlap.
fn overlapping(method: &dyn Gradient, smallest: bool, back: Back, shapes: &Shapes, room: &mut Room) -> Result<()> {
    let mut passes = std::mem::take(&mut room.passes);
    let Some(mut small) = WayBack::new(&shapes.plan, &mut passes)? else {
        room.passes = passes;
        return method.scatter(back, shapes, room);
    };
    // The smallest is the largest of negated cells.
    let mut negated = std::mem::take(&mut room.values);
    clear_for(&mut negated, if smallest { shapes.plane_in } else { 0 }, 1)?;
    let one_plane = shapes.of_one_plane();
    let planes = back.cells.chunks_exact(shapes.plane_in).zip(back.grad_output.chunks_exact(shapes.plane_out));
    for ((cells, grad_output), grad_input) in planes.zip(back.grad_input.chunks_exact_mut(shapes.plane_in)) {
        let fill = &mut |row: usize, values: &mut [f32]| {
            values.copy_from_slice(&grad_output[row * values.len()..][..values.len()]);
        };
        if smallest {
            negated.clear();
            negated.extend(cells.iter().map(|cell| -cell));
        }
        let looked_at = if smallest { &negated } else { cells };
        if !small.give::<ToTheLargest>(OnePlane { cells: looked_at, target: grad_input, fill }) {
            method.scatter(Back { cells, grad_output, grad_input }, &one_plane, room)?;
        }
    }
    (room.passes, room.values) = (passes, negated);
    Ok(())
}

/// The largest cell of those that are numbers; or the smallest, as −max(−x). With NaNs, it would take three instructions
/// more: what few planes have any are done again, by way of [`Winner`].
struct Extreme {
    /// What turns the sign of a cell, if anything does.
    sign: u32,
    /// Whether the cells of a row come first, always: then zeros of both signs are told apart too.
    rows_first: bool,
}

impl Extreme {
    fn new(smallest: bool) -> Self {
        Self { sign: if smallest { 1 << 31 } else { 0 }, rows_first: false }
    }

    fn turned(&self, cell: f32) -> f32 {
        f32::from_bits(cell.to_bits() ^ self.sign)
    }
}

impl Fold for Extreme {
    const SIDE_BY_SIDE: bool = true;
    const IDEMPOTENT: bool = true;
    type Input = f32;
    type Acc = f32;

    fn empty(&self) -> f32 {
        f32::NEG_INFINITY
    }

    fn lift(&self, cell: f32, _at: usize) -> f32 {
        self.turned(cell)
    }

    fn merge(&self, a: f32, b: f32) -> f32 {
        if b > a { b } else { a }
    }

    fn as_lifted<'r>(&self, row: &'r [f32]) -> Option<&'r [f32]> {
        (self.sign == 0).then_some(row)
    }

    fn is_foreign(&self, cell: f32) -> bool {
        cell.is_nan()
    }

    fn fused(&self) -> Option<(f32, fused::Run<Self>)> {
        let run: fused::Run<Self> = |small, fold, cells, out| match fold.sign {
            0 => fused::values(small, &Best::<false>, cells, out),
            _ => fused::values(small, &Best::<true>, cells, out),
        };
        (!self.rows_first).then_some((self.turned(f32::NEG_INFINITY), run))
    }

    fn beside(&self) -> Option<f32> {
        Some(self.finish(self.empty()))
    }

    fn apart(&self) -> Option<Apart<Self>> {
        let merge: Apart<Self> =
            |fold, cells, even, out, lifted| largest_apart(cells, even, out, fold.turned(0.0), lifted);
        (!self.rows_first).then_some(merge)
    }

    fn neighbours(&self) -> Option<Neighbours<Self>> {
        Some(|fold, row, before, run, out| largest(row, before, run, out, fold.turned(0.0)))
    }

    fn finishes(&self) -> bool {
        self.sign != 0
    }

    fn finish(&self, merged: f32) -> f32 {
        self.turned(merged)
    }
}

/// The largest byte. Not side by side, it would weigh more than it gains: rows are merged sixteen at a time either way.
struct LargestByte;

impl Fold for LargestByte {
    const IDEMPOTENT: bool = true;
    type Input = u8;
    type Acc = u8;

    fn empty(&self) -> u8 {
        0
    }

    fn lift(&self, cell: u8, _at: usize) -> u8 {
        cell
    }

    fn merge(&self, a: u8, b: u8) -> u8 {
        a.max(b)
    }

    fn as_lifted<'r>(&self, row: &'r [u8]) -> Option<&'r [u8]> {
        Some(row)
    }
}

/// The winner's place, as a number that is larger the better a cell is: the order of the values above that of the places.
/// So the exact rules, of ties and of NaNs too, are one comparison.
struct Winner {
    smallest: bool,
}

/// The order that all NaNs share.
const NAN: i32 = i32::MAX;

impl Fold for Winner {
    const SIDE_BY_SIDE: bool = true;
    const IDEMPOTENT: bool = true;
    type Input = f32;
    type Acc = i64;

    fn empty(&self) -> i64 {
        i64::MIN
    }

    fn lift(&self, cell: f32, at: usize) -> i64 {
        // Adding 0 makes 0 of −0. As bits, positive numbers ascend; negative ones descend below them.
        let bits = ((if self.smallest { -cell } else { cell }) + 0.0).to_bits() as i32;
        let order = if bits < 0 { bits ^ i32::MAX } else { bits };
        // Of equals the first wins, of NaNs the last. Whoever wants places has checked that they fit.
        let (order, place) = if cell.is_nan() { (NAN, at as u32) } else { (order, !(at as u32)) };
        i64::from(order) << 32 | i64::from(place)
    }

    fn merge(&self, a: i64, b: i64) -> i64 {
        if b > a { b } else { a }
    }
}

/// Where the winner lies; −1 of a window without cells.
fn place(winner: i64) -> i32 {
    let place = winner as i32;
    match winner >> 32 {
        _ if winner == i64::MIN => -1,
        order if order == i64::from(NAN) => place,
        _ => !place,
    }
}

/// The maxima.
pub(super) fn forward(
    cells: &[f32],
    shapes: &Shapes,
    values: &mut [f32],
    scratch: &mut Scratch<f32>,
    winners: &mut Scratch<i64>,
) -> Result<()> {
    extremes(false, cells, shapes, values, scratch, winners)
}

/// The maxima or the minima.
pub(super) fn extremes(
    smallest: bool,
    cells: &[f32],
    shapes: &Shapes,
    values: &mut [f32],
    scratch: &mut Scratch<f32>,
    winners: &mut Scratch<i64>,
) -> Result<()> {
    if cells.is_empty() {
        return Ok(());
    }
    let mut fold = Extreme::new(smallest);
    let mut any = false;
    Planes::new(&fold, &shapes.plan, cells.len(), scratch)?.reduce(cells, values, &mut |_, _| (), &mut |values| {
        // Planes without a NaN have none in their results, and those with this one are done again.
        (values[0], any) = (f32::NAN, true);
    });
    if !any {
        return Ok(());
    }
    fold.rows_first = true;
    let mut one = Planes::new(&fold, &shapes.plan, shapes.plane_in, scratch)?;
    shapes.each_plane(cells, values, |plane, values| {
        if !values[0].is_nan() {
            return Ok(());
        }
        let mut has_nan = false;
        one.reduce(plane, values, &mut |_, _| (), &mut |_| has_nan = true);
        if has_nan {
            let winners = reduce(&Winner { smallest }, plane, &shapes.plan, winners)?;
            values.iter_mut().zip(winners).for_each(|(value, &winner)| *value = cell(&fold, plane, place(winner)));
        }
        Ok(())
    })
}

/// The same with their places. The smallest are the largest of negated cells here too.
pub(super) fn select(
    smallest: bool,
    cells: &[f32],
    shapes: &Shapes,
    picked: Picked<f32>,
    room: &mut Room,
) -> Result<()> {
    shapes.check_places()?;
    let fold = Extreme::new(smallest);
    let Room { winners, values: negated, .. } = room;
    let mut blank = std::mem::take(&mut winners.blank);
    let axes = shapes.plan.axes();
    let small = if axes.len() == 2 { Small::new(axes, f32::NEG_INFINITY, &mut blank)? } else { None };
    let mut small = match small {
        Some(Small::Undilated(windows)) => Some(windows),
        _ => None,
    };
    clear_for(negated, if smallest && small.is_some() { shapes.plane_in } else { 0 }, 1)?;
    let planes = picked.values.chunks_exact_mut(shapes.plane_out).zip(picked.places.chunks_exact_mut(shapes.plane_out));
    for (plane, (values, places)) in cells.chunks_exact(shapes.plane_in).zip(planes) {
        if let Some(small) = &mut small {
            if smallest {
                negated.clear();
                negated.extend_from_slice(plane);
                negate(negated);
            }
            if small.places(if smallest { negated } else { plane }, values, places) {
                if smallest {
                    negate(values);
                }
                continue;
            }
        }
        let winners = reduce(&Winner { smallest }, plane, &shapes.plan, winners)?;
        for ((value, at), &winner) in values.iter_mut().zip(places).zip(winners) {
            *at = place(winner);
            *value = cell(&fold, plane, *at);
        }
    }
    winners.blank = blank;
    Ok(())
}

#[inline(never)]
fn negate(numbers: &mut [f32]) {
    numbers.iter_mut().for_each(|number| *number = -*number);
}

/// The cell at a place, or what a window without cells has.
fn cell(fold: &Extreme, plane: &[f32], place: i32) -> f32 {
    usize::try_from(place).map_or(fold.finish(fold.empty()), |at| plane[at])
}

/// The maxima of bytes.
pub(in crate::pool) fn of_bytes(
    cells: &[u8],
    shapes: &Shapes,
    values: &mut [u8],
    scratch: &mut Scratch<u8>,
) -> Result<()> {
    if cells.is_empty() {
        return Ok(());
    }
    let mut reducer = Reducer::new(&LargestByte, &shapes.plan, scratch)?;
    shapes.each_plane(cells, values, |plane, values| {
        reducer.reduce(plane, values, &mut |_, _| ());
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::{Geometry, Window};
    use crate::kernel::{small_plan_or_dilated, visit};
    use crate::pool::windowed::min::Min;
    use proptest::prelude::*;

    fn cell() -> impl Strategy<Value = f32> {
        let rare = prop_oneof![Just(f32::NAN), Just(f32::INFINITY), Just(f32::NEG_INFINITY), Just(-0.0f32), Just(0.0)];
        // Planes with a NaN go another way: most have none.
        prop_oneof![400 => (-3..4i8).prop_map(f32::from), 1 => rare]
    }

    /// PyTorch's rule, cell by cell: a cell replaces the winner if it is better, or a NaN.
    fn walked(plane: &[f32], shapes: &Shapes, better: fn(f32, f32) -> bool, empty: f32) -> Vec<(u32, i32)> {
        let mut winners = Vec::new();
        visit(&shapes.plan, |_, taps| {
            let cells = taps.iter().map(|tap| (plane[tap.at], tap.at as i32));
            let winner = cells.reduce(|a, b| if better(b.0, a.0) || b.0.is_nan() { b } else { a });
            winners.push(winner.map_or((empty.to_bits(), -1), |(value, at)| (value.to_bits(), at)));
        })
        .unwrap();
        winners
    }

    proptest! {
        /// To the bit, of small windows and others, of zeros of either sign, infinities and NaNs.
        #[test]
        fn values_and_places_are_those_of_a_walk(
            plan in small_plan_or_dilated(),
            cells in prop::collection::vec(cell(), 40 * 40 * 3),
            smallest in any::<bool>(),
        ) {
            let shapes = Shapes::of_plan_alone(plan);
            let plane = &cells[..shapes.plane_in];
            let (mut values, mut places) = (vec![9.0; shapes.plane_out], vec![9; shapes.plane_out]);
            let mut room = Room::default();
            let wanted = match smallest {
                true => walked(plane, &shapes, |b, a| b < a, f32::INFINITY),
                false => walked(plane, &shapes, |b, a| b > a, f32::NEG_INFINITY),
            };
            let picked = Picked { values: &mut values, places: &mut places };
            select(smallest, plane, &shapes, picked, &mut room).unwrap();
            let found: Vec<_> = values.iter().map(|value| value.to_bits()).zip(places).collect();
            prop_assert_eq!(&found, &wanted);
            extremes(smallest, plane, &shapes, &mut values, &mut room.floats, &mut room.winners).unwrap();
            let found: Vec<_> = values.iter().map(|value| value.to_bits()).collect();
            prop_assert_eq!(found, wanted.iter().map(|winner| winner.0).collect::<Vec<_>>());
            let gradients: Vec<f32> = (1..=shapes.plane_out).map(|at| at as f32).collect();
            let (mut scattered, mut grad_input) = (vec![0.0; shapes.plane_in], vec![9.0; shapes.plane_in]);
            for (&(_, at), gradient) in wanted.iter().zip(&gradients) {
                if let Ok(at) = usize::try_from(at) {
                    scattered[at] += gradient;
                }
            }
            let back = Back { cells: plane, grad_output: &gradients, grad_input: &mut grad_input };
            match smallest {
                true => Min.backward_into(back, &shapes, &mut room).unwrap(),
                false => Max.backward_into(back, &shapes, &mut room).unwrap(),
            }
            prop_assert_eq!(grad_input, scattered);
        }

        /// To the bit: rows of whole planes, of which a NaN has some done again.
        #[test]
        fn whole_planes_are_those_of_a_walk(
            extents in prop::collection::vec(1..20usize, 1..=3),
            cells in prop::collection::vec(cell(), 3000..6000),
            smallest in any::<bool>(),
        ) {
            let shapes = Shapes::of_plan_alone(Geometry::Global.plan(&extents).unwrap());
            let cells = &cells[..cells.len() / shapes.plane_in * shapes.plane_in];
            let better: fn(f32, f32) -> bool = if smallest { |b, a| b < a } else { |b, a| b > a };
            let walk = |plane| walked(plane, &shapes, better, 0.0)[0].0;
            let wanted: Vec<u32> = cells.chunks(shapes.plane_in).map(walk).collect();
            let (mut values, mut room) = (vec![9.0; wanted.len()], Room::default());
            extremes(smallest, cells, &shapes, &mut values, &mut room.floats, &mut room.winners).unwrap();
            prop_assert_eq!(values.iter().map(|value| value.to_bits()).collect::<Vec<_>>(), wanted);
        }
    }

    /// To the bit, as far as each length has a way of its own: along, down, at the ends and turned round.
    #[test]
    fn long_windows_are_those_of_a_walk() {
        let mut room = Room::default();
        for (kernel, stride) in [4, 5, 6, 7, 8, 9, 15, 17, 19, 31, 33].into_iter().flat_map(|k| [(k, 1), (k, 2)]) {
            let window = Window::new([kernel; 2]).stride([stride; 2]).padding([[kernel / 2, kernel / 3]; 2]);
            let shapes = Shapes::of_plan_alone(Geometry::from(window).plan(&[37, 70]).unwrap());
            // Zeros of either sign, and few other values: most long windows see which zero comes first.
            let cell = |at: usize| [0.0, -0.0, 1.0, -1.0][at * 7919 % 1013 % 4] * f32::from(u8::from(at % 401 == 7));
            let plane: Vec<f32> = (0..shapes.plane_in).map(cell).collect();
            for smallest in [false, true] {
                let wanted = match smallest {
                    true => walked(&plane, &shapes, |b, a| b < a, f32::INFINITY),
                    false => walked(&plane, &shapes, |b, a| b > a, f32::NEG_INFINITY),
                };
                let mut values = vec![9.0; shapes.plane_out];
                extremes(smallest, &plane, &shapes, &mut values, &mut room.floats, &mut room.winners).unwrap();
                let found = values.iter().map(|value| value.to_bits());
                assert!(
                    found.eq(wanted.iter().map(|winner| winner.0)),
                    "{kernel} × {kernel}, {stride} apart, {smallest}"
                );
            }
        }
    }

    /// To the bit, where columns go down some at a time, before windows that read them and not after.
    #[test]
    fn long_rows_of_windows_with_taps_apart_are_those_of_a_walk() {
        let mut room = Room::default();
        let kinds = [(1, 2, 1), (1, 2, 2), (1, 5, 1), (1, 16, 0), (1, 30, 7), (2, 2, 0), (2, 6, 6), (2, 20, 3)];
        for (stride, apart, after) in kinds {
            for (before, width) in (0..4).flat_map(|before| (61..70).chain(125..134).map(move |width| (before, width)))
            {
                let window = Window::new([3, 3]).stride([stride; 2]).dilation([apart; 2]);
                let window = window.padding([[apart; 2], [before, after]]);
                let shapes = Shapes::of_plan_alone(Geometry::from(window).plan(&[2 * apart + 3, width]).unwrap());
                let cells: Vec<f32> = (0..2 * shapes.plane_in).map(|at| (at * 7919 % 10_007) as f32 - 5000.0).collect();
                for smallest in [false, true] {
                    let walk = |plane| match smallest {
                        true => walked(plane, &shapes, |b, a| b < a, f32::INFINITY),
                        false => walked(plane, &shapes, |b, a| b > a, f32::NEG_INFINITY),
                    };
                    let mut values = vec![9.0; 2 * shapes.plane_out];
                    extremes(smallest, &cells, &shapes, &mut values, &mut room.floats, &mut room.winners).unwrap();
                    let wanted = cells.chunks_exact(shapes.plane_in).flat_map(walk).map(|winner| winner.0);
                    assert!(
                        wanted.eq(values.iter().map(|value| value.to_bits())),
                        "{:?}",
                        (stride, apart, before, width)
                    );
                }
            }
        }
    }

    /// Of windows without a better cell, the first cell has the place, and not the padding before it.
    #[test]
    fn what_is_as_bad_as_padding_has_a_place() {
        let mut room = Room::default();
        for (kernel, stride, smallest) in
            [(2, 2), (3, 2), (3, 1)].into_iter().flat_map(|(k, s)| [(k, s, false), (k, s, true)])
        {
            let window = Window::new([kernel; 2]).stride([stride; 2]).padding([[1; 2]; 2]);
            let shapes = Shapes::of_plan_alone(Geometry::from(window).plan(&[9, 17]).unwrap());
            let worst = if smallest { f32::INFINITY } else { f32::NEG_INFINITY };
            // Along the first row, down the first column, and down the last one.
            for is_worst in [|at: usize| at < 17, |at: usize| at % 17 < 2, |at: usize| at % 17 > 14] {
                let plane: Vec<f32> = (0..shapes.plane_in).map(|at| if is_worst(at) { worst } else { 1.0 }).collect();
                let (mut values, mut places) = (vec![9.0; shapes.plane_out], vec![9; shapes.plane_out]);
                let picked = Picked { values: &mut values, places: &mut places };
                select(smallest, &plane, &shapes, picked, &mut room).unwrap();
                let found: Vec<_> = values.iter().map(|value| value.to_bits()).zip(places).collect();
                let wanted = match smallest {
                    true => walked(&plane, &shapes, |b, a| b < a, worst),
                    false => walked(&plane, &shapes, |b, a| b > a, worst),
                };
                assert_eq!(found, wanted, "{kernel} × {kernel}, {stride} apart, {smallest}");
            }
        }
    }

    /// Small windows look at each cell once, some in blocks of four and some at the edges: none may be left out. Of zeros of
    /// both signs the first row's is the first.
    #[test]
    fn a_nan_or_a_first_zero_at_any_cell_is_seen() {
        let mut room = Room::default();
        for (kernel, stride, apart, before, after) in [
            (2, 2, 1, 0, 0),
            (2, 2, 1, 1, 0),
            (3, 2, 1, 0, 0),
            (3, 2, 1, 1, 1),
            (3, 2, 1, 0, 1),
            (3, 1, 1, 0, 0),
            (3, 1, 1, 1, 1),
            (3, 1, 1, 2, 0),
            (3, 1, 2, 2, 2),
            (3, 2, 2, 0, 1),
            (3, 1, 3, 0, 4),
            (3, 1, 2, 0, 0),
            (3, 1, 4, 4, 0),
        ] {
            for width in [8, 11, 12, 17, 18, 21] {
                let window = Window::new([kernel; 2]).stride([stride; 2]).dilation([apart; 2]);
                let window = window.padding([[before, after]; 2]);
                let shapes = Shapes::of_plan_alone(Geometry::from(window).plan(&[9, width]).unwrap());
                for at in 0..shapes.plane_in {
                    let mut with_nan = vec![1.0; shapes.plane_in];
                    with_nan[at] = f32::NAN;
                    let mut with_zero: Vec<f32> =
                        (0..shapes.plane_in).map(|cell| if cell / width > at / width { 0.0 } else { -1.0 }).collect();
                    with_zero[at] = -0.0;
                    for plane in [with_nan, with_zero] {
                        let wanted = walked(&plane, &shapes, |b, a| b > a, f32::NEG_INFINITY);
                        let (mut values, mut places) = (vec![9.0; shapes.plane_out], vec![9; shapes.plane_out]);
                        forward(&plane, &shapes, &mut values, &mut room.floats, &mut room.winners).unwrap();
                        let found: Vec<u32> = values.iter().map(|value| value.to_bits()).collect();
                        let case = [kernel, stride, apart, before, after, width, at];
                        let wanted_values: Vec<u32> = wanted.iter().map(|winner| winner.0).collect();
                        assert_eq!(
                            found, wanted_values,
                            "kernel, stride, dilation, padding, width and place: {case:?}"
                        );
                        let picked = Picked { values: &mut values, places: &mut places };
                        select(false, &plane, &shapes, picked, &mut room).unwrap();
                        let found: Vec<_> = values.iter().map(|value| value.to_bits()).zip(places).collect();
                        assert_eq!(found, wanted, "with places: {case:?}");
                    }
                }
            }
        }
    }
}
