//! Positions of an axis that no comparison of two layers tells apart: of each kind one is looked at, whatever the input's
//! size.

/// The positions of one axis by kind.
pub(super) struct Alike {
    /// The kind of each position.
    kinds: Vec<usize>,
    /// The first position of each kind, in their order.
    firsts: Vec<usize>,
}

impl Alike {
    /// So many positions, of which those that `look` the same are of one kind.
    pub(super) fn new<L: PartialEq>(positions: usize, look: impl Fn(usize) -> L) -> Self {
        let (mut kinds, mut firsts, mut looks) = (Vec::new(), Vec::new(), Vec::<L>::new());
        let mut last = 0;
        for at in 0..positions {
            let look = look(at);
            // Most windows are as the one before them.
            if looks.get(last) != Some(&look) {
                last = looks.iter().position(|seen| *seen == look).unwrap_or(looks.len());
            }
            if last == looks.len() {
                looks.push(look);
                firsts.push(at);
            }
            kinds.push(last);
        }
        Self { kinds, firsts }
    }

    pub(super) fn kind(&self, at: usize) -> usize {
        self.kinds[at]
    }

    /// The first position of each kind.
    pub(super) fn firsts(&self) -> &[usize] {
        &self.firsts
    }

    /// How many positions there are.
    pub(super) fn positions(&self) -> usize {
        self.kinds.len()
    }

    /// How many positions each kind has.
    pub(super) fn counts(&self) -> Vec<usize> {
        let mut counts = vec![0; self.firsts.len()];
        self.kinds.iter().for_each(|&kind| counts[kind] += 1);
        counts
    }
}
