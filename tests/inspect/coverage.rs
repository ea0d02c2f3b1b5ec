//! How often cells are read.

use crate::layers::{At, layout, positions, window};
use deep_end::Window;
use deep_end::inspect::coverage;
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn a_cell_counts_the_windows_that_hold_it(layout in layout(1..=3)) {
        let spatial = layout.spatial();
        let outputs = layout.geometry().plan(&spatial).unwrap().output_shape();
        let windows = layout.windows(&spatial, &outputs);
        let mut counts = vec![0u32; spatial.iter().product()];
        for output in positions(&outputs) {
            for at in window(&windows, &spatial, &output) {
                if let At::Cell(at) = at { counts[at] += 1 }
            }
        }
        let ours = coverage(&layout.geometry(), &spatial).unwrap();
        let total = |of: &dyn Fn(u32) -> bool| counts.iter().filter(|&&count| of(count)).count();
        prop_assert_eq!([ours.unread, ours.once, ours.repeatedly], [total(&|n| n == 0), total(&|n| n == 1), total(&|n| n > 1)]);
        prop_assert_eq!(ours.counts, counts);
    }
}

#[test]
fn a_count_beyond_32_bits_is_refused() {
    // One cell under kernels of 2048 with full padding: 2048³ = 2³³ windows read it.
    let window = Window::new([2048; 3]).stride([1; 3]).padding([[2047; 2]; 3]);
    let error = coverage(&window.into(), &[1, 1, 1]).unwrap_err();
    let expected =
        "output_size is [2048, 2048, 2048]: counts are 32-bit: a cell may be read by at most 2³² − 1 windows";
    assert_eq!(error.to_string(), expected);
}
