//! Against the plain twin, a direct walk: each window's cells, one by one.

use super::*;
use crate::geometry::{Geometry, Sequence, Span, Window};
use crate::random::Draws;
use proptest::prelude::*;

/// What both reductions make of one window's cells, by the definition. `counts` is what the colours are divided by.
fn direct(picture: Picture, of: Option<Extreme>, counts: impl Fn(&Span, &Span) -> u64) -> Vec<u8> {
    let mut out = Vec::new();
    for down in &picture.rows.spans {
        for across in &picture.columns.spans {
            let places = down.positions(picture.rows.step).flat_map(|y| {
                across.positions(picture.columns.step).map(move |x| PIXEL * (y * picture.columns.extent + x))
            });
            for channel in 0..PIXEL {
                let cells: Vec<u8> = places.clone().map(|place| picture.pixels[place + channel]).collect();
                let divisor = if channel == 3 { cells.len() as u64 } else { counts(down, across) }.max(1);
                let mean =
                    || ((2 * cells.iter().map(|&cell| u64::from(cell)).sum::<u64>() + divisor) / (2 * divisor)) as u8;
                out.push(match of.filter(|_| channel < 3) {
                    None => mean(),
                    Some(Extreme::Largest) => cells.iter().copied().max().unwrap_or(0),
                    Some(Extreme::Smallest) => cells.iter().copied().min().unwrap_or(255),
                });
            }
        }
    }
    out
}

fn fast(picture: Picture, of: Option<Extreme>, counting: Counting) -> Vec<u8> {
    let mut out = vec![7; picture.rows.spans.len() * picture.row_out()];
    let Some(of) = of else {
        mean(counting, Channels::All, picture, &mut out).unwrap();
        return out;
    };
    if !extreme(of, picture, &mut out).unwrap() {
        mean(Counting::Cells, Channels::Alpha, picture, &mut out).unwrap();
    }
    out
}

fn check(geometry: &Geometry, height: usize, width: usize, pixels: &[u8]) {
    let Ok(plan) = geometry.plan(&[height, width]) else { return };
    let picture = Picture::new(&plan.axes()[0], &plan.axes()[1], pixels);
    let most = |axis: &AxisPlan| axis.spans.iter().map(|span| span.len).max().unwrap_or(0);
    let fullest = [most(picture.rows), most(picture.columns)];
    let name = format!("{geometry:?} of {height} × {width}");
    for of in [Extreme::Largest, Extreme::Smallest] {
        assert_eq!(fast(picture, Some(of), Counting::Cells), direct(picture, Some(of), |_, _| 0), "{name}");
    }
    let [cells, padding]: [fn(&Span, &Span) -> u64; 2] =
        [|a, b| (a.len * b.len) as u64, |a, b| (a.padded_len * b.padded_len) as u64];
    assert_eq!(fast(picture, None, Counting::Cells), direct(picture, None, cells), "{name}");
    assert_eq!(fast(picture, None, Counting::Padding), direct(picture, None, padding), "{name}");
    assert_eq!(
        fast(picture, None, Counting::Most(fullest)),
        direct(picture, None, |_, _| fullest.iter().product::<usize>() as u64),
        "{name}"
    );
}

fn pixels(height: usize, width: usize, seed: u64, opaque: bool) -> Vec<u8> {
    let mut draws = Draws::new(seed, 0);
    // Many 0 and 255, where sums and flips go wrong first.
    let code = |draw: u64| [draw as u8, 0, 255, (draw >> 8) as u8][(draw >> 16) as usize % 4];
    let mut bytes: Vec<u8> = (0..PIXEL * height * width).map(|_| code(draws.next())).collect();
    if opaque {
        bytes.iter_mut().skip(3).step_by(PIXEL).for_each(|alpha| *alpha = 255);
    }
    bytes
}

fn geometry() -> impl Strategy<Value = Geometry> {
    let axis = || (1..12usize, 1..6usize, 0..9usize, 0..9usize, 1..4usize);
    let window = ([axis(), axis()], any::<bool>()).prop_map(|(axes, ceil_mode)| {
        let reach = axes.map(|(kernel, .., dilation)| (kernel - 1) * dilation);
        let padding = [0, 1].map(|of| [axes[of].2.min(reach[of]), axes[of].3.min(reach[of])]);
        let window = Window::new(axes.map(|axis| axis.0)).stride(axes.map(|axis| axis.1)).padding(padding);
        Geometry::from(window.dilation(axes.map(|axis| axis.4)).ceil_mode(ceil_mode))
    });
    let output_size = || prop::collection::vec(1..20usize, 2);
    let regions = prop::collection::vec(prop::collection::vec((0..9usize, 1..9usize), 1..5), 2);
    prop_oneof![
        6 => window,
        1 => Just(Geometry::Global),
        2 => output_size().prop_map(|output_size| Geometry::Adaptive { output_size }),
        1 => (output_size(), any::<bool>(), any::<u64>()).prop_map(|(output_size, overlapping, seed)| {
            Geometry::Fractional { output_size, sequence: Sequence::Random, overlapping, seed }
        }),
        // In any order.
        1 => regions.prop_map(|axes| {
            let spans = axes.into_iter().map(|axis| axis.into_iter().map(|(start, len)| [start, start + len]).collect());
            Geometry::Regions(spans.collect())
        }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..Default::default() })]
    #[test]
    fn every_window_is_the_plain_walk(
        geometry in geometry(), height in 1..40usize, width in 1..40usize, seed: u64, opaque: bool,
    ) {
        check(&geometry, height, width, &pixels(height, width, seed, opaque));
    }
}

#[test]
fn windows_of_many_cells_are_exact() {
    let white = |height: usize, width: usize| vec![255; PIXEL * height * width];
    for (height, width, kernel, padding) in [(70, 90, 16, 8), (70, 90, 17, 8), (70, 90, 63, 31), (300, 301, 257, 128)] {
        let window = Window::new([kernel; 2]).stride([1; 2]).padding([[padding; 2]; 2]);
        check(&Geometry::Global, height, width, &white(height, width));
        // Few windows: the plain walk takes its time.
        let regions = |extent: usize| vec![[0, kernel], [extent - kernel, extent]];
        check(
            &Geometry::Regions(vec![regions(height), regions(width)]),
            height,
            width,
            &pixels(height, width, 5, false),
        );
        let plan = Geometry::from(window).plan(&[height, width]).unwrap();
        let picture = white(height, width);
        let out = fast(Picture::new(&plan.axes()[0], &plan.axes()[1], &picture), None, Counting::Cells);
        assert!(out.iter().all(|&byte| byte == 255), "kernel {kernel}");
    }
}

#[test]
fn blocks_of_rows_meet_without_a_seam() {
    // Rows so wide that few fit into a block.
    let (height, width) = (90, 9000);
    let window = Window::new([6, 1]).stride([1, 1500]).padding([[2, 3], [0, 0]]);
    check(&Geometry::from(window), height, width, &pixels(height, width, 3, true));
}

#[test]
fn a_dilation_beyond_all_extents_takes_no_longer() {
    let window = Window::new([1, 1]).stride([1, 1]).dilation([usize::MAX >> 1, 1 << 40]);
    check(&Geometry::from(window), 9, 9, &pixels(9, 9, 1, false));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..Default::default() })]
    #[test]
    fn a_quotient_is_a_division(divisor in 1..=1u64 << 25, part in 0.0..1.0f64, short in 1..=256u64) {
        for divisor in [divisor.min(1 << 24), short] {
            let sum = ((255 * divisor) as f64 * part) as u64;
            // The sum of a tie, and its neighbours.
            let tie = ((2 * sum / divisor) | 1) * divisor / 2;
            for sum in [sum, tie.saturating_sub(1), tie, tie + 1].map(|sum| sum.min(255 * divisor)) {
                let mut out = [0];
                mean::quotients(&[sum as u32], &mut out, mean::Divisor::new(divisor));
                prop_assert_eq!(u64::from(out[0]), (2 * sum + divisor) / (2 * divisor));
            }
        }
    }
}
