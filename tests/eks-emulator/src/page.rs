//! Pages of a list: `maxResults` and `nextToken`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::error::ApiError;
use crate::request::Query;

/// Which page of a list is asked for.
pub(crate) struct Page {
    max_results: usize,
    /// The key of the last item of the page before.
    after: Option<String>,
}

/// The largest page, which is also what a request without `maxResults` gets.
const MAX_RESULTS: usize = 100;

/// Makes a token from elsewhere unlikely to pass for one of ours.
const TOKEN_PREFIX: &str = "after:";

impl Page {
    /// # Errors
    ///
    /// InvalidParameterException for a `maxResults` outside 1 to 100 and for a token that no list gave out. EKS's own
    /// texts for these are unknown.
    pub(crate) fn asked_for(query: &Query) -> Result<Page, ApiError> {
        let max_results = match query.first("maxResults") {
            None => MAX_RESULTS,
            Some(text) => text.parse().ok().filter(|number| (1..=MAX_RESULTS).contains(number)).ok_or_else(|| {
                ApiError::invalid_parameter(format!("maxResults must be a number from 1 to {MAX_RESULTS}"))
            })?,
        };
        let after = match query.first("nextToken") {
            None | Some("") => None,
            Some(token) => {
                Some(key_in(token).ok_or_else(|| ApiError::invalid_parameter("The nextToken parameter is not valid"))?)
            }
        };
        Ok(Page { max_results, after })
    }

    /// Cuts the page out of a list that is sorted by `key`, with the token of the next one if there is more.
    ///
    /// The token is a key, not a position, so that what goes or comes between two pages moves nothing.
    pub(crate) fn cut<T>(self, items: impl Iterator<Item = T>, key: impl Fn(&T) -> String) -> (Vec<T>, Option<String>) {
        let mut rest = items.skip_while(|item| self.after.as_ref().is_some_and(|after| key(item) <= *after)).peekable();
        let mut page = Vec::new();
        while page.len() < self.max_results
            && let Some(item) = rest.next()
        {
            page.push(item);
        }
        let more = rest.peek().is_some();
        let token = page.last().filter(|_| more).map(|last| STANDARD.encode(format!("{TOKEN_PREFIX}{}", key(last))));
        (page, token)
    }
}

fn key_in(token: &str) -> Option<String> {
    let text = String::from_utf8(STANDARD.decode(token).ok()?).ok()?;
    text.strip_prefix(TOKEN_PREFIX).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(query: &str) -> Result<Page, ApiError> {
        Page::asked_for(&Query::parse(query))
    }

    #[test]
    fn a_page_outside_the_limits_or_behind_a_foreign_token_is_refused() {
        for query in ["maxResults=0", "maxResults=101", "maxResults=ten", "nextToken=bm8=", "nextToken=%25"] {
            assert!(ask(query).is_err(), "{query}");
        }
    }

    #[test]
    fn an_item_that_goes_between_two_pages_moves_nothing() {
        let key = |item: &&str| (*item).to_owned();
        let (first, token) = ask("maxResults=2").unwrap().cut(["a", "b", "c", "d"].into_iter(), key);
        assert_eq!(first, ["a", "b"]);
        let encoded: String = form_urlencoded::byte_serialize(token.unwrap().as_bytes()).collect();
        let (rest, token) = ask(&format!("nextToken={encoded}")).unwrap().cut(["a", "c", "d"].into_iter(), key);
        assert_eq!((rest, token), (vec!["c", "d"], None));
    }
}
