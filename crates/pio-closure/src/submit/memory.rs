//! Sizes of memory in Spark's notation.

pub(super) const MIB: u64 = 1024 * 1024;

/// Below this Spark takes no heap by itself. Java's own count of a heap is a little below the flag that sets it.
pub(super) const SPARKS_LEAST_HEAP: u64 = 480 * MIB;

/// `2g`, `512MB` or `1024` in bytes; a bare number counts in `unit`.
pub(super) fn bytes(text: &str, unit: u64) -> Option<u64> {
    let lower = text.trim().to_ascii_lowercase();
    let digits = lower.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let number: u64 = digits.parse().ok()?;
    let factor = match &lower[digits.len()..] {
        "" => unit,
        "b" => 1,
        "k" | "kb" => 1 << 10,
        "m" | "mb" => 1 << 20,
        "g" | "gb" => 1 << 30,
        "t" | "tb" => 1 << 40,
        "p" | "pb" => 1 << 50,
        _ => return None,
    };
    number.checked_mul(factor)
}

#[cfg(test)]
mod tests {
    use super::{MIB, bytes};

    #[test]
    fn sizes_are_read_as_spark_reads_them() {
        for (spark, mib) in
            [("2g", 2048), ("512MB", 512), ("1024", 1024), ("1t", 1024 * 1024), ("1048576K", 1024), ("0", 0)]
        {
            assert_eq!(bytes(spark, MIB), Some(mib * MIB), "{spark}");
        }
        for wrong in ["", "much", "1.5g", "2x", "-1", "99999999999p"] {
            assert_eq!(bytes(wrong, MIB), None, "{wrong}");
        }
    }
}
