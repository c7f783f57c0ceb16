//! A tiny chat model of random weights, in the file that real ones come in.

use std::fs::File;
use std::path::Path;

use candle_core::quantized::gguf_file::{self, Value};
use candle_core::quantized::{GgmlDType, QTensor};
use candle_core::{Device, Tensor};
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};

/// Components of a token's vector, heads that they are shared by, heads that are remembered, and components inside a layer.
const COMPONENTS: usize = 32;
const HEADS: usize = 4;
const REMEMBERED: usize = 2;
const INSIDE: usize = 64;
const LAYERS: usize = 2;
/// Tokens of a conversation.
pub const CONTEXT: u32 = 2_048;
/// Control tokens, behind those of the bytes.
const CONTROL: [&str; 3] = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"];
const TEMPLATE: &str = "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{{ message['content'] }}<|im_end|>\n\
    {% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}";

/// The parts of a file.
pub struct Parts {
    pub metadata: Vec<(String, Value)>,
    pub tensors: Vec<(String, QTensor)>,
}

impl Parts {
    /// A model that runs.
    pub fn new(seed: u64) -> Self {
        Self { metadata: metadata(), tensors: tensors(seed) }
    }

    /// Sets an entry, or adds it.
    pub fn set(&mut self, key: &str, value: Value) {
        self.metadata.retain(|(own, _)| own != key);
        self.metadata.push((key.to_owned(), value));
    }

    /// Leaves an entry or a tensor out.
    pub fn remove(&mut self, name: &str) {
        self.metadata.retain(|(own, _)| own != name);
        self.tensors.retain(|(own, _)| own != name);
    }

    /// Puts another tensor of this shape in the place of one.
    pub fn reshape(&mut self, name: &str, shape: &[usize]) {
        self.tensors.retain(|(own, _)| own != name);
        self.tensors.push((name.to_owned(), tensor(&mut StdRng::seed_from_u64(1), shape)));
    }

    pub fn write(&self, file: &Path) {
        let metadata: Vec<_> = self.metadata.iter().map(|(key, value)| (key.as_str(), value)).collect();
        let tensors: Vec<_> = self.tensors.iter().map(|(name, tensor)| (name.as_str(), tensor)).collect();
        let mut file = File::create(file).expect("made");
        gguf_file::write(&mut file, &metadata, &tensors).expect("written");
    }
}

fn metadata() -> Vec<(String, Value)> {
    let small = |number: usize| Value::U32(u32::try_from(number).expect("small"));
    let text = |text: &str| Value::String(text.to_owned());
    let texts = |texts: &[String]| Value::Array(texts.iter().map(|it| Value::String(it.clone())).collect());
    let tokens: Vec<String> = bytes().into_iter().map(String::from).chain(CONTROL.map(str::to_owned)).collect();
    let kinds = (0..tokens.len()).map(|at| Value::I32(if at < 256 { 1 } else { 3 })).collect();
    let entries = [
        ("general.architecture", text("llama")),
        ("general.name", text("Tiny")),
        ("llama.context_length", Value::U32(CONTEXT)),
        ("llama.embedding_length", small(COMPONENTS)),
        ("llama.block_count", small(LAYERS)),
        ("llama.feed_forward_length", small(INSIDE)),
        ("llama.attention.head_count", small(HEADS)),
        ("llama.attention.head_count_kv", small(REMEMBERED)),
        ("llama.attention.layer_norm_rms_epsilon", Value::F32(1e-5)),
        ("llama.rope.dimension_count", small(COMPONENTS / HEADS)),
        ("llama.rope.freq_base", Value::F32(10_000.0)),
        ("tokenizer.ggml.model", text("gpt2")),
        ("tokenizer.ggml.pre", text("smollm")),
        ("tokenizer.ggml.tokens", texts(&tokens)),
        ("tokenizer.ggml.token_type", Value::Array(kinds)),
        ("tokenizer.ggml.merges", texts(&["Ġ a".to_owned()])),
        ("tokenizer.ggml.bos_token_id", Value::U32(256)),
        ("tokenizer.ggml.eos_token_id", Value::U32(258)),
        ("tokenizer.chat_template", text(TEMPLATE)),
    ];
    let mut entries: Vec<_> = entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
    // A merge needs its token.
    for (key, value) in &mut entries {
        if let (true, Value::Array(list)) = (key.ends_with("tokens"), &mut *value) {
            list.push(Value::String("Ġa".to_owned()));
        }
        if let (true, Value::Array(list)) = (key.ends_with("token_type"), &mut *value) {
            list.push(Value::I32(1));
        }
    }
    entries
}

/// The letters that stand for the 256 bytes; see <https://github.com/openai/gpt-2/blob/master/src/encoder.py>.
fn bytes() -> Vec<char> {
    let is_visible = |byte: u8| matches!(byte, b'!'..=b'~' | 0xa1..=0xac | 0xae..=0xff);
    let mut next = 256;
    let letter = |byte: u8| {
        if is_visible(byte) {
            return char::from(byte);
        }
        next += 1;
        char::from_u32(next - 1).expect("a letter")
    };
    (0..=255).map(letter).collect()
}

fn tensors(seed: u64) -> Vec<(String, QTensor)> {
    let mut chance = StdRng::seed_from_u64(seed);
    let vocabulary = 256 + CONTROL.len() + 1;
    let remembered = COMPONENTS / HEADS * REMEMBERED;
    let mut tensors = vec![
        ("token_embd.weight".to_owned(), tensor(&mut chance, &[vocabulary, COMPONENTS])),
        ("output_norm.weight".to_owned(), tensor(&mut chance, &[COMPONENTS])),
        ("output.weight".to_owned(), tensor(&mut chance, &[vocabulary, COMPONENTS])),
    ];
    for layer in 0..LAYERS {
        for (name, shape) in [
            ("attn_norm", &[COMPONENTS][..]),
            ("attn_q", &[COMPONENTS, COMPONENTS]),
            ("attn_k", &[remembered, COMPONENTS]),
            ("attn_v", &[remembered, COMPONENTS]),
            ("attn_output", &[COMPONENTS, COMPONENTS]),
            ("ffn_norm", &[COMPONENTS]),
            ("ffn_gate", &[INSIDE, COMPONENTS]),
            ("ffn_up", &[INSIDE, COMPONENTS]),
            ("ffn_down", &[COMPONENTS, INSIDE]),
        ] {
            tensors.push((format!("blk.{layer}.{name}.weight"), tensor(&mut chance, shape)));
        }
    }
    tensors
}

fn tensor(chance: &mut StdRng, shape: &[usize]) -> QTensor {
    let numbers: Vec<f32> = (0..shape.iter().product()).map(|_| chance.random_range(-1.0_f32..1.0)).collect();
    let tensor = Tensor::from_vec(numbers, shape, &Device::Cpu).expect("a tensor");
    // The kernels of real models, where a row is long enough for them.
    let is_packed = shape.len() > 1 && shape[shape.len() - 1].is_multiple_of(32);
    let kind = if is_packed { GgmlDType::Q8_0 } else { GgmlDType::F32 };
    QTensor::quantize(&tensor, kind).expect("packed")
}
