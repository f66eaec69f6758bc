//! Settings that are more than text: what their value must be, and the words where it is something else.

/// A setting that cannot be understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{variable} is {given:?}, which is not {wanted}. Set it to a value such as {example}, or unset it.")]
pub struct SettingError {
    /// The variable.
    pub variable: String,
    /// Its value.
    pub given: String,
    /// What its value must be, with an article.
    pub wanted: &'static str,
    /// A value that is right.
    pub example: &'static str,
}

const MIB: u64 = 1024 * 1024;

/// `true` or `false`, also as `1`, `yes`, `on` and `0`, `no`, `off`.
///
/// # Errors
/// When it says neither.
pub fn switch(variable: &str, text: &str) -> Result<bool, SettingError> {
    match text.trim().to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" | "on" => Ok(true),
        "false" | "0" | "no" | "off" => Ok(false),
        _ => Err(wrong(variable, text, "true or false", "true")),
    }
}

/// A TCP port that others can connect to.
///
/// # Errors
/// When it is no whole number from 1 to 65535.
pub fn port(variable: &str, text: &str) -> Result<u16, SettingError> {
    let port = digits(text).and_then(|number| u16::try_from(number).ok()).filter(|port| *port > 0);
    port.ok_or_else(|| wrong(variable, text, "a port, which is a whole number from 1 to 65535", "8000"))
}

/// How many of something, such as cores.
///
/// # Errors
/// When it is no whole number above zero, or more than Java can count.
pub fn count(variable: &str, text: &str) -> Result<usize, SettingError> {
    let most = u64::from(i32::MAX.unsigned_abs());
    let count = digits(text).filter(|number| (1..=most).contains(number));
    count
        .and_then(|number| usize::try_from(number).ok())
        .ok_or_else(|| wrong(variable, text, "a whole number above zero", "4"))
}

/// A size of memory in Spark's notation, always with a unit: where Spark reads a variable, a number without one counts bytes, and where
/// it reads an option or a configuration, MiB.
///
/// # Errors
/// When it is no whole number with a unit, or less than 1 MB.
pub fn memory(variable: &str, text: &str) -> Result<String, SettingError> {
    let wanted = "a size of memory, which is a whole number with a unit (k, m, g or t)";
    let size = text.trim().to_ascii_lowercase();
    match memory_bytes(&size, 1) {
        Some(bytes) if bytes >= MIB && digits(&size).is_some() => Ok(format!("{}k", bytes / 1024)),
        Some(bytes) if bytes >= MIB => Ok(size),
        _ => Err(wrong(variable, text, wanted, "2g")),
    }
}

/// How many bytes a size in Spark's notation is, such as `2g` or `512MB`; a number without a unit counts in `unit`. Nothing where it is
/// no size.
#[must_use]
pub fn memory_bytes(text: &str, unit: u64) -> Option<u64> {
    let size = text.trim().to_ascii_lowercase();
    let number = size.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let factor = match &size[number.len()..] {
        "" => unit,
        "b" => 1,
        "k" | "kb" => 1 << 10,
        "m" | "mb" => 1 << 20,
        "g" | "gb" => 1 << 30,
        "t" | "tb" => 1 << 40,
        "p" | "pb" => 1 << 50,
        _ => return None,
    };
    let number = digits(number).filter(|_| number == number.trim())?;
    number.checked_mul(factor).filter(|bytes| *bytes <= i64::MAX.unsigned_abs())
}

/// A whole number without a sign.
fn digits(text: &str) -> Option<u64> {
    let text = text.trim();
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

fn wrong(variable: &str, given: &str, wanted: &'static str, example: &'static str) -> SettingError {
    SettingError { variable: variable.to_owned(), given: given.trim().to_owned(), wanted, example }
}

#[cfg(test)]
mod tests {
    use super::{MIB, count, memory, memory_bytes, port, switch};

    #[test]
    fn settings_are_read_without_the_blanks_around_them() {
        assert_eq!(switch("A", " True\n"), Ok(true));
        assert_eq!(switch("A", "off"), Ok(false));
        assert_eq!(port("A", " 5000 "), Ok(5000));
        assert_eq!(count("A", "4\n"), Ok(4));
        for (text, size) in
            [(" 2G ", "2g"), ("512MB", "512mb"), ("1073741824", "1048576k"), ("900000k", "900000k")]
        {
            assert_eq!(memory("A", text).as_deref(), Ok(size));
        }
    }

    #[test]
    fn sizes_of_memory_are_read_as_spark_reads_them() {
        for (size, mib) in
            [("2g", 2048), ("512MB", 512), ("1024", 1024), ("1t", 1024 * 1024), ("1048576K", 1024), ("0", 0)]
        {
            assert_eq!(memory_bytes(size, MIB), Some(mib * MIB), "{size}");
        }
        for wrong in ["", "much", "1.5g", "2x", "-1", "99999999999p"] {
            assert_eq!(memory_bytes(wrong, MIB), None, "{wrong}");
        }
    }

    #[test]
    fn what_cannot_be_understood_is_told_with_variable_value_and_example() {
        let words = count("SPARK_WORKER_CORES", "abc").unwrap_err().to_string();
        assert_eq!(
            words,
            "SPARK_WORKER_CORES is \"abc\", which is not a whole number above zero. Set it to a value such as 4, or unset it."
        );
        for bad in ["0", "70000", "http", "-1", "+1", "1.5", "99999999999999999999", "8000x"] {
            assert!(port("A", bad).is_err(), "{bad}");
        }
        for bad in ["0", "-1", "1.5", "all", "3000000000"] {
            assert!(count("A", bad).is_err(), "{bad}");
        }
        for bad in ["1.5g", "lots", "2", "0g", "-1g", "2gib", "2 g", "500k", "99999999t", "g"] {
            assert!(memory("A", bad).is_err(), "{bad}");
        }
        for bad in ["perhaps", "truee", "2", "t"] {
            assert!(switch("A", bad).is_err(), "{bad}");
        }
    }
}
