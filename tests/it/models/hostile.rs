//! Files of models that are damaged or made to do harm: each gives an error that names what is wrong, and nothing else.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use colega::embed::dense::Embedder;
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use serde_json::{Value, json};

use super::{bert, settings};

/// How long a bad model may take to be refused.
const SOON: Duration = Duration::from_secs(2);

/// Loads the model in `folder`, which must fail soon; gives the error.
#[track_caller]
fn refused(folder: &Path) -> String {
    let begin = Instant::now();
    let error = Embedder::load(&settings(folder)).err().expect("refused");
    assert!(begin.elapsed() < SOON, "{:?}", begin.elapsed());
    format!("{error:#}")
}

#[test]
fn a_configuration_that_asks_for_too_much_is_refused_by_its_field() {
    let folder = tempfile::tempdir().expect("a folder");
    for (field, value) in [
        ("vocab_size", json!(u64::MAX)),
        ("vocab_size", json!(0)),
        ("vocab_size", json!(11)),
        ("hidden_size", json!(1_u64 << 40)),
        ("hidden_size", json!(9)),
        ("hidden_size", json!(-1)),
        ("num_hidden_layers", json!(1_000_000)),
        ("num_attention_heads", json!(0)),
        ("num_attention_heads", json!(3)),
        ("intermediate_size", json!(1_u64 << 50)),
        ("max_position_embeddings", json!(0)),
        ("max_position_embeddings", json!(64)),
        ("model_type", json!("xlm-roberta")),
        ("hidden_act", json!("explode")),
    ] {
        bert::write(folder.path(), 1);
        let mut config = bert::config();
        config[field] = value.clone();
        fs::write(folder.path().join("config.json"), config.to_string()).expect("written");
        let error = refused(folder.path());
        assert!(error.contains("config.json") || error.contains("model.safetensors"), "{field} {value}: {error}");
    }
    for text in ["", "{", "[]", "{\"vocab_size\": \"many\"}", &"[".repeat(100_000)] {
        bert::write(folder.path(), 1);
        fs::write(folder.path().join("config.json"), text).expect("written");
        assert!(refused(folder.path()).contains("config.json"));
    }
}

#[test]
fn weights_that_are_not_what_their_header_says_are_refused_by_the_tensor() {
    let folder = tempfile::tempdir().expect("a folder");
    let good = bert::weights(1);
    let length = usize::try_from(u64::from_le_bytes(good[..8].try_into().expect("eight"))).expect("small");
    let (header, numbers) = (&good[8..8 + length], &good[8 + length..]);
    let header: Value = serde_json::from_slice(header).expect("JSON");
    let name = "embeddings.LayerNorm.weight";
    let with = |change: &dyn Fn(&mut Value)| {
        let mut header = header.clone();
        change(&mut header[name]);
        bert::with_header(&header.to_string(), numbers)
    };
    for (weights, says) in [
        (with(&|tensor| tensor["shape"] = json!([u64::MAX, 2])), name),
        (with(&|tensor| tensor["shape"] = json!([7])), name),
        (with(&|tensor| tensor["data_offsets"] = json!([0, u64::MAX])), name),
        (with(&|tensor| tensor["data_offsets"] = json!([9, 3])), name),
        (with(&|tensor| tensor["dtype"] = json!("F8_E4M3")), name),
        (with(&|tensor| *tensor = json!(7)), name),
        (Vec::new(), "too short"),
        (good[..4].to_vec(), "too short"),
        (u64::MAX.to_le_bytes().to_vec(), "header"),
        ([&(1_u64 << 40).to_le_bytes()[..], &good[8..]].concat(), "header"),
        (bert::with_header("{", numbers), "header"),
        (bert::with_header("{}", &[]), "no BERT model"),
        (good[..good.len() - 1].to_vec(), "tensor"),
        ([&good[..], &[0]].concat(), "bytes of weights"),
    ] {
        bert::write(folder.path(), 1);
        fs::write(folder.path().join("model.safetensors"), weights).expect("written");
        let error = refused(folder.path());
        assert!(error.contains("model.safetensors") && error.contains(says), "{says}: {error}");
    }
}

#[test]
fn weights_that_are_no_numbers_and_missing_files_are_told() {
    let folder = tempfile::tempdir().expect("a folder");
    bert::write(folder.path(), 1);
    let mut weights = bert::weights(1);
    let end = weights.len();
    for at in (end - 512..end).step_by(4) {
        weights[at..at + 4].copy_from_slice(&f32::NAN.to_le_bytes());
    }
    fs::write(folder.path().join("model.safetensors"), weights).expect("written");
    assert!(refused(folder.path()).contains("no direction"));
    for name in ["config.json", "tokenizer.json", "model.safetensors"] {
        bert::write(folder.path(), 1);
        fs::remove_file(folder.path().join(name)).expect("removed");
        assert!(refused(folder.path()).contains(name));
    }
    bert::write(folder.path(), 1);
    for text in ["", "{}", "{\"model\": {\"type\": \"WordPiece\"}}"] {
        fs::write(folder.path().join("tokenizer.json"), text).expect("written");
        let error = refused(folder.path());
        assert!(error.contains("tokenizer") || error.contains("cannot be loaded"), "{error}");
    }
    assert!(refused(&folder.path().join("nowhere")).contains("no folder"));
}

#[test]
fn flipped_bits_and_cut_files_never_do_harm() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut chance = StdRng::seed_from_u64(4);
    for round in 0..60 {
        bert::write(folder.path(), 1);
        let name = ["config.json", "tokenizer.json", "model.safetensors"][round % 3];
        let path = folder.path().join(name);
        let mut bytes = fs::read(&path).expect("written");
        if round % 2 == 0 {
            // Most of the weights are numbers, of which any will do: the header is what can do harm.
            let at = chance.random_range(0..bytes.len().min(1_500));
            bytes[at] ^= 1 << chance.random_range(0..8);
        } else {
            bytes.truncate(chance.random_range(0..bytes.len()));
        }
        fs::write(&path, bytes).expect("written");
        let begin = Instant::now();
        // It may still be a model.
        drop(Embedder::load(&settings(folder.path())));
        assert!(begin.elapsed() < SOON, "round {round}: {:?}", begin.elapsed());
    }
}
