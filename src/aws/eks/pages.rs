//! Lists, which EKS hands out in pages.

use std::future::Future;

use super::traffic::Traffic;
use crate::aws::AwsError;

/// A part of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// What is on it.
    pub items: Vec<T>,
    /// What leads to the next one; `None` on the last.
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// The page of an answer. An empty token leads nowhere, as none does.
    pub(super) fn new(items: Option<Vec<T>>, token: Option<String>) -> Self {
        Self { items: items.unwrap_or_default(), next: token.filter(|token| !token.is_empty()) }
    }
}

/// What is on all pages of a list; `ask` asks for the one behind a token, or for the first. Each page is a call of its own, and waits
/// for its turn: what AWS throttles is the page, not the list.
///
/// # Errors
///
/// A page could not be had, or leads to itself.
pub(super) async fn all<T, F>(
    traffic: &Traffic,
    operation: &'static str,
    ask: impl Fn(Option<String>) -> F,
) -> Result<Vec<T>, AwsError>
where
    F: Future<Output = Result<Page<T>, AwsError>>,
{
    let mut items = Vec::new();
    let mut token = None;
    loop {
        let page = traffic.read(|| ask(token.clone())).await?;
        items.extend(page.items);
        if page.next.is_none() {
            return Ok(items);
        }
        if page.next == token {
            return Err(AwsError::bad_answer(operation, "a way to the next page: it leads back to the same one"));
        }
        token = page.next;
    }
}
