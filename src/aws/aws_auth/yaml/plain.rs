//! What the authenticator's YAML reader takes a scalar without quotes for.
//!
//! It follows YAML 1.1, with the exceptions of the Go package that it uses (gopkg.in/yaml.v2): numbers to base 60 are
//! texts, as are dates. Only what it takes for a text can be an ARN, a user name or a group: of a number or a truth
//! value it makes nothing at all.

/// What a scalar without quotes is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Null,
    /// A number or a truth value.
    Other,
    /// The key that merges another mapping into this one.
    Merge,
    /// An infinite number or none at all: the authenticator gives up on the whole text.
    Unusable,
}

pub(super) fn kind(text: &str) -> Kind {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Kind::Null,
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => Kind::Other,
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => Kind::Other,
        ".nan" | ".NaN" | ".NAN" | ".inf" | ".Inf" | ".INF" => Kind::Unusable,
        "+.inf" | "+.Inf" | "+.INF" | "-.inf" | "-.Inf" | "-.INF" => Kind::Unusable,
        "<<" => Kind::Merge,
        _ if is_number(text) => Kind::Other,
        _ => Kind::Text,
    }
}

/// Whether the text is a number: `12`, `+1_000`, `0x1F`, `0b1`, `0o7`, `1.5`, `.5`, `1e3`; leading zeros and all.
fn is_number(text: &str) -> bool {
    if !text.starts_with(|first: char| first.is_ascii_digit() || "+-.".contains(first)) {
        return false;
    }
    // Underscores may stand anywhere but at the start.
    let plain = text.replace('_', "");
    let digits = plain.strip_prefix(['+', '-']).unwrap_or(&plain);
    for (prefix, radix) in [("0x", 16), ("0b", 2), ("0o", 8)] {
        if let Some(rest) = digits.get(..2).filter(|start| start.eq_ignore_ascii_case(prefix)).map(|_| &digits[2..]) {
            // A number too big for 64 bits is a text.
            return !rest.starts_with(['+', '-']) && u64::from_str_radix(rest, radix).is_ok();
        }
    }
    is_decimal(digits) && digits.parse::<f64>().is_ok_and(f64::is_finite)
}

/// Whether the text has the form of a decimal number without sign.
fn is_decimal(text: &str) -> bool {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent.strip_prefix(['+', '-']).unwrap_or(exponent))),
        None => (text, None),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let are_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let has_digits = !whole.is_empty() || !fraction.is_empty();
    has_digits
        && are_digits(whole)
        && are_digits(fraction)
        && exponent.is_none_or(|text| !text.is_empty() && are_digits(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_like_a_number_or_a_truth_value_is_no_text() {
        for text in [
            "0",
            "012345678901",
            "099999999999",
            "111122223333",
            "-1",
            "+1",
            "1_000",
            "0x1F",
            "0XFF",
            "-0b1",
            "0o17",
            "1.5",
            "1.",
            ".5",
            "1e3",
            "1E+3",
            "yes",
            "No",
            "on",
            "y",
            "TRUE",
        ] {
            assert_eq!(kind(text), Kind::Other, "{text}");
        }
        for text in ["", "~", "null"] {
            assert_eq!(kind(text), Kind::Null, "{text}");
        }
        for text in [".inf", "-.INF", ".nan"] {
            assert_eq!(kind(text), Kind::Unusable, "{text}");
        }
    }

    #[test]
    fn everything_else_is_a_text() {
        for text in [
            "admin",
            "_1",
            "1:30",
            "2024-01-01",
            "0x",
            "0xg",
            "0x1ffffffffffffffff",
            "1e999",
            "1e",
            "e1",
            ".",
            "-",
            "+",
            "1-2",
            "yEs",
            "0x+1",
            "arn:aws:iam::111122223333:role/x",
            "i-0abc",
            "1.2.3",
        ] {
            assert_eq!(kind(text), Kind::Text, "{text}");
        }
    }
}
