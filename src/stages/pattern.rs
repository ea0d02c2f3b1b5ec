//! Test patterns: inputs of which one knows what a layer should do with them.

use crate::error::{Error, ErrorKind, Result};
use crate::pool::{product, reserve};
use crate::random;
use crate::shown::quoted;
use std::f64::consts::TAU;

/// Which pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PatternName {
    /// Squares of 0 and 1, the first one 0: `frequency` pairs of them along a row.
    Checkerboard,
    /// 1 in the middle, 0 elsewhere.
    Impulse,
    /// From 0 at the left to 1 at the right.
    Ramp,
    /// Uniform from 0 up to 1, drawn by `seed` and place.
    Noise,
    /// `frequency` waves along a row, from 0 to 1: as soon as the output's cells are more than half a wave apart, other
    /// waves than the input's are seen.
    Sine,
    /// Rings that grow finer outwards, to `frequency` waves along a row at the middle of each side: every frequency at once,
    /// so that one sees where a layer begins to alias.
    ZonePlate,
}

impl PatternName {
    /// Every pattern, in the order in which a page lists them.
    pub const ALL: [Self; 6] =
        [Self::Checkerboard, Self::Impulse, Self::Ramp, Self::Noise, Self::Sine, Self::ZonePlate];

    /// The pattern of this name.
    ///
    /// # Errors
    /// When there is none.
    pub fn named(name: &str) -> Result<Self> {
        Self::ALL.into_iter().find(|pattern| pattern.name() == name).ok_or_else(|| {
            let rule = "must be checkerboard, impulse, ramp, noise, sine or zone-plate";
            Error::new(ErrorKind::Parameter, "name", quoted(name), rule)
        })
    }

    /// Its name in options and messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Checkerboard => "checkerboard",
            Self::Impulse => "impulse",
            Self::Ramp => "ramp",
            Self::Noise => "noise",
            Self::Sine => "sine",
            Self::ZonePlate => "zone-plate",
        }
    }
}

/// A test pattern, with values from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pattern {
    /// Which.
    pub name: PatternName,
    /// Its rows.
    pub height: usize,
    /// Its columns.
    pub width: usize,
    /// How many periods a row has, where there are any.
    pub frequency: f64,
    /// What noise is drawn by.
    pub seed: u64,
}

impl Pattern {
    /// The cells, row-major. The same on every machine.
    ///
    /// ```
    /// use deep_end::stages::{Pattern, PatternName};
    /// let board = Pattern { name: PatternName::Checkerboard, height: 2, width: 4, frequency: 2.0, seed: 0 };
    /// assert_eq!(board.cells()?, [0.0, 1.0, 0.0, 1.0, 1.0, 0.0, 1.0, 0.0]);
    /// let ramp = Pattern { name: PatternName::Ramp, height: 1, width: 3, ..board };
    /// assert_eq!(ramp.cells()?, [0.0, 0.5, 1.0]);
    /// # Ok::<(), deep_end::Error>(())
    /// ```
    ///
    /// # Errors
    /// When a side is 0, the frequency is not above 0 and finite, or the cells do not fit into memory.
    pub fn cells(&self) -> Result<Vec<f32>> {
        let Self { height, width, frequency, .. } = *self;
        for (parameter, extent) in [("height", height), ("width", width)] {
            if extent == 0 {
                return Err(Error::new(ErrorKind::Parameter, parameter, extent, "must be at least 1"));
            }
        }
        if !(frequency > 0.0 && frequency < f64::INFINITY) {
            return Err(Error::new(ErrorKind::Parameter, "frequency", frequency, "must be above 0 and finite"));
        }
        let mut cells = reserve(product("shape", &[height, width])?, &[height, width])?;
        for row in 0..height {
            cells.extend((0..width).map(|column| self.at(row, column) as f32));
        }
        Ok(cells)
    }

    fn at(&self, row: usize, column: usize) -> f64 {
        let Self { height, width, frequency, seed, .. } = *self;
        // How many periods lie before this column, and before this row.
        let periods = |at: usize| at as f64 * frequency / width as f64;
        let wave = |turns: f64| 0.5 + 0.5 * libm::sin(TAU * turns);
        match self.name {
            // Two squares a period. The parity of a float below 2⁵³ is exact, and above it there is none to see.
            PatternName::Checkerboard => ((2.0 * periods(row)).floor() + (2.0 * periods(column)).floor()) % 2.0,
            PatternName::Impulse => f64::from(u8::from(row == height / 2 && column == width / 2)),
            PatternName::Ramp => column as f64 / (width - 1).max(1) as f64,
            // The upper 24 bits: as many as f32 tells apart below 1.
            PatternName::Noise => {
                (random::at(seed, 0, (row * width + column) as u64) >> 40) as f64 / f64::from(1u32 << 24)
            }
            PatternName::Sine => wave(periods(column)),
            PatternName::ZonePlate => {
                // The phase f·r²/width has f·2r/width periods a cell at distance r: `frequency` a row at r = width / 2.
                let centred = |at: usize, extent: usize| at as f64 - (extent - 1) as f64 / 2.0;
                let (down, across) = (centred(row, height), centred(column, width));
                wave(0.25 + frequency * (down * down + across * across) / (width as f64 * width as f64))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(name: PatternName, height: usize, width: usize, frequency: f64) -> Pattern {
        Pattern { name, height, width, frequency, seed: 1 }
    }

    #[test]
    fn every_pattern_stays_within_0_and_1_and_has_its_name() {
        for name in PatternName::ALL {
            assert_eq!(PatternName::named(name.name()).unwrap(), name);
            let cells = pattern(name, 9, 16, 3.0).cells().unwrap();
            assert_eq!(cells.len(), 9 * 16);
            assert!(cells.iter().all(|cell| (0.0..=1.0).contains(cell)), "{}", name.name());
            assert!(cells.iter().any(|cell| *cell != cells[0]), "{} is not flat", name.name());
        }
        assert!(PatternName::named("stripes").is_err());
    }

    #[test]
    fn a_sine_has_so_many_waves_along_a_row() {
        let cells = pattern(PatternName::Sine, 1, 16, 4.0).cells().unwrap();
        let expected = [0.5, 1.0, 0.5, 0.0];
        cells.iter().zip(expected.iter().cycle()).for_each(|(cell, wave)| assert!((cell - wave).abs() < 1e-6));
        // At half a wave a cell, every cell is a zero crossing: what aliases already.
        assert!(pattern(PatternName::Sine, 1, 16, 8.0).cells().unwrap().iter().all(|cell| (cell - 0.5).abs() < 1e-6));
    }

    #[test]
    fn an_impulse_is_one_cell_and_noise_is_its_seeds() {
        let cells = pattern(PatternName::Impulse, 5, 5, 1.0).cells().unwrap();
        assert_eq!((cells[12], cells.iter().sum::<f32>()), (1.0, 1.0));
        let noise = pattern(PatternName::Noise, 64, 64, 1.0);
        let (first, other) = (noise.cells().unwrap(), Pattern { seed: 2, ..noise }.cells().unwrap());
        assert_eq!(first, noise.cells().unwrap());
        assert_ne!(first, other);
        // The mean of 4096 uniform numbers is within 0.02 of ½ but for one seed in ten thousand.
        assert!((first.iter().sum::<f32>() / 4096.0 - 0.5).abs() < 0.02);
    }

    #[test]
    fn a_zone_plate_is_the_same_in_every_quarter() {
        let cells = pattern(PatternName::ZonePlate, 8, 8, 4.0).cells().unwrap();
        for (at, cell) in cells.iter().enumerate() {
            assert_eq!(*cell, cells[63 - at]);
            assert_eq!(*cell, cells[at % 8 * 8 + at / 8]);
        }
    }

    #[test]
    fn impossible_patterns_are_refused() {
        let message =
            |height, frequency| pattern(PatternName::Sine, height, 4, frequency).cells().unwrap_err().to_string();
        assert_eq!(message(0, 1.0), "height is 0: must be at least 1");
        assert_eq!(message(1, 0.0), "frequency is 0: must be above 0 and finite");
        assert_eq!(message(1, f64::NAN), "frequency is NaN: must be above 0 and finite");
        assert!(message(usize::MAX, 1.0).contains("overflows"));
    }
}
