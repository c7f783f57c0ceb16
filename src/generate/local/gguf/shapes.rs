//! Whether the tensors are those that the figures of the model announce. What does not fit would be found out at the first
//! question, by a panic.

use anyhow::{Context as _, Result, bail, ensure};

use super::GgufModel;
use super::header::Header;

/// Components inside a layer at the most.
const MOST_INSIDE: u64 = 1 << 18;

pub(super) fn check(header: &Header, model: &GgufModel) -> Result<()> {
    let key = |name: &str| format!("{}.{name}", model.architecture);
    let (components, heads) = (model.components as u64, model.heads as u64);
    let shared = header.number(&key("attention.head_count_kv"))?;
    ensure!(
        shared > 0 && heads.is_multiple_of(shared),
        "{} is {shared}, which does not divide {heads} heads",
        key("attention.head_count_kv")
    );
    let head = components / heads;
    ensure!(
        components.is_multiple_of(heads) && head.is_multiple_of(2),
        "{} is {heads}, which does not divide {components} components into even parts",
        key("attention.head_count")
    );
    if let Ok(turned) = header.number(&key("rope.dimension_count")) {
        ensure!(turned == head, "{} is {turned} in place of {head}", key("rope.dimension_count"));
    }
    for (name, least, is_needed) in [("attention.layer_norm_rms_epsilon", 0.0, true), ("rope.freq_base", 1.0, false)] {
        match header.real(&key(name)) {
            Ok(value) => ensure!(value.is_finite() && value > least, "{} is {value}", key(name)),
            Err(error) if is_needed => return Err(error),
            Err(_) => {}
        }
    }
    let inside = header.number(&key("feed_forward_length"))?;
    ensure!((1..=MOST_INSIDE).contains(&inside), "{} is {inside}", key("feed_forward_length"));
    check_ends(header, model, components, head)?;
    for layer in 0..model.layers {
        check_layer(header, layer, components, inside, shared * head)?;
    }
    Ok(())
}

/// The tensors before and behind the layers.
fn check_ends(header: &Header, model: &GgufModel, components: u64, head: u64) -> Result<()> {
    let vectors = header.shape("token_embd.weight")?;
    let &[width, tokens] = vectors else { bail!("the tensor “token_embd.weight” has the shape {vectors:?}") };
    ensure!(
        width == components && tokens >= model.vocabulary as u64,
        "the tensor “token_embd.weight” has the shape {vectors:?}, which does not hold {} tokens of {components}",
        model.vocabulary
    );
    header.expect("output_norm.weight", &[components], true)?;
    header.expect("output.weight", &[components, tokens], false)?;
    header.expect("rope_freqs.weight", &[head / 2], false)
}

fn check_layer(header: &Header, layer: usize, components: u64, inside: u64, shared: u64) -> Result<()> {
    for (name, shape, is_needed) in [
        ("attn_q.weight", &[components, components][..], true),
        ("attn_k.weight", &[components, shared], true),
        ("attn_v.weight", &[components, shared], true),
        ("attn_q.bias", &[components], false),
        ("attn_k.bias", &[shared], false),
        ("attn_v.bias", &[shared], false),
        ("attn_output.weight", &[components, components], true),
        ("attn_norm.weight", &[components], true),
        ("ffn_gate.weight", &[components, inside], true),
        ("ffn_up.weight", &[components, inside], true),
        ("ffn_down.weight", &[inside, components], true),
        ("ffn_norm.weight", &[components], true),
    ] {
        header.expect(&format!("blk.{layer}.{name}"), shape, is_needed)?;
    }
    let joined = format!("blk.{layer}.attn_qkv.weight");
    ensure!(!header.tensors.contains_key(&joined), "the tensor “{joined}” belongs to another architecture");
    Ok(())
}

impl Header {
    fn shape(&self, name: &str) -> Result<&[u64]> {
        self.tensors.get(name).map(Vec::as_slice).with_context(|| format!("it has no tensor “{name}”"))
    }

    fn expect(&self, name: &str, shape: &[u64], is_needed: bool) -> Result<()> {
        match self.shape(name) {
            Ok(found) => ensure!(found == shape, "the tensor “{name}” has the shape {found:?} in place of {shape:?}"),
            Err(error) if is_needed => return Err(error),
            Err(_) => {}
        }
        Ok(())
    }
}
