//! Questions about cells that are not there.

use deep_end::inspect::{Inspector, Peak, Plane, ReceptiveField, Stack, psnr};
use deep_end::{Geometry, Pool, Pooling, Window};
use ndarray::ArrayD;

fn message<T>(result: deep_end::Result<T>) -> String {
    result.err().expect("a refusal").to_string()
}

#[test]
fn messages_name_the_place_and_what_there_is() {
    let layers = [Pool::new(Pooling::Max, Window::new([2, 2])).unwrap()];
    let plane = || Plane::new(vec![0.0; 42], [6, 7]).unwrap();
    let inspector = Inspector::new(&layers[0], plane()).unwrap();
    let stack = Stack::run(&layers, plane()).unwrap();
    let outside = "output is [5, 0]: must lie in the layer's output [3, 3]";
    assert_eq!(message(inspector.output_cell(&[5, 0])), outside);
    assert_eq!(message(stack.trace(&[5, 0])), outside);
    let field = ReceptiveField::of([layers[0].geometry()], &[6, 7]).unwrap();
    assert_eq!(message(field.pixels(&[5, 0])), outside);
    assert_eq!(message(inspector.output_cell(&[1])), "output is [1]: must lie in the layer's output [3, 3]");
    assert_eq!(message(inspector.readers(&[6, 0])), "input is [6, 0]: must lie in the layer's input [6, 7]");
    let x = ArrayD::<f32>::zeros(vec![2, 3, 4]);
    assert_eq!(message(Plane::of(&x.view(), 2, 0)), "plane is [2, 0]: must lie in the array's planes [2, 3]");
    assert_eq!(message(Plane::new(vec![0.0; 5], [2, 3])), "x.length is 5: must be the product of shape, [2, 3]");
    assert_eq!(
        message(psnr(&[1.0], &[], Peak::Range)),
        "approximation.length is 0: must be the original's number of cells, 1, and not 0"
    );
    assert_eq!(message(psnr(&[1.0], &[1.0], Peak::Of(0.0))), "peak is 0: must be above 0 and finite");
}

#[test]
fn sizes_that_overflow_are_refused() {
    let huge = Geometry::from(Window::new([1]).stride([1 << 40]));
    let error = message(ReceptiveField::of([&huge, &huge], &[3]));
    assert_eq!(
        error,
        "stride is 1099511627776: together with the layers before, it must give a receptive field and a jump that a machine word counts"
    );
    assert_eq!(
        message(Plane::new(vec![], [usize::MAX, 2])),
        format!("shape is [{}, 2]: the number of values overflows", usize::MAX)
    );
    // 2⁶⁰ taps, of which one falls on the input.
    let wide =
        Pool::new(Pooling::Max, Window::new([1 << 20; 3]).stride([1; 3]).padding([[(1 << 20) - 1, 0]; 3])).unwrap();
    let refused =
        Inspector::new(&wide, Plane::new(vec![1.0], [1, 1, 1]).unwrap()).and_then(|wide| wide.output_cell(&[0, 0, 0]));
    assert_eq!(refused.unwrap_err().kind(), deep_end::error::ErrorKind::Memory);
}
