//! Whole numbers in decimal digits.
//!
//! The standard library's formatting does the same with flags, widths and traits, which are more than all that is written
//! here.

pub(crate) fn decimal(number: usize) -> String {
    let mut text = if number < 10 { String::new() } else { decimal(number / 10) };
    text.push(char::from(b'0' + (number % 10) as u8));
    text
}

#[cfg(test)]
mod tests {
    use super::decimal;

    #[test]
    fn numbers_are_written_as_the_standard_library_writes_them() {
        for number in [0, 1, 9, 10, 11, 99, 100, 109, 65_536, 1_000_000, usize::MAX] {
            assert_eq!(decimal(number), number.to_string());
        }
    }
}
