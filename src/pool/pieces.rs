//! A layer's input a piece at a time, each still in the processor's near memory from a copy of it to the copy of what is made.

use super::shapes::Shapes;
use super::{Pooling, PreparedPool};
use crate::error::Result;
use crate::geometry::Plan;
use std::mem::swap;
use std::ops::Range;

/// What is done with a piece: where its cells lie in the input, and its values in the output.
type Run<'r> = dyn FnMut(&mut PreparedPool, Range<usize>, Range<usize>) -> Result<()> + 'r;

/// What is kept for bands of a plane.
#[derive(Default)]
pub(super) struct Band {
    /// The plan of the whole, while the layer has that of a band; else room for that.
    plan: Option<Plan>,
    /// How many of its plane's cells lie before the band at hand.
    before: usize,
}

impl Band {
    /// Makes places in the band at hand places in its plane; what is −1 stays.
    pub(super) fn move_places(&self, places: &mut [i32]) {
        let before = self.before as i32;
        if before > 0 {
            places.iter_mut().for_each(|place| *place += before & !(*place >> 31));
        }
    }
}

impl PreparedPool {
    /// Calls `run` for one piece of an input after another, of at most about so many cells: some planes, or of a plane that has
    /// more the windows at some positions of its outermost axis. It is told the ranges of the piece's cells in the input, of
    /// which those of neighbouring bands overlap, and of its values in the output. Meanwhile the layer is one for this piece
    /// alone, and what it makes of it is what it makes of it among all.
    ///
    /// # Errors
    /// The first of those that `run` reports.
    pub fn by_pieces(&mut self, cells: usize, run: &mut Run) -> Result<()> {
        let Shapes { planes, plane_in, plane_out, first_output, .. } = self.shapes;
        let bands = planes > 0 && plane_in > cells && self.has_bands(cells);
        if bands {
            swap(self.band.plan.get_or_insert_with(|| self.shapes.plan.clone()), &mut self.shapes.plan);
        }
        let result = self.each_piece(bands, cells, run);
        if let (true, Some(plan)) = (bands, &mut self.band.plan) {
            swap(plan, &mut self.shapes.plan);
        }
        self.band.before = 0;
        (self.shapes.planes, self.shapes.first_output) = (planes, first_output);
        (self.shapes.plane_in, self.shapes.plane_out) = (plane_in, plane_out);
        result
    }

    /// Whether a plane with more cells than that is cut into bands. One is a layer by itself if windows are all that the method
    /// looks at; a blur looks beyond them.
    fn has_bands(&self, cells: usize) -> bool {
        let Shapes { plane_in, part, plan, .. } = &self.shapes;
        let blurs = matches!(self.layer.method(), Pooling::MaxBlur { .. } | Pooling::AverageBlur { .. });
        let axis = &plan.axes()[0];
        // That a plane has too many cells for indices is to be seen.
        let takes = !blurs && part.is_none() && *plane_in <= i32::MAX as usize;
        takes && axis.lot(0, cells / (plane_in / axis.extent)) < axis.spans.len()
    }

    /// [`by_pieces`](Self::by_pieces), which puts right what is changed here.
    fn each_piece(&mut self, bands: bool, near: usize, run: &mut Run) -> Result<()> {
        let Shapes { planes, plane_in, plane_out, first_output, .. } = self.shapes;
        let at_a_time = near.checked_div(plane_in).unwrap_or(planes).max(1);
        let mut first = 0_usize;
        loop {
            let end = planes.min(first.saturating_add(at_a_time));
            let [cell, value] = [first * plane_in, first * plane_out];
            self.shapes.planes = end - first;
            self.shapes.first_output = first_output.wrapping_add(value as u64);
            if bands {
                self.each_band(near, [cell, value], [plane_in, plane_out], run)?;
            } else {
                run(self, cell..end * plane_in, value..end * plane_out)?;
            }
            // Where there are no planes, `run` is still to say whether the layer takes such cells.
            if end >= planes {
                return Ok(());
            }
            first = end;
        }
    }

    /// The same for the bands of a plane that has so many cells and values, and whose first ones these are.
    fn each_band(&mut self, near: usize, [cell, value]: [usize; 2], plane: [usize; 2], run: &mut Run) -> Result<()> {
        let (mut at, first_output) = (0, self.shapes.first_output);
        while let Some(axis) = self.band.plan.as_ref().map(|plan| &plan.axes()[0]).filter(|axis| at < axis.spans.len())
        {
            let (slab, slab_out) = (plane[0] / axis.extent, plane[1] / axis.spans.len());
            let end = at + axis.lot(at, near / slab);
            let [from, to] = axis.part_into([at, end], self.shapes.plan.outermost()).map(|at| at * slab);
            let [start, stop] = [at, end].map(|at| at * slab_out);
            self.band.before = from;
            self.shapes.first_output = first_output.wrapping_add(start as u64);
            (self.shapes.plane_in, self.shapes.plane_out) = (to - from, stop - start);
            run(self, cell + from..cell + to, value + start..value + stop)?;
            at = end;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::{Geometry, Sequence};
    use crate::{Pool, Window};
    use proptest::prelude::*;

    /// Values and places piece by piece, and how many pieces there were.
    fn in_pieces(ready: &mut PreparedPool, x: &[f32], cells: usize, places: bool) -> (Vec<f32>, Vec<i32>, usize) {
        let count = ready.output_shape().iter().product();
        let (mut y, mut at, mut pieces, mut done) = (vec![9.0; count], vec![9; count], 0, 0);
        let mut some = |ready: &mut PreparedPool, cells: Range<usize>, values: Range<usize>| {
            assert_eq!(values.start, done);
            (pieces, done) = (pieces + 1, values.end);
            match places {
                true => ready.select_into(&x[cells], &mut y[values.clone()], &mut at[values]),
                false => ready.forward_into(&x[cells], &mut y[values]),
            }
        };
        ready.by_pieces(cells, &mut some).unwrap();
        assert_eq!(done, count);
        (y, at, pieces)
    }

    fn bits(values: &[f32]) -> Vec<u32> {
        values.iter().map(|value| if value.is_nan() { f32::NAN.to_bits() } else { value.to_bits() }).collect()
    }

    /// Pieces against the whole, to the bit; the most pieces that there were.
    fn agrees(geometry: &Geometry, shape: &[usize], x: &[f32]) -> usize {
        let mut most = 0;
        for method in Pooling::every() {
            let Ok(layer) = Pool::with_geometry(method, geometry.clone()) else { continue };
            let Ok((whole, _)) = layer.forward_flat(x, shape) else { continue };
            let mut ready = layer.prepare(shape).unwrap();
            for cells in [1, 60, usize::MAX] {
                let (y, _, pieces) = in_pieces(&mut ready, x, cells, false);
                assert_eq!(bits(&y), bits(&whole), "{layer:?} {shape:?} {cells}");
                most = most.max(pieces);
                let (mut values, mut places) = (vec![0.0; y.len()], vec![0; y.len()]);
                if ready.select_into(x, &mut values, &mut places).is_ok() {
                    let (y, at, _) = in_pieces(&mut ready, x, cells, true);
                    assert_eq!((bits(&y), at), (bits(&values), places), "{layer:?} {shape:?} {cells}");
                }
            }
            let mut y = vec![9.0; whole.len()];
            ready.forward_into(x, &mut y).unwrap();
            assert_eq!(bits(&y), bits(&whole), "{layer:?}: the whole again");
        }
        most
    }

    /// Numbers of all sizes, so that every order of a sum rounds in its own way; few of them special.
    fn cells(count: usize) -> impl Strategy<Value = Vec<f32>> {
        let cell = prop_oneof![
            60 => (-1.0f32..1.0).prop_map(|cell| cell * cell * cell * 1e4),
            1 => prop::sample::select(vec![f32::NAN, -0.0, 0.0, f32::INFINITY, f32::NEG_INFINITY]),
        ];
        prop::collection::vec(cell, count)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn bands_are_what_they_are_in_the_whole(
            (height, width, planes) in (1usize..120, 1usize..7, 1usize..3),
            kernel in prop_oneof![3 => 1usize..4, 1 => 4usize..12],
            (stride, dilation, padding, after) in (1usize..4, 1usize..3, 0usize..30, 0usize..30), ceil: bool,
            x in cells(2 * 120 * 7),
        ) {
            let reach = dilation * (kernel - 1) + 1;
            let window = Window::new([kernel, 2]).stride([stride, 1]).padding([[padding % reach, after % reach], [1, 0]])
                .dilation([dilation, 1]).ceil_mode(ceil);
            agrees(&window.into(), &[1, planes, height, width], &x[..planes * height * width]);
        }
    }

    #[test]
    fn bands_of_every_kind_of_geometry() {
        let x: Vec<f32> =
            (0..2 * 4200u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 8) as f32 / 1e4 - 800.0).collect();
        let slides = |window: Window, shape: &[usize]| agrees(&window.into(), shape, &x[..shape.iter().product()]);
        assert!(slides(Window::new([31]).stride([1]).padding([[15, 15]]), &[1, 2, 4200]) >= 2);
        assert!(slides(Window::new([2, 3, 2]).stride([2, 1, 2]), &[2, 1, 70, 6, 10]) >= 2);
        assert!(slides(Window::new([27, 3]).stride([1, 1]).padding([[13, 13], [1, 1]]), &[1, 1, 600, 7]) >= 2);
        // Rows that no window reads lie between bands, and at the end.
        assert!(slides(Window::new([2, 2]).stride([7, 1]), &[1, 1, 600, 7]) >= 2);
        // Windows that lie on padding alone, among columns.
        let apart = Window::new([3, 2]).stride([1, 1]).padding([[15, 15], [8, 8]]).dilation([10, 9]);
        assert!(slides(apart, &[1, 1, 600, 7]) >= 2);
        let fractional = |seed| Geometry::Fractional {
            output_size: vec![211, 3],
            sequence: Sequence::Random,
            overlapping: seed % 2 == 0,
            seed,
        };
        for geometry in [Geometry::Adaptive { output_size: vec![173, 3] }, fractional(4), fractional(5)] {
            assert!(agrees(&geometry, &[1, 2, 600, 7], &x) >= 2);
        }
        // Regions as they come.
        let regions = Geometry::Regions(vec![
            (0..90).map(|at| [at * 77 % 590, at * 77 % 590 + 1 + at % 9]).collect(),
            vec![[0, 4], [2, 7]],
        ]);
        agrees(&regions, &[1, 1, 600, 7], &x[..4200]);
    }

    #[test]
    fn some_planes_at_a_time_are_what_they_are_among_all() {
        let x: Vec<f32> = (0..7 * 12).map(|at| (at * 29 % 31) as f32).collect();
        for method in
            [Pooling::Max, Pooling::average(), Pooling::Stochastic { seed: 5 }, Pooling::MaxBlur { filter_size: 3 }]
        {
            let layer = Pool::new(method, Window::new([2, 2]).stride([1, 1])).unwrap();
            let whole = layer.forward_flat(&x, &[1, 7, 3, 4]).unwrap();
            let mut ready = layer.prepare(&[1, 7, 3, 4]).unwrap();
            for (cells, runs) in [(0, 7), (12, 7), (35, 4), (36, 3), (usize::MAX, 1)] {
                let (y, _, count) = in_pieces(&mut ready, &x, cells, false);
                assert_eq!((count, &y), (runs, &whole.0));
            }
        }
        let mut none = Pool::new(Pooling::average(), Window::new([2])).unwrap().prepare(&[0, 3, 4]).unwrap();
        let error = none.by_pieces(8, &mut |ready, cells, values| {
            assert_eq!((cells, values), (0..0, 0..0));
            ready.forward_into::<u8>(&[], &mut [])
        });
        assert!(error.is_err(), "means of bytes are refused, however many there are");
    }

    #[test]
    fn bytes_too() {
        let x: Vec<i8> = (0..600u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as i8).collect();
        let layer = Pool::new(Pooling::Min, Window::new([3, 2]).padding([[1, 1], [0, 1]])).unwrap();
        let mut ready = layer.prepare(&[1, 1, 200, 3]).unwrap();
        let count = ready.output_shape().iter().product();
        let (mut whole, mut wanted, mut y, mut at) = (vec![0; count], vec![0; count], vec![0; count], vec![0; count]);
        ready.select_into(&x, &mut whole, &mut wanted).unwrap();
        let mut some = |ready: &mut PreparedPool, cells: Range<usize>, values: Range<usize>| {
            ready.select_into(&x[cells], &mut y[values.clone()], &mut at[values])
        };
        ready.by_pieces(60, &mut some).unwrap();
        assert_eq!((&y, at), (&whole, wanted));
        ready.by_pieces(60, &mut |ready, cells, values| ready.forward_into(&x[cells], &mut y[values])).unwrap();
        assert_eq!(y, whole);
    }

    #[test]
    fn a_piece_that_fails_leaves_the_layer_as_it_was() {
        let layer = Pool::new(Pooling::Stochastic { seed: 5 }, Window::new([2, 2])).unwrap();
        let x: Vec<f32> = (0..400).map(|at| (at * 29 % 31) as f32).collect();
        let mut ready = layer.prepare(&[1, 1, 100, 4]).unwrap();
        let (mut wanted, mut y) = ([0.0; 100], [0.0; 100]);
        ready.forward_into(&x, &mut wanted).unwrap();
        let refused = ready.by_pieces(8, &mut |ready, cells, _| ready.forward_into(&x[cells], &mut [0.0; 1]));
        assert_eq!(refused.unwrap_err().parameter(), "out.length");
        ready.forward_into(&x, &mut y).unwrap();
        assert_eq!(y, wanted);
    }

    #[test]
    fn bands_of_a_repeated_call_ask_for_no_memory() {
        let layer = Pool::new(Pooling::Max, Window::new([3, 3]).stride([1, 1]).padding([[1, 1], [1, 1]])).unwrap();
        let x = vec![1.0f32; 300 * 20];
        let (mut y, mut ready, mut pieces) = (x.clone(), layer.prepare(&[1, 1, 300, 20]).unwrap(), 0);
        let mut call = || {
            pieces = 0;
            let mut some = |ready: &mut PreparedPool, cells: Range<usize>, values: Range<usize>| {
                pieces += 1;
                ready.forward_into(&x[cells], &mut y[values])
            };
            ready.by_pieces(1000, &mut some).unwrap();
        };
        call();
        let again = allocation_counter::measure(&mut call);
        assert!(pieces >= 5);
        // What leads from a method to its arithmetic is a box, of nothing here.
        assert_eq!(again.bytes_total, 0);
    }
}
