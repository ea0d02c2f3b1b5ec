//! Networks for sentences: training, the file, and which words decided.

use crate::training::{settings, train};
use crate::values;
use deep_end::io::safetensors::Precision;
use deep_end::nn::layers::{Conv2d, Embedding, Flatten, Layer, Linear, PoolLayer, Relu};
use deep_end::nn::optimizer::Optimizer;
use deep_end::nn::recipes;
use deep_end::nn::settings::Settings;
use deep_end::nn::train::Trainer;
use deep_end::nn::words::{Evidence, Reading, Sentences, Vocabulary, read, split};
use deep_end::nn::{Architecture, Network};
use deep_end::options::Options;
use serde_json::json;

fn sentences() -> Vec<(&'static str, u8)> {
    let mut all = Vec::new();
    for _ in 0..12 {
        all.extend([("a good film , really", 1), ("such a good cast", 1), ("good , and moving", 1)]);
        all.extend([("a bad film , really", 0), ("such a bad cast", 0), ("bad , and moving", 0)]);
    }
    all
}

fn vocabulary() -> Vocabulary {
    Vocabulary::of(sentences().into_iter().map(|(text, _)| text), 2, 100).unwrap()
}

fn trained() -> Network {
    let data = Sentences::new(sentences(), &vocabulary(), recipes::WORDS_LENGTH);
    let adam = Optimizer::Adam { betas: [0.9, 0.99], weight_decay: 0.01 };
    let settings = Settings { augmentation: Default::default(), average: 0.5, ..settings(1, adam) };
    let mut trainer =
        Trainer::new(recipes::words(vocabulary(), recipes::Downsampling::Max).unwrap(), settings).unwrap();
    train(&mut trainer, &data);
    trainer.network().unwrap().fold_batch_norm().unwrap()
}

fn reading(network: &Network, text: &str, lead: usize) -> deep_end::Result<Reading> {
    read(network, &mut network.prepare()?, text, lead)
}

#[test]
fn it_learns_which_word_matters_and_says_so() {
    let network = trained();
    // Words and their order that it has not seen together.
    for (text, label) in [("Really good and such a cast!", 1), ("moving , but bad", 0)] {
        let Reading { probabilities, filters: found, .. } = reading(&network, text, 0).unwrap();
        assert!(probabilities[label] > 0.8, "{text}: {probabilities:?}");
        let words: Vec<&str> = split(text).into_iter().map(|word| &text[word.start..word.end]).collect();
        // The filters that speak most for the answer have found the one word that was learned from.
        let most = found.iter().max_by(|a, b| {
            let speaks = |evidence: &Evidence| evidence.contributions[label] - evidence.contributions[1 - label];
            speaks(a).total_cmp(&speaks(b))
        });
        let span = &words[most.unwrap().words.clone()];
        assert!(span.contains(&["bad", "good"][label]), "{text}: {span:?}");
    }
    let bytes = network.to_bytes(Precision::I8).unwrap();
    let read = Network::from_bytes(&bytes).unwrap();
    assert_eq!(read.architecture().vocabulary, network.architecture().vocabulary);
    assert_eq!(read.to_bytes(Precision::I8).unwrap(), bytes);
}

/// One filter, whose every number is known: spans and contributions by hand.
#[test]
fn a_span_is_what_the_window_read() {
    let vocabulary = Vocabulary::of(["one two three"], 1, 10).unwrap();
    assert_eq!(vocabulary.words(), ["one", "three", "two"]);
    let global = json!({ "method": "max", "global": true });
    let layers = vec![
        Layer::Embedding(Embedding::new(5, 1)),
        Layer::Conv2d(Conv2d::new(1, 2, [1, 3]).padding([[0, 0], [1, 1]])),
        Layer::Relu(Relu {}),
        Layer::Pool(serde_json::from_value::<PoolLayer>(global).unwrap()),
        Layer::Flatten(Flatten {}),
        Layer::Linear(Linear::new(2, 2)),
    ];
    let plain = Architecture::new([1, 1, 6], vec!["no".into(), "yes".into()], layers).unwrap();
    let architecture = Architecture { vocabulary: Some(vocabulary), ..plain.clone() };
    // Rows of padding, unknown, one, three, two. Filter 0 adds a window up, filter 1 finds only ends of sentences.
    let parameters = [
        (vec![5, 1], vec![0.0, 0.0, 1.0, 3.0, 2.0]),
        (vec![2, 1, 1, 3], vec![1.0, 1.0, 1.0, -9.0, 0.0, 0.0]),
        (vec![2], vec![0.0, 0.5]),
        (vec![2, 2], vec![-1.0, 10.0, 0.5, 20.0]),
        (vec![2], vec![0.0, 0.0]),
    ];
    let parameters = parameters.map(|(shape, values)| ndarray::ArrayD::from_shape_vec(shape, values).unwrap()).to_vec();
    let network = Network::new(architecture, parameters.clone()).unwrap();
    let of = |text: &str, lead: usize| reading(&network, text, lead).unwrap();
    let Reading { filters: found, words, logits, rest, .. } = of("One zebra, three two!", 0);
    // Cells of filter 0; the first of the largest reads words 1 to 3.
    assert_eq!(found[0].cells, [1.0, 4.0, 5.0, 5.0, 2.0, 0.0]);
    assert_eq!((found[0].place, found[0].words.clone(), found[0].value), (2, 1..4, 5.0));
    assert_eq!(found[0].contributions, [-5.0, 2.5]);
    // Filter 1 is 0.5 before the first word, where it reads the padding and the first two words.
    assert_eq!((found[1].words.clone(), found[1].value), (0..2, 0.5));
    assert_eq!(found[1].contributions, [5.0, 10.0]);
    // Of the words under the winner, each gives its number times the weight; filter 1 found none, its bias did it.
    let parts: Vec<_> = words.iter().map(|word| (word.known, word.place, word.contributions.clone())).collect();
    let part = |known, place, parts: [f32; 2]| (known, Some(place), parts.to_vec());
    let wanted = [
        part(true, 0, [0.0, 0.0]),
        part(false, 1, [0.0, 0.0]),
        part(true, 2, [-3.0, 1.5]),
        part(true, 3, [-2.0, 1.0]),
        part(false, 4, [0.0, 0.0]),
    ];
    assert_eq!(parts, wanted);
    assert_eq!((logits, rest), (vec![0.0, 12.5], vec![5.0, 10.0]));

    // Further along, everything moves with it; what no longer has a place is not read.
    let moved = of("One zebra, three two!", 3);
    assert_eq!((moved.filters[0].place, moved.filters[0].words.clone(), moved.filters[0].value), (4, 0..3, 4.0));
    let places: Vec<_> = moved.words.iter().map(|word| word.place).collect();
    assert_eq!(places, [Some(3), Some(4), Some(5), None, None]);
    assert_eq!(moved.words[4].contributions, [0.0, 0.0]);

    // The mean over time shares among all six places: every word counts that some window reads.
    let mean = serde_json::from_value::<Options>(json!({ "method": "average" })).unwrap();
    let mean = network.with_global_pooling(&mean).unwrap();
    let shared = reading(&mean, "One zebra, three two!", 0).unwrap();
    assert_eq!((shared.filters[0].place, shared.filters[0].value), (2, 17.0 / 6.0));
    let from_one = 2.0 * 1.0 / 6.0;
    assert!((shared.words[0].contributions[0] + from_one).abs() < 1e-6, "{:?}", shared.words[0]);

    for (text, lead, parameter) in [("…", 0, "text"), (&"a ".repeat(5001), 0, "text.length"), ("one", 6, "lead")] {
        assert_eq!(reading(&network, text, lead).unwrap_err().parameter(), parameter);
    }
    let network = Network::new(plain, parameters).unwrap();
    assert_eq!(reading(&network, "one", 0).unwrap_err().parameter(), "vocabulary");
}

#[test]
fn a_vocabulary_of_another_size_is_refused() {
    let mut document: serde_json::Value =
        serde_json::from_str(&recipes::words(vocabulary(), recipes::Downsampling::Max).unwrap().to_json()).unwrap();
    assert_eq!(document["vocabulary"], json!(vocabulary().words().join(" ")));
    document["vocabulary"] = json!("only these");
    let refused =
        |document: &serde_json::Value| Architecture::from_json(&document.to_string()).unwrap_err().to_string();
    let rule = "the first layer must be an embedding with a row for each word, and two more";
    assert_eq!(refused(&document), format!("number of words is 2: {rule}"));
    document["vocabulary"] = json!(["good"]);
    assert!(refused(&document).contains("vocabulary"), "{}", refused(&document));
}

#[test]
fn averaged_weights_are_the_running_mean_of_the_weights() {
    let data = crate::training::bars();
    let architecture = crate::training::small();
    let plain = Settings { epochs: 1, ..settings(2, crate::training::SGD) };
    let averaging = Settings { average: 0.75, ..plain.clone() };
    let mut last = Trainer::new(architecture.clone(), plain).unwrap();
    let mut mean = Trainer::new(architecture, averaging).unwrap();
    let mut expected = last.network().unwrap().parameters();
    for _ in 0..3 {
        last.step(&data).unwrap();
        mean.step(&data).unwrap();
        for (mean, now) in expected.iter_mut().zip(last.network().unwrap().parameters()) {
            *mean += &((now - &*mean) * 0.25);
        }
        mean = Trainer::resume(&mean.checkpoint().unwrap()).unwrap();
    }
    assert_eq!(mean.network().unwrap().parameters(), expected);
    assert_ne!(expected, last.network().unwrap().parameters());
}

#[test]
fn objects_are_what_the_script_builds() {
    for (downsampling, name) in [
        (recipes::Downsampling::Max, "max"),
        (recipes::Downsampling::Average, "average"),
        (recipes::Downsampling::Blur, "blur"),
    ] {
        let path = format!("{}/www/networks/objects-{name}.safetensors", env!("CARGO_MANIFEST_DIR"));
        let shipped = Network::from_bytes(&std::fs::read(path).unwrap()).unwrap();
        let built = recipes::objects(downsampling).unwrap();
        let weights = built.parameters().map(|(_, _, parameter)| values(&parameter.shape, 1).abs());
        let folded = Network::new(built.clone(), weights.collect()).unwrap().fold_batch_norm().unwrap();
        assert_eq!(folded.architecture(), shipped.architecture(), "{name}");
    }
    assert_eq!(recipes::objects(recipes::Downsampling::None).unwrap_err().parameter(), "pooling");
}
