//! Sentences for networks: words as tokens, labelled sentences, and which words decided.

mod reading;

pub use reading::{Evidence, MOST_BYTES, ReadWord, Reading, read};

use super::dataset::Samples;
use crate::error::{Error, ErrorKind, Result};
use crate::shown::quoted;
use serde::{Serialize, Serializer};

/// The token that fills a sentence up, and the one of every word that the vocabulary lacks.
pub const PADDING: usize = 0;
/// See [`PADDING`].
pub const UNKNOWN: usize = 1;
/// The first word's token.
const FIRST: usize = 2;

/// The words that a network knows. Word i has the token i + 2. In a file they are one text, parted by blanks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vocabulary {
    words: Vec<String>,
}

/// A word of a sentence, and where it is written: bytes `start` up to `end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word {
    /// Its first byte.
    pub start: usize,
    /// The byte after its last.
    pub end: usize,
}

/// The words of a sentence: runs of letters, digits and apostrophes; and each exclamation and question mark. Everything else
/// only parts them.
pub fn split(text: &str) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let mut open = false;
    for (start, letter) in text.char_indices() {
        let end = start + letter.len_utf8();
        let within = letter.is_alphanumeric() || letter == '\'' || letter == '’';
        match words.last_mut() {
            Some(word) if open && within => word.end = end,
            _ if within || letter == '!' || letter == '?' => words.push(Word { start, end }),
            _ => {}
        }
        open = within;
    }
    words
}

/// A word as the vocabulary has it: in small letters, with a straight apostrophe.
fn plain(word: &str) -> String {
    word.replace('’', "'").to_lowercase()
}

impl Vocabulary {
    /// The `most` commonest words of these sentences that occur at least `times` times; of equally common ones the first in
    /// the alphabet.
    ///
    /// # Errors
    /// When no word is left.
    pub fn of<'a>(sentences: impl IntoIterator<Item = &'a str>, times: usize, most: usize) -> Result<Self> {
        let mut counts = std::collections::BTreeMap::<String, usize>::new();
        for sentence in sentences {
            for word in split(sentence) {
                *counts.entry(plain(&sentence[word.start..word.end])).or_default() += 1;
            }
        }
        let mut words: Vec<_> = counts.into_iter().filter(|(_, count)| *count >= times).collect();
        words.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        words.truncate(most);
        let words: Vec<String> = words.into_iter().map(|(word, _)| word).collect();
        Self::from_text(&words.join(" "))
    }

    /// Reads words parted by blanks.
    ///
    /// # Errors
    /// When one is empty.
    pub(crate) fn from_text(text: &str) -> Result<Self> {
        let words: Vec<String> = text.split(' ').map(str::to_owned).collect();
        if words.iter().any(String::is_empty) {
            let rule = "it must be words with one blank between them";
            return Err(Error::new(ErrorKind::Format, "vocabulary", quoted(text), rule));
        }
        Ok(Self { words })
    }

    /// The words.
    pub fn words(&self) -> &[String] {
        &self.words
    }

    /// Tokens in all: the words, padding and unknown.
    pub fn tokens(&self) -> usize {
        self.words.len() + FIRST
    }

    /// The tokens of a sentence, filled up to `length`; what is longer is cut off.
    pub fn encode(&self, text: &str, length: usize) -> Vec<usize> {
        let words = split(text).into_iter().take(length).map(|word| self.token(&text[word.start..word.end]));
        words.chain(std::iter::repeat(PADDING)).take(length).collect()
    }

    /// Whether a token is a word's own.
    fn knows(&self, token: usize) -> bool {
        token >= FIRST
    }

    fn token(&self, word: &str) -> usize {
        let word = plain(word);
        self.words.iter().position(|known| *known == word).map_or(UNKNOWN, |index| index + FIRST)
    }
}

impl Serialize for Vocabulary {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.words.join(" "))
    }
}

/// Sentences as tokens, each with its class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentences {
    tokens: Vec<u32>,
    length: usize,
    classes: Vec<u8>,
}

impl Sentences {
    /// These sentences and their classes, in the words of `vocabulary`, each `length` tokens long.
    pub fn new<'a>(labelled: impl IntoIterator<Item = (&'a str, u8)>, vocabulary: &Vocabulary, length: usize) -> Self {
        let (mut tokens, mut classes) = (Vec::new(), Vec::new());
        for (text, class) in labelled {
            tokens.extend(vocabulary.encode(text, length).into_iter().map(|token| token as u32));
            classes.push(class);
        }
        Self { tokens, length, classes }
    }
}

impl Samples for Sentences {
    fn sample_shape(&self) -> [usize; 3] {
        [1, 1, self.length]
    }

    fn classes(&self) -> &[u8] {
        &self.classes
    }

    fn read(&self, index: usize, values: &mut [f32]) {
        let tokens = &self.tokens[index * self.length..][..self.length];
        values.iter_mut().zip(tokens).for_each(|(value, token)| *value = *token as f32);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_fall_apart_into_words() {
        let text = "It’s \"good\" – isn't it?! co-writer 21st";
        let words: Vec<_> = split(text).into_iter().map(|word| plain(&text[word.start..word.end])).collect();
        assert_eq!(words, ["it's", "good", "isn't", "it", "?", "!", "co", "writer", "21st"]);
    }

    #[test]
    fn common_words_have_tokens_and_others_share_one() {
        let vocabulary = Vocabulary::of(["b a b c", "B! a d"], 2, 5).unwrap();
        assert_eq!(vocabulary.words(), ["b", "a"]);
        assert_eq!(vocabulary.tokens(), 4);
        assert_eq!(vocabulary.encode("A zebra, b", 5), [3, UNKNOWN, 2, PADDING, PADDING]);
        assert_eq!(vocabulary.encode("b b b b", 2), [2, 2]);
        assert_eq!(Vocabulary::of(["a"], 2, 5).unwrap_err().parameter(), "vocabulary");
        assert_eq!(Vocabulary::from_text("a  b").unwrap_err().parameter(), "vocabulary");
    }
}
