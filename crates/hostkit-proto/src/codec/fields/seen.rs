//! Which entries of an object its fields have taken.

/// A set of entry positions; the first 64 need no allocation.
#[derive(Debug, Default, Clone)]
pub(super) struct Seen {
    first: u64,
    more: Vec<u64>,
}

impl Seen {
    #[inline]
    pub(super) fn set(&mut self, position: usize) {
        if position < 64 {
            self.first |= 1 << position;
        } else {
            self.set_more(position / 64 - 1, position % 64);
        }
    }

    #[cold]
    fn set_more(&mut self, word: usize, bit: usize) {
        if self.more.len() <= word {
            self.more.resize(word + 1, 0);
        }
        self.more[word] |= 1 << bit;
    }

    /// Whether nothing was taken.
    pub(super) fn is_empty(&self) -> bool {
        self.first == 0 && self.more.is_empty()
    }

    pub(super) fn has(&self, position: usize) -> bool {
        let word = if position < 64 { Some(&self.first) } else { self.more.get(position / 64 - 1) };
        word.is_some_and(|word| word & (1 << (position % 64)) != 0)
    }

    /// Whether the first `entries` entries were all taken; `false` also for 64 and more, which have to be checked
    /// singly.
    pub(super) fn has_all(&self, entries: usize) -> bool {
        entries < 64 && self.first == (1 << entries) - 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_of_every_word_are_told_apart() {
        let mut seen = Seen::default();
        assert!(seen.is_empty());
        let positions = [0, 63, 64, 127, 128, 300];
        for position in positions {
            assert!(!seen.has(position), "{position}");
            seen.set(position);
            assert!(seen.has(position), "{position}");
        }
        let taken: Vec<usize> = (0..400).filter(|position| seen.has(*position)).collect();
        assert_eq!(taken, positions);
    }

    #[test]
    fn all_of_a_few_are_known_at_a_glance() {
        let mut seen = Seen::default();
        assert!(seen.has_all(0) && !seen.has_all(1));
        seen.set(1);
        assert!(!seen.has_all(2));
        seen.set(0);
        assert!(seen.has_all(2) && !seen.has_all(1) && !seen.has_all(3));
        (0..64).for_each(|position| seen.set(position));
        assert!(!seen.has_all(63) && !seen.has_all(64));
    }
}
