use std::collections::VecDeque;

use crate::aws::{Budget, Eks};
use crate::framework::Diagnostics;

use super::super::error::Attempt;
use super::super::search;

/// The principals that have an entry on a cluster, page by page.
pub(super) struct Principals<'a> {
    eks: &'a Eks,
    cluster: &'a str,
    policy: Option<String>,
    is_wanted: Box<dyn Fn(&str) -> bool + Send + Sync + 'a>,
    budget: &'a Budget,
    attempt: Attempt<'a>,
    page: VecDeque<String>,
    next: Next,
}

/// Which page comes next.
enum Next {
    First,
    Behind(String),
    None,
}

impl<'a> Principals<'a> {
    /// Those that have a policy, if one is given, and are wanted.
    pub(super) fn new(
        eks: &'a Eks,
        cluster: &'a str,
        policy: Option<String>,
        is_wanted: impl Fn(&str) -> bool + Send + Sync + 'a,
        budget: &'a Budget,
        attempt: Attempt<'a>,
    ) -> Self {
        let is_wanted = Box::new(is_wanted);
        Self { eks, cluster, policy, is_wanted, budget, attempt, page: VecDeque::new(), next: Next::First }
    }

    /// The next ones, at most `count`; none when there are no more. A page is fetched when the one before is used up.
    pub(super) async fn next(&mut self, count: usize) -> Result<Vec<String>, Diagnostics> {
        while self.page.is_empty() {
            let token = match std::mem::replace(&mut self.next, Next::None) {
                Next::First => None,
                Next::Behind(token) => Some(token),
                Next::None => return Ok(Vec::new()),
            };
            self.fetch(token).await?;
        }
        let count = count.min(self.page.len());
        Ok(self.page.drain(..count).collect())
    }

    async fn fetch(&mut self, token: Option<String>) -> Result<(), Diagnostics> {
        let is_first = token.is_none();
        let page =
            self.eks.access_entry_principals_page(self.cluster, self.policy.as_deref(), token, self.budget).await;
        let page = page.map_err(|error| self.attempt.failed(&error))?;
        let Some(page) = page else {
            return search::check_cluster(self.eks, self.cluster, self.budget).await;
        };
        if is_first
            && page.items.is_empty()
            && let Some(policy) = &self.policy
        {
            search::check_policy_exists(self.eks, policy, &self.attempt, self.budget).await?;
        }
        self.page.extend(page.items.into_iter().filter(|principal| (self.is_wanted)(principal)));
        self.next = page.next.map_or(Next::None, Next::Behind);
        Ok(())
    }
}
