//! Chat models that are damaged or made to do harm: each gives an error that names what is wrong, soon, and nothing else.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use candle_core::quantized::gguf_file::Value;
use colega::generate::local::{LocalSettings, LocalWriter};
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};

use super::gguf::Parts;

/// How long a bad model may take to be refused.
const SOON: Duration = Duration::from_secs(2);

/// Loads the model, if its header lets it.
async fn load(model: &Path) -> Result<(), String> {
    let settings = LocalSettings { model: model.to_owned(), temperature: 0.0, seed: 1 };
    let begin = Instant::now();
    let loaded = match LocalWriter::start(settings) {
        Ok(writer) => writer.loaded().await,
        Err(error) => Err(error),
    };
    assert!(begin.elapsed() < SOON, "{:?}", begin.elapsed());
    loaded.map_err(|error| format!("{error:#}"))
}

#[tokio::test]
async fn what_a_model_says_of_itself_is_refused_by_its_field() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("bad.gguf");
    let text = |text: &str| Value::String(text.to_owned());
    for (key, value) in [
        ("general.architecture", text("gemma3")),
        ("general.architecture", Value::U32(1)),
        ("general.alignment", Value::U32(0)),
        ("llama.context_length", Value::U32(0)),
        ("llama.context_length", Value::U32(u32::MAX)),
        ("llama.context_length", Value::U64(u64::MAX)),
        ("llama.block_count", Value::U32(u32::MAX)),
        ("llama.block_count", Value::U32(3)),
        ("llama.embedding_length", Value::U32(1 << 30)),
        ("llama.embedding_length", Value::U32(33)),
        ("llama.feed_forward_length", Value::U64(1 << 50)),
        ("llama.attention.head_count", Value::U32(0)),
        ("llama.attention.head_count", Value::U32(5)),
        ("llama.attention.head_count_kv", Value::U32(0)),
        ("llama.attention.head_count_kv", Value::U32(3)),
        ("llama.attention.layer_norm_rms_epsilon", Value::F32(f32::NAN)),
        ("llama.rope.freq_base", Value::F32(f32::INFINITY)),
        ("llama.rope.dimension_count", Value::U32(6)),
        ("tokenizer.ggml.model", text("llama")),
        ("tokenizer.ggml.tokens", Value::Array(vec![Value::U32(1)])),
        ("tokenizer.ggml.token_type", Value::Array(vec![Value::I32(1)])),
        ("tokenizer.ggml.merges", Value::Array(vec![text("one")])),
        ("tokenizer.ggml.bos_token_id", Value::U32(u32::MAX)),
        ("tokenizer.ggml.eos_token_id", Value::U32(261)),
        ("tokenizer.chat_template", text("{% for")),
        ("tokenizer.chat_template", text("nothing")),
        ("tokenizer.chat_template", Value::String("x".repeat(1 << 20))),
    ] {
        let mut parts = Parts::new(1);
        parts.set(key, value.clone());
        parts.write(&file);
        let error = load(&file).await.expect_err(&format!("{key} {value:?}"));
        let field = if key == "llama.embedding_length" || key == "llama.block_count" { "" } else { key };
        assert!(error.contains("bad.gguf") && error.contains(field), "{key} {value:?}: {error}");
    }
}

#[tokio::test]
async fn tensors_that_are_missing_or_of_another_shape_are_refused_by_name() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("bad.gguf");
    for name in ["token_embd.weight", "output_norm.weight", "blk.1.attn_q.weight", "blk.0.ffn_down.weight"] {
        let mut parts = Parts::new(1);
        parts.remove(name);
        parts.write(&file);
        assert!(load(&file).await.expect_err(name).contains(name));
        parts.reshape(name, &[64, 64]);
        parts.write(&file);
        assert!(load(&file).await.expect_err(name).contains(name));
    }
    for key in ["tokenizer.ggml.tokens", "llama.block_count", "tokenizer.ggml.eos_token_id", "general.architecture"] {
        let mut parts = Parts::new(1);
        parts.remove(key);
        parts.write(&file);
        assert!(load(&file).await.expect_err(key).contains(key));
    }
}

#[tokio::test]
async fn files_that_announce_too_much_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("bad.gguf");
    Parts::new(1).write(&file);
    let good = fs::read(&file).expect("written");
    let with = |at: usize, bytes: &[u8]| {
        let mut bad = good.clone();
        bad[at..at + bytes.len()].copy_from_slice(bytes);
        bad
    };
    for (bytes, says) in [
        (Vec::new(), "header"),
        (b"GGUF".to_vec(), "header"),
        (b"not a model at all, but long enough to be one".to_vec(), "GGUF"),
        (with(4, &9_u32.to_le_bytes()), "version"),
        (with(8, &u64::MAX.to_le_bytes()), "tensors"),
        (with(16, &u64::MAX.to_le_bytes()), "entries"),
        (with(24, &u64::MAX.to_le_bytes()), "text"),
        (with(24, &(1_u64 << 20).to_le_bytes()), "text"),
        (good[..good.len() / 2].to_vec(), ""),
        (good[..good.len() - 64].to_vec(), "tensor"),
    ] {
        fs::write(&file, bytes).expect("written");
        let error = load(&file).await.expect_err(says);
        assert!(error.contains("bad.gguf") && error.contains(says), "{says}: {error}");
    }
    assert!(load(&folder.path().join("nowhere.gguf")).await.expect_err("missing").contains("nowhere.gguf"));
    assert!(load(&folder.path().join("model.bin")).await.expect_err("no GGUF").contains(".gguf"));
}

#[tokio::test]
async fn flipped_bits_and_cut_files_never_do_harm() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("bad.gguf");
    Parts::new(1).write(&file);
    let good = fs::read(&file).expect("written");
    let mut chance = StdRng::seed_from_u64(4);
    for round in 0..60 {
        let mut bytes = good.clone();
        if round % 2 == 0 {
            let at = chance.random_range(0..bytes.len().min(9_000));
            bytes[at] ^= 1 << chance.random_range(0..8);
        } else {
            bytes.truncate(chance.random_range(0..bytes.len()));
        }
        fs::write(&file, bytes).expect("written");
        // It may still be a model.
        drop(load(&file).await);
    }
}
