//! Random numbers by their place: SplitMix64 (G. Steele, D. Lea and C. Flood, *Fast Splittable Pseudorandom Number
//! Generators*, 2014), for what draws a few numbers at places that it knows. The same on every machine.

/// By how much the state moves from one number to the next: 2⁶⁴ over the golden ratio, made odd.
const GOLDEN_GAMMA: u64 = 0x9e37_79b9_7f4a_7c15;

/// Number `index` (below 2⁴⁸) of stream `stream` (below 2¹⁶) under `seed`. Stream s is the seed's sequence from number
/// s · 2⁴⁸ on, so no two streams of a seed share a state.
pub(crate) fn at(seed: u64, stream: u64, index: u64) -> u64 {
    let place = (stream << 48).wrapping_add(index).wrapping_add(1);
    mix(seed.wrapping_add(place.wrapping_mul(GOLDEN_GAMMA)))
}

/// The finaliser by which the paper's `nextLong` turns a state into a number ("mix variant 13" of D. Stafford).
fn mix(state: u64) -> u64 {
    let state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    state ^ (state >> 31)
}

/// The numbers of one stream, one after the other.
pub(crate) struct Draws {
    seed: u64,
    stream: u64,
    index: u64,
}

impl Draws {
    pub(crate) fn new(seed: u64, stream: u64) -> Self {
        Self { seed, stream, index: 0 }
    }

    pub(crate) fn next(&mut self) -> u64 {
        let drawn = at(self.seed, self.stream, self.index);
        self.index += 1;
        drawn
    }

    /// A whole number below `bound`, which must be at least 1; each exactly as likely as any other (D. Lemire, *Fast
    /// Random Integer Generation in an Interval*, 2019): of the 2⁶⁴ mod `bound` numbers too many, none is taken.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        let surplus = bound.wrapping_neg() % bound;
        loop {
            let product = u128::from(self.next()) * u128::from(bound);
            if product as u64 >= surplus {
                return (product >> 64) as u64;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_published_numbers() {
        // Rosetta Code, *Pseudo-random numbers/Splitmix64*, seed 1234567.
        let published = [
            6_457_827_717_110_365_317,
            3_203_168_211_198_807_973,
            9_817_491_932_198_370_423,
            4_593_380_528_125_082_431,
            16_408_922_859_458_223_821,
        ];
        let mut draws = Draws::new(1_234_567, 0);
        for (index, number) in (0..).zip(published) {
            assert_eq!((at(1_234_567, 0, index), draws.next()), (number, number));
        }
    }

    #[test]
    fn streams_are_parts_of_one_sequence() {
        assert_eq!(at(5, 2, 7), at(5, 0, (2 << 48) + 7));
        assert_ne!(at(5, 2, 7), at(5, 1, 7));
    }

    #[test]
    fn numbers_below_a_bound_are_equally_likely() {
        // Under a bound of 3 · 2⁶², taking the product's upper half without rejection makes a third of the numbers
        // twice as likely as the others: every third one, so the remainder by 3 tells.
        let mut draws = Draws::new(9, 0);
        let bound = 3 << 62;
        let mut counts = [0u32; 3];
        for _ in 0..30_000 {
            let drawn = draws.below(bound);
            assert!(drawn < bound);
            counts[(drawn % 3) as usize] += 1;
        }
        // Chi-squared with two degrees of freedom: above 13.8 in one of a thousand seeds.
        let squared: f64 = counts.iter().map(|&count| (f64::from(count) - 1e4).powi(2) / 1e4).sum();
        assert!(squared < 13.8, "{counts:?}");
        assert!((0..100).all(|_| draws.below(1) == 0));
    }
}
