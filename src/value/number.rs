use std::{cmp::Ordering, fmt, str::FromStr};

/// A decimal number, exact to the last digit.
///
/// Terraform computes with 512 bits of precision and writes what does not fit an integer or a double as decimal text.
/// So neither `f64` nor `i64` can carry a number through the provider unchanged. Two numbers are equal when they stand
/// for the same quantity, however they were written: `1`, `1.0` and `10e-1`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Number {
    negative: bool,
    // The number is 0.DIGITS × 10^point; digits have no zeros at either end, and zero has no digits at all.
    point: i64,
    digits: String,
}

/// What is no number, or none that Terraform could hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NumberError {
    /// Text that is not a decimal number.
    #[error("not a decimal number")]
    Malformed,
    /// An exponent beyond what any computation could use.
    #[error("the exponent is out of range")]
    Exponent,
    /// An infinity, or the result of a computation that has none.
    #[error("not a finite number")]
    NotFinite,
}

impl Number {
    /// The number that a float stands for.
    ///
    /// An integer is taken exactly, a fraction as the shortest text that reads back the same.
    /// An infinity is refused, although Terraform can send one: no attribute has a use for it.
    pub fn from_f64(value: f64) -> Result<Self, NumberError> {
        if !value.is_finite() {
            return Err(NumberError::NotFinite);
        }
        let text = if value.fract() == 0.0 { format!("{value:.0}") } else { format!("{value:e}") };
        text.parse()
    }

    /// The number as an integer, if it is one that fits.
    pub fn to_i64(&self) -> Option<i64> {
        let places = usize::try_from(self.point).ok()?;
        if places < self.digits.len() || places > MAX_I64_DIGITS {
            return None;
        }
        // The sign goes first, because there is one negative number more than there are positive ones.
        format!("{}0{:0<places$}", self.sign(), self.digits).parse().ok()
    }

    fn new(negative: bool, digits: &str, point: i64) -> Result<Self, NumberError> {
        let significant = digits.trim_start_matches('0');
        let leading = i64::try_from(digits.len() - significant.len()).map_err(|_| NumberError::Exponent)?;
        let digits = significant.trim_end_matches('0');
        if digits.is_empty() {
            return Ok(Self { negative: false, point: 0, digits: String::new() });
        }
        let point = point.checked_sub(leading).filter(|point| point.abs() <= MAX_POINT).ok_or(NumberError::Exponent)?;
        Ok(Self { negative, point, digits: digits.to_owned() })
    }

    fn sign(&self) -> &'static str {
        if self.negative { "-" } else { "" }
    }

    fn signum(&self) -> i8 {
        match (self.digits.is_empty(), self.negative) {
            (true, _) => 0,
            (false, true) => -1,
            (false, false) => 1,
        }
    }
}

const MAX_I64_DIGITS: usize = 19;
/// Terraform's own numbers end at binary exponents of 32 bits.
const MAX_POINT: i64 = i32::MAX as i64;
/// How many zeros are written out before an exponent takes their place.
const MAX_ZEROS: i64 = 32;

impl FromStr for Number {
    type Err = NumberError;

    fn from_str(text: &str) -> Result<Self, NumberError> {
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, parse_exponent(exponent)?),
            None => (text, 0),
        };
        let (negative, mantissa) = match mantissa.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, mantissa.strip_prefix('+').unwrap_or(mantissa)),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits = [whole, fraction].concat();
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(NumberError::Malformed);
        }
        let whole = i64::try_from(whole.len()).map_err(|_| NumberError::Exponent)?;
        Self::new(negative, &digits, exponent.checked_add(whole).ok_or(NumberError::Exponent)?)
    }
}

fn parse_exponent(text: &str) -> Result<i64, NumberError> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(NumberError::Malformed);
    }
    text.parse().map_err(|_| NumberError::Exponent)
}

impl From<i64> for Number {
    fn from(value: i64) -> Self {
        value.to_string().parse().expect("an integer is a decimal number")
    }
}

impl From<u64> for Number {
    fn from(value: u64) -> Self {
        value.to_string().parse().expect("an integer is a decimal number")
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        // Without zeros in front, the longer whole part is the larger number, and then digits compare like text.
        let magnitude = || self.point.cmp(&other.point).then_with(|| self.digits.cmp(&other.digits));
        self.signum().cmp(&other.signum()).then_with(|| match self.signum() {
            0 => Ordering::Equal,
            1 => magnitude(),
            _ => magnitude().reverse(),
        })
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Plain decimal text; with an exponent when the zeros alone would fill a line.
impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { point, digits, .. } = self;
        f.write_str(self.sign())?;
        let length = i64::try_from(digits.len()).map_err(|_| fmt::Error)?;
        match *point {
            0 if digits.is_empty() => f.write_str("0"),
            point if (1..length).contains(&point) => {
                let (whole, fraction) = digits.split_at(usize::try_from(point).map_err(|_| fmt::Error)?);
                write!(f, "{whole}.{fraction}")
            }
            point if (length..=length + MAX_ZEROS).contains(&point) => {
                write!(f, "{digits}{}", zeros(point - length))
            }
            point if (-MAX_ZEROS..=0).contains(&point) => write!(f, "0.{}{digits}", zeros(-point)),
            point => {
                let (first, rest) = digits.split_at(1);
                let dot = if rest.is_empty() { "" } else { "." };
                write!(f, "{first}{dot}{rest}e{}", point - 1)
            }
        }
    }
}

fn zeros(count: i64) -> String {
    "0".repeat(usize::try_from(count).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Number {
        text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    #[test]
    fn what_is_no_decimal_number_is_refused() {
        for text in ["", "-", ".", "1.2.3", "0x10", "1_000", " 1", "e5", "1e", "1e+", "1e1.5", "--1", "inf", "NaN"] {
            assert_eq!(text.parse::<Number>(), Err(NumberError::Malformed), "{text:?}");
        }
    }

    #[test]
    fn exponents_that_nothing_could_hold_are_refused() {
        for text in ["1e99999999999999999999", "1e9223372036854775807", "1e-9223372036854775808", "1e3000000000"] {
            assert_eq!(text.parse::<Number>(), Err(NumberError::Exponent), "{text}");
        }
    }

    #[test]
    fn floats_that_are_no_number_are_refused() {
        for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert_eq!(Number::from_f64(value), Err(NumberError::NotFinite));
        }
    }

    #[test]
    fn only_integers_that_fit_become_one() {
        for text in ["9223372036854775808", "-9223372036854775809", "1.5", "1e400", "1e-400", "0.1"] {
            assert_eq!(number(text).to_i64(), None, "{text}");
        }
        for value in [0, 1, -1, 100, 1_000_000_000_000_000_000, i64::MAX, i64::MIN] {
            assert_eq!(Number::from(value).to_i64(), Some(value));
            assert_eq!(number(&format!("{value}.00")).to_i64(), Some(value));
        }
    }

    #[test]
    fn equal_however_they_are_written() {
        for text in ["1", "1.0", "+1", "1e0", "10e-1", "0.1E+1", "0001.000"] {
            assert_eq!(number(text), Number::from(1_i64), "{text}");
        }
        for text in ["0", "-0", "0.0", "0e999", "-0e-999"] {
            assert_eq!(number(text), Number::from(0_i64), "{text}");
        }
    }

    #[test]
    fn ordered_as_numbers() {
        let ascending =
            ["-1e400", "-10", "-9.5", "-1", "-0.1", "-1e-400", "0", "1e-400", "0.1", "0.11", "9", "10", "1e400"];
        let sorted: Vec<_> = ascending.map(number).into();
        let mut shuffled: Vec<_> = sorted.iter().rev().cloned().collect();
        shuffled.sort();
        assert_eq!(shuffled, sorted);
    }

    #[test]
    fn floats_are_exact_as_integers_and_short_as_fractions() {
        assert_eq!(Number::from_f64(0.1), Ok(number("0.1")));
        assert_eq!(Number::from_f64(-2.5e-10), Ok(number("-0.00000000025")));
        assert_eq!(Number::from_f64(1_180_591_620_717_411_303_424.0), Ok(number("1180591620717411303424")));
    }

    #[test]
    fn written_plainly_unless_zeros_would_fill_the_line() {
        for text in ["0", "-1", "1.5", "0.001", "-0.1", "100", "18446744073709551616", "123456.789"] {
            assert_eq!(number(text).to_string(), text);
        }
        for (text, written) in [("1e400", "1e400"), ("-12.5e999999999", "-1.25e1000000000"), ("25e-400", "2.5e-399")] {
            assert_eq!(number(text).to_string(), written);
        }
    }
}
