//! Labelled pictures in memory.

use crate::error::{Error, ErrorKind, Result};
use ndarray::{Array4, ArrayD};

/// What a network learns from and is tested on: samples of one shape, each with its class.
pub trait Samples: Sync {
    /// Channels, height and width of a sample.
    fn sample_shape(&self) -> [usize; 3];

    /// The class of each sample.
    fn classes(&self) -> &[u8];

    /// Writes the values of one sample, as many as the shape says.
    fn read(&self, index: usize, values: &mut [f32]);
}

/// The samples `range` as a batch.
pub(crate) fn batch(data: &dyn Samples, range: std::ops::Range<usize>) -> ArrayD<f32> {
    let shape = [&[range.len()], data.sample_shape().as_slice()].concat();
    let mut values = ArrayD::zeros(shape);
    for (index, mut sample) in range.zip(values.outer_iter_mut()) {
        data.read(index, sample.as_slice_mut().expect("a sample of a new array is a slice"));
    }
    values
}

impl Samples for Dataset {
    fn sample_shape(&self) -> [usize; 3] {
        self.image_shape()
    }

    fn classes(&self) -> &[u8] {
        &self.labels
    }

    fn read(&self, index: usize, values: &mut [f32]) {
        let bytes = self.images.as_slice().expect("kept in standard layout");
        let image = &bytes[index * values.len()..][..values.len()];
        values.iter_mut().zip(image).for_each(|(value, byte)| *value = f32::from(*byte) / 255.0);
    }
}

/// Pictures (samples × channels × height × width, bytes) and the class of each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dataset {
    images: Array4<u8>,
    labels: Vec<u8>,
}

impl Dataset {
    /// Puts pictures and labels together.
    ///
    /// # Errors
    /// When there is not one label a picture.
    pub fn new(images: Array4<u8>, labels: Vec<u8>) -> Result<Self> {
        if images.dim().0 != labels.len() {
            let rule = format!("there must be one for each of the {} images", images.dim().0);
            return Err(Error::new(ErrorKind::Shape, "number of labels", labels.len(), rule));
        }
        Ok(Self { images: images.as_standard_layout().into_owned(), labels })
    }

    /// How many pictures there are.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// Channels, height and width of a picture.
    pub fn image_shape(&self) -> [usize; 3] {
        let (_, channels, height, width) = self.images.dim();
        [channels, height, width]
    }

    /// The pictures' bytes.
    pub fn images(&self) -> &Array4<u8> {
        &self.images
    }

    /// The class of each picture.
    pub fn labels(&self) -> &[u8] {
        &self.labels
    }

    /// The first `len − last` pictures and the `last` ones: to learn from and to choose by.
    ///
    /// # Errors
    /// When there are fewer than `last` pictures.
    pub fn split(self, last: usize) -> Result<(Self, Self)> {
        let Some(first) = self.len().checked_sub(last) else {
            let rule = format!("there are only {} images", self.len());
            return Err(Error::new(ErrorKind::Parameter, "number of images held back", last, rule));
        };
        let images = |range| self.images.slice(ndarray::s![range, .., .., ..]).to_owned();
        let (front, back) = (images(0..first), images(first..self.len()));
        let mut labels = self.labels.clone();
        let last = labels.split_off(first);
        Ok((Self { images: front, labels }, Self { images: back, labels: last }))
    }
}
