//! Sizes of memory in Spark's notation.

use crate::errors::SubmitError;

/// `2g`, `512MB` or `1024` (MiB, as Spark has it) in the notation of Java's `-Xmx`.
pub(super) fn java_size(text: &str) -> Result<String, SubmitError> {
    let wrong = || SubmitError::BadMemory { value: text.to_owned() };
    let lower = text.trim().to_ascii_lowercase();
    let digits = lower.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let number: u64 = digits.parse().map_err(|_| wrong())?;
    if number == 0 {
        return Err(wrong());
    }
    match &lower[digits.len()..] {
        "k" | "kb" => Ok(format!("{number}k")),
        "" | "m" | "mb" => Ok(format!("{number}m")),
        "g" | "gb" => Ok(format!("{number}g")),
        "t" | "tb" => Ok(format!("{}g", number * 1024)),
        "b" => Ok(number.to_string()),
        _ => Err(wrong()),
    }
}

#[cfg(test)]
mod tests {
    use super::java_size;

    #[test]
    fn sizes_are_read_as_spark_reads_them() {
        for (spark, java) in
            [("2g", "2g"), ("512MB", "512m"), ("1024", "1024m"), ("1t", "1024g"), ("900000K", "900000k")]
        {
            assert_eq!(java_size(spark).unwrap(), java);
        }
    }

    #[test]
    fn a_wrong_size_is_an_error_with_what_to_do() {
        for wrong in ["", "much", "1.5g", "0", "2x"] {
            let words = java_size(wrong).unwrap_err().to_string();
            assert!(words.contains("--driver-memory") && words.contains("2g"), "{words}");
        }
    }
}
