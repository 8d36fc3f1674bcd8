//! Which entries of an object its fields have taken.

/// Which entries were taken: 128 without an allocation.
#[derive(Debug, Default, Clone)]
pub(super) struct Seen {
    first: u128,
    more: Vec<u64>,
}

impl Seen {
    pub(super) fn set(&mut self, position: usize) {
        if position < 128 {
            self.first |= 1 << position;
        } else {
            let word = (position - 128) / 64;
            if self.more.len() <= word {
                self.more.resize(word + 1, 0);
            }
            self.more[word] |= 1 << (position % 64);
        }
    }

    /// Whether nothing was taken.
    pub(super) fn is_empty(&self) -> bool {
        self.first == 0 && self.more.is_empty()
    }

    pub(super) fn has(&self, position: usize) -> bool {
        if position < 128 {
            self.first & (1 << position) != 0
        } else {
            self.more.get((position - 128) / 64).is_some_and(|word| word & (1 << (position % 64)) != 0)
        }
    }
}
