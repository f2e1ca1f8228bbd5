//! Which of the rows that name the same ARN counts.

use std::collections::HashMap;

use super::Source;
use super::mapping::Mapping;

/// Whether a row counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// It decides.
    Counts,
    /// Another row, at this place among all, decides in its stead.
    Shadowed(usize),
    /// This row or that one decides, as chance has it.
    Uncertain(usize),
}

/// The standings of all rows, in their order.
///
/// A role's ARN is looked up without regard to case, and the last row counts. So it is for users, but rows that spell
/// one user's ARN in several cases live side by side, and a lookup meets them in random order. Roles are looked up
/// before users, whatever the ARN names.
pub(super) fn standings(mappings: &[Mapping]) -> Vec<Standing> {
    let mut last = Last::default();
    for (at, mapping) in mappings.iter().enumerate().filter(|(_, mapping)| mapping.flaw.is_none()) {
        let arn = mapping.arn.as_str();
        match mapping.source {
            Source::MapRoles => drop(last.roles.insert(arn.to_lowercase(), at)),
            Source::MapUsers => drop(last.users.entry(arn.to_lowercase()).or_default().insert(arn, at)),
            Source::MapAccounts => drop(last.accounts.insert(arn, at)),
        }
    }
    mappings.iter().enumerate().map(|(at, mapping)| last.standing(at, mapping, mappings)).collect()
}

/// Where the last row of each ARN is.
#[derive(Default)]
struct Last<'a> {
    roles: HashMap<String, usize>,
    /// By the ARN in small letters, then as it is spelt.
    users: HashMap<String, HashMap<&'a str, usize>>,
    accounts: HashMap<&'a str, usize>,
}

impl Last<'_> {
    fn standing(&self, at: usize, mapping: &Mapping, mappings: &[Mapping]) -> Standing {
        let arn = mapping.arn.as_str();
        let role = || self.roles.get(&arn.to_lowercase()).copied();
        let decides = match mapping.source {
            Source::MapRoles => role(),
            Source::MapUsers => role().or_else(|| self.users.get(&arn.to_lowercase())?.get(arn).copied()),
            Source::MapAccounts => self.accounts.get(arn).copied(),
        };
        match decides {
            Some(other) if other != at => Standing::Shadowed(other),
            _ if mapping.source == Source::MapUsers => self.among_spellings(at, mapping, mappings),
            _ => Standing::Counts,
        }
    }

    /// The standing of the last row with its spelling of a user's ARN among those with other spellings.
    fn among_spellings(&self, at: usize, mapping: &Mapping, mappings: &[Mapping]) -> Standing {
        let Some(spellings) = self.users.get(&mapping.arn.to_lowercase()) else { return Standing::Counts };
        let grants_as_much = |other: &Mapping| {
            let sorted = |groups: &[String]| {
                let mut groups = groups.to_vec();
                groups.sort_unstable();
                groups.dedup();
                groups
            };
            other.username == mapping.username && sorted(&other.groups) == sorted(&mapping.groups)
        };
        let others = || spellings.values().copied().filter(|other| *other != at);
        if let Some(rival) = others().filter(|other| !grants_as_much(&mappings[*other])).max() {
            return Standing::Uncertain(rival);
        }
        match others().max() {
            Some(later) if later > at => Standing::Shadowed(later),
            _ => Standing::Counts,
        }
    }
}
