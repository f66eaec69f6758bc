//! Which numbers are taken in JSON: those that every reader of events and parameters can hold.
//!
//! Readers parse numbers into doubles or big integers. One that is beyond a double makes predictions null, and the time to read
//! digits grows with their square, so that a single event could stop every training.

/// How many characters a number may have as it is written.
pub const MAX_LENGTH: usize = 1000;

/// Why a number is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NumberError {
    /// It is written with more than [`MAX_LENGTH`] characters.
    #[error("it has more than {MAX_LENGTH} characters")]
    TooLong,
    /// It is finite only beyond the range of a double.
    #[error("it is beyond the range of a double, which ends at 1.8e308")]
    TooLarge,
}

/// Whether a number is taken. What is too small for a double is: it counts as zero, as in PIO.
///
/// # Errors
/// It is too long or too large.
pub fn check(literal: &str) -> Result<(), NumberError> {
    if literal.len() > MAX_LENGTH {
        return Err(NumberError::TooLong);
    }
    if literal.parse().is_ok_and(f64::is_infinite) {
        return Err(NumberError::TooLarge);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{MAX_LENGTH, NumberError, check};

    #[test]
    fn a_number_is_within_a_double_and_not_too_long() {
        let nines = "9".repeat(308);
        for literal in
            ["0", "-0", "1e-400", "+1.5E+2", "007", "1.7976931348623157e308", "123456789012345678901", &nines]
        {
            assert_eq!(check(literal), Ok(()), "{literal}");
        }
        for literal in ["1e400", "-1e309", "1.8E+308", &format!("{nines}9"), &"9".repeat(MAX_LENGTH)] {
            assert_eq!(check(literal), Err(NumberError::TooLarge), "{literal}");
        }
        let zeros = |count: usize| format!("0.{}1", "0".repeat(count));
        assert_eq!(check(&zeros(MAX_LENGTH - 3)), Ok(()));
        assert_eq!(check(&zeros(MAX_LENGTH - 2)), Err(NumberError::TooLong));
        assert_eq!(check(&"1".repeat(3_000_000)), Err(NumberError::TooLong));
    }
}
