//! A tiny BERT of random weights, in the files that real ones come in.

use std::fs;
use std::path::Path;

use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use serde_json::{Map, Value, json};

/// Components of a vector, and of the inside of a layer.
const HIDDEN: usize = 8;
const INTERMEDIATE: usize = 16;
/// Pieces that the tokenizer knows.
const PIECES: [&str; 10] = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "a", "b", "c", "d", "e", "[MASK]"];
/// Tokens of a text at the most.
const POSITIONS: usize = 32;

/// Writes `config.json`, `tokenizer.json` and `model.safetensors` into `folder`.
pub fn write(folder: &Path, seed: u64) {
    fs::write(folder.join("config.json"), config().to_string()).expect("written");
    fs::write(folder.join("tokenizer.json"), tokenizer().to_string()).expect("written");
    fs::write(folder.join("model.safetensors"), weights(seed)).expect("written");
}

pub fn config() -> Value {
    json!({
        "model_type": "bert", "vocab_size": PIECES.len(), "hidden_size": HIDDEN, "num_hidden_layers": 1,
        "num_attention_heads": 2, "intermediate_size": INTERMEDIATE, "hidden_act": "gelu", "hidden_dropout_prob": 0.0,
        "max_position_embeddings": POSITIONS, "type_vocab_size": 2, "initializer_range": 0.02, "layer_norm_eps": 1e-12,
        "pad_token_id": 0,
    })
}

fn tokenizer() -> Value {
    let vocabulary: Map<String, Value> =
        (0_u32..).zip(PIECES).map(|(id, piece)| (piece.to_owned(), json!(id))).collect();
    let special = |name: &str, id: u32| json!({ "id": name, "ids": [id], "tokens": [name] });
    json!({
        "version": "1.0", "truncation": null, "padding": null, "added_tokens": [],
        "normalizer": { "type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true, "strip_accents": null, "lowercase": true },
        "pre_tokenizer": { "type": "BertPreTokenizer" },
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [
                { "SpecialToken": { "id": "[CLS]", "type_id": 0 } },
                { "Sequence": { "id": "A", "type_id": 0 } },
                { "SpecialToken": { "id": "[SEP]", "type_id": 0 } },
            ],
            "pair": [
                { "SpecialToken": { "id": "[CLS]", "type_id": 0 } },
                { "Sequence": { "id": "A", "type_id": 0 } },
                { "SpecialToken": { "id": "[SEP]", "type_id": 0 } },
                { "Sequence": { "id": "B", "type_id": 1 } },
                { "SpecialToken": { "id": "[SEP]", "type_id": 1 } },
            ],
            "special_tokens": { "[CLS]": special("[CLS]", 2), "[SEP]": special("[SEP]", 3) },
        },
        "decoder": { "type": "WordPiece", "prefix": "##", "cleanup": true },
        "model": {
            "type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100,
            "vocab": vocabulary,
        },
    })
}

/// The tensors of a model by name and shape.
fn tensors() -> Vec<(String, Vec<usize>)> {
    let mut tensors = vec![
        ("embeddings.word_embeddings.weight".to_owned(), vec![PIECES.len(), HIDDEN]),
        ("embeddings.position_embeddings.weight".to_owned(), vec![POSITIONS, HIDDEN]),
        ("embeddings.token_type_embeddings.weight".to_owned(), vec![2, HIDDEN]),
    ];
    let layer = "encoder.layer.0";
    for (name, from, to) in [
        ("attention.self.query", HIDDEN, HIDDEN),
        ("attention.self.key", HIDDEN, HIDDEN),
        ("attention.self.value", HIDDEN, HIDDEN),
        ("attention.output.dense", HIDDEN, HIDDEN),
        ("intermediate.dense", HIDDEN, INTERMEDIATE),
        ("output.dense", INTERMEDIATE, HIDDEN),
    ] {
        tensors.push((format!("{layer}.{name}.weight"), vec![to, from]));
        tensors.push((format!("{layer}.{name}.bias"), vec![to]));
    }
    let norms = ["attention.output.LayerNorm", "output.LayerNorm"].map(|name| format!("{layer}.{name}"));
    for norm in norms.into_iter().chain(["embeddings.LayerNorm".to_owned()]) {
        tensors.push((format!("{norm}.weight"), vec![HIDDEN]));
        tensors.push((format!("{norm}.bias"), vec![HIDDEN]));
    }
    tensors
}

/// A file of weights: the length of its header, the header, and the numbers.
pub fn weights(seed: u64) -> Vec<u8> {
    let (mut chance, mut header, mut numbers) = (StdRng::seed_from_u64(seed), Map::new(), Vec::new());
    for (name, shape) in tensors() {
        let begin = numbers.len();
        for _ in 0..shape.iter().product() {
            numbers.extend(chance.random_range(-1.0_f32..1.0).to_le_bytes());
        }
        header.insert(name, json!({ "dtype": "F32", "shape": shape, "data_offsets": [begin, numbers.len()] }));
    }
    with_header(&Value::Object(header).to_string(), &numbers)
}

/// A file of weights with this header.
pub fn with_header(header: &str, numbers: &[u8]) -> Vec<u8> {
    [&(header.len() as u64).to_le_bytes(), header.as_bytes(), numbers].concat()
}
