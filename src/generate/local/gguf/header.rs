//! Reading a header with bounds on everything that it announces.

use std::collections::HashMap;
use std::io::Read;

use anyhow::{Context as _, Result, bail, ensure};

/// Entries, tensors and dimensions of a tensor at the most.
const MOST_ENTRIES: u64 = 10_000;
const MOST_TENSORS: u64 = 20_000;
const MOST_DIMENSIONS: u32 = 4;
/// Bytes of one text, and of a name, at the most.
const MOST_TEXT: u64 = 1 << 20;
const MOST_NAME: u64 = 1 << 12;
/// Entries of a list at the most.
const MOST_LIST: u64 = 4 << 20;
/// Bytes of the whole header at the most.
const MOST_HEADER: u64 = 256 << 20;
/// Where tensors begin, unless `general.alignment` says otherwise: at multiples of so many bytes.
const ALIGNMENT: u64 = 32;

/// What stands before the weights.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Header {
    /// What the file says of the model.
    pub metadata: HashMap<String, Value>,
    /// Its tensors.
    pub tensors: HashMap<String, Vec<u64>>,
}

/// A value of the metadata, as far as anybody asks for it.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Number(u64),
    Real(f64),
    Text(String),
    Texts(Vec<String>),
    Numbers(Vec<u64>),
    /// Something else.
    Other,
}

impl Header {
    /// Reads the header of a file of `size` bytes.
    pub(super) fn read(file: impl Read, size: u64) -> Result<Self> {
        let mut reader = Reader { file: file.take(size.min(MOST_HEADER)), read: 0 };
        ensure!(&reader.bytes::<4>()? == b"GGUF", "it is no GGUF file: it does not begin with “GGUF”");
        let version = reader.u32()?;
        ensure!((2..=3).contains(&version), "it is of version {version}; only 2 and 3 can be read");
        let (tensors, entries) = (reader.u64()?, reader.u64()?);
        ensure!(tensors <= MOST_TENSORS, "it announces {tensors} tensors");
        ensure!(entries <= MOST_ENTRIES, "it announces {entries} entries");
        let mut metadata = HashMap::new();
        for _ in 0..entries {
            let key = reader.text(MOST_NAME).context("the name of an entry")?;
            let kind = reader.u32()?;
            let value = reader.value(kind).with_context(|| key.clone())?;
            metadata.insert(key, value);
        }
        let tensors = reader.tensors(tensors)?;
        let alignment = match metadata.get("general.alignment") {
            None => ALIGNMENT,
            Some(Value::Number(alignment)) if alignment.is_power_of_two() && *alignment <= 1 << 16 => *alignment,
            Some(other) => bail!("general.alignment is {other:?}"),
        };
        let start = reader.read.next_multiple_of(alignment);
        for tensor in &tensors {
            tensor.check(start, size).with_context(|| format!("the tensor “{}”", tensor.name))?;
        }
        Ok(Self { metadata, tensors: tensors.into_iter().map(|tensor| (tensor.name, tensor.shape)).collect() })
    }
}

struct Tensor {
    name: String,
    /// The innermost dimension first.
    shape: Vec<u64>,
    kind: u32,
    /// Bytes behind the end of the header.
    offset: u64,
}

impl Tensor {
    fn check(&self, start: u64, size: u64) -> Result<()> {
        let (numbers, bytes) = block(self.kind).with_context(|| format!("is of the unknown kind {}", self.kind))?;
        let elements = self.shape.iter().try_fold(1, |product: u64, &side| product.checked_mul(side));
        let elements = elements.filter(|&elements| elements > 0 && self.shape[0].is_multiple_of(numbers));
        let needed = elements.and_then(|elements| (elements / numbers).checked_mul(bytes));
        let needed = needed.with_context(|| format!("has the shape {:?}, which is none of its kind", self.shape))?;
        let end = start.checked_add(self.offset).and_then(|begin| begin.checked_add(needed));
        ensure!(end.is_some_and(|end| end <= size), "ends behind the end of the file; the file is not whole");
        Ok(())
    }
}

/// How many numbers a kind of tensor packs together, and in how many bytes.
const fn block(kind: u32) -> Option<(u64, u64)> {
    Some(match kind {
        0 => (1, 4),      // F32
        1 => (1, 2),      // F16
        2 => (32, 18),    // Q4_0
        3 => (32, 20),    // Q4_1
        6 => (32, 22),    // Q5_0
        7 => (32, 24),    // Q5_1
        8 => (32, 34),    // Q8_0
        9 => (32, 36),    // Q8_1
        10 => (256, 84),  // Q2_K
        11 => (256, 110), // Q3_K
        12 => (256, 144), // Q4_K
        13 => (256, 176), // Q5_K
        14 => (256, 210), // Q6_K
        15 => (256, 292), // Q8_K
        _ => return None,
    })
}

struct Reader<R> {
    file: R,
    read: u64,
}

impl<R: Read> Reader<R> {
    fn bytes<const N: usize>(&mut self) -> Result<[u8; N]> {
        let mut bytes = [0; N];
        self.file.read_exact(&mut bytes).context("the file ends inside its header")?;
        self.read += N as u64;
        Ok(bytes)
    }

    fn u32(&mut self) -> Result<u32> {
        Ok(u32::from_le_bytes(self.bytes()?))
    }

    fn u64(&mut self) -> Result<u64> {
        Ok(u64::from_le_bytes(self.bytes()?))
    }

    fn text(&mut self, most: u64) -> Result<String> {
        let length = self.u64()?;
        ensure!(length <= most, "a text has {length} bytes, more than {most}");
        let mut bytes = Vec::new();
        self.file.by_ref().take(length).read_to_end(&mut bytes)?;
        ensure!(bytes.len() as u64 == length, "the file ends inside a text");
        self.read += length;
        String::from_utf8(bytes).context("a text is not UTF-8")
    }

    fn value(&mut self, kind: u32) -> Result<Value> {
        Ok(match kind {
            8 => Value::Text(self.text(MOST_TEXT)?),
            9 => self.list()?,
            _ => self.scalar(kind)?,
        })
    }

    /// One number or truth value.
    fn scalar(&mut self, kind: u32) -> Result<Value> {
        let number = |number: Option<u64>| number.map_or(Value::Other, Value::Number);
        Ok(match kind {
            0 | 7 => Value::Number(u64::from(self.bytes::<1>()?[0])),
            1 => number(u64::try_from(i8::from_le_bytes(self.bytes()?)).ok()),
            2 => Value::Number(u64::from(u16::from_le_bytes(self.bytes()?))),
            3 => number(u64::try_from(i16::from_le_bytes(self.bytes()?)).ok()),
            4 => Value::Number(u64::from(self.u32()?)),
            5 => number(u64::try_from(i32::from_le_bytes(self.bytes()?)).ok()),
            6 => Value::Real(f64::from(f32::from_le_bytes(self.bytes()?))),
            10 => Value::Number(self.u64()?),
            11 => number(u64::try_from(i64::from_le_bytes(self.bytes()?)).ok()),
            12 => Value::Real(f64::from_le_bytes(self.bytes()?)),
            other => bail!("is of the unknown kind {other}"),
        })
    }

    fn list(&mut self) -> Result<Value> {
        let (kind, length) = (self.u32()?, self.u64()?);
        ensure!(length <= MOST_LIST, "has {length} entries");
        if kind == 8 {
            return (0..length).map(|_| self.text(MOST_TEXT)).collect::<Result<_>>().map(Value::Texts);
        }
        let mut numbers = Vec::new();
        for _ in 0..length {
            match self.scalar(kind)? {
                Value::Number(number) => numbers.push(number),
                // Scores of tokens, which nobody asks for.
                _ => numbers.push(u64::MAX),
            }
        }
        Ok(Value::Numbers(numbers))
    }

    fn tensors(&mut self, count: u64) -> Result<Vec<Tensor>> {
        let mut tensors = Vec::new();
        for _ in 0..count {
            let name = self.text(MOST_NAME).context("the name of a tensor")?;
            let dimensions = self.u32()?;
            ensure!((1..=MOST_DIMENSIONS).contains(&dimensions), "the tensor “{name}” has {dimensions} dimensions");
            let shape = (0..dimensions).map(|_| self.u64()).collect::<Result<_>>()?;
            let (kind, offset) = (self.u32()?, self.u64()?);
            tensors.push(Tensor { name, shape, kind, offset });
        }
        Ok(tensors)
    }
}
