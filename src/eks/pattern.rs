//! Patterns for principals: a text in which `*` stands for any characters, or none.

/// Whether all of `text` fits `pattern`.
pub(super) fn fits(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let Some(last) = parts.next_back() else { return rest.is_empty() };
    for part in parts {
        match rest.split_once(part) {
            Some((_, after)) => rest = after,
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn a_pattern_has_to_fit_the_whole_text() {
        for (pattern, text) in [
            ("", "a"),
            ("a", "ab"),
            ("a", "ba"),
            ("*a", "ab"),
            ("a*", "ba"),
            ("a*a", "a"),
            ("a*b*c", "acb"),
            ("ab*bc", "abc"),
        ] {
            assert!(!fits(pattern, text), "{pattern} {text}");
        }
    }

    #[test]
    fn a_star_stands_for_any_characters() {
        for (pattern, text) in [
            ("", ""),
            ("a", "a"),
            ("*", ""),
            ("*", "abc"),
            ("a*", "a"),
            ("*:role/team/*", "arn:x:role/team/y"),
            ("a*b*c", "aXbYbc"),
            ("a**c", "abc"),
        ] {
            assert!(fits(pattern, text), "{pattern} {text}");
        }
    }
}
