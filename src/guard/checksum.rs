//! Checks that tell a real number or token from one that only looks like it.

/// Whether the digits in `text` pass the Luhn check of payment cards; other characters are skipped.
pub fn luhn(text: &str) -> bool {
    let digits = text.bytes().rev().filter(u8::is_ascii_digit).map(|digit| u32::from(digit - b'0'));
    let sum: u32 = digits
        .enumerate()
        .map(|(place, digit)| match (place % 2, digit) {
            (0, _) | (_, 9) => digit,
            _ => digit * 2 % 9,
        })
        .sum();
    sum.is_multiple_of(10)
}

/// Whether `text` (letters, digits and spaces) passes the mod-97 check of account numbers.
pub fn iban(text: &str) -> bool {
    let compact: Vec<u8> = text.bytes().filter(u8::is_ascii_alphanumeric).collect();
    if compact.len() < 15 {
        return false;
    }
    let remainder = compact.iter().cycle().skip(4).take(compact.len()).fold(0_u32, |sum, &byte| {
        if byte.is_ascii_digit() {
            (sum * 10 + u32::from(byte - b'0')) % 97
        } else {
            (sum * 100 + u32::from(byte.to_ascii_uppercase() - b'A') + 10) % 97
        }
    });
    remainder == 1
}

/// Shannon entropy of the bytes of `text`, in bits a byte; 0 for an empty text.
pub fn entropy(text: &str) -> f64 {
    let mut counts = [0_u32; 256];
    for byte in text.bytes() {
        counts[usize::from(byte)] += 1;
    }
    #[expect(clippy::cast_precision_loss, reason = "no text is that long")]
    let length = text.len() as f64;
    let share = |count: u32| f64::from(count) / length;
    -counts.into_iter().filter(|&count| count > 0).map(|count| share(count) * share(count).log2()).sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_test_numbers_pass_and_their_neighbours_do_not() {
        assert!(luhn("4111 1111 1111 1111") && !luhn("4111 1111 1111 1112"));
        assert!(luhn("378282246310005") && luhn("5555-5555-5555-4444"));
        assert!(iban("GB82 WEST 1234 5698 7654 32") && !iban("GB82 WEST 1234 5698 7654 33"));
        assert!(iban("ES9121000418450200051332") && iban("DE89370400440532013000"));
    }

    #[test]
    fn entropy_is_in_bits_a_byte() {
        assert!(entropy("").abs() < 1e-9 && entropy("aaaa").abs() < 1e-9);
        assert!((entropy("abcd") - 2.0).abs() < 1e-9);
    }
}
