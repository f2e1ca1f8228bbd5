//! Where a cluster looks up who may come in.

use std::fmt;
use std::str::FromStr;

/// Where a cluster looks up who may come in.
///
/// The order is the only way there is: a cluster moves forward one mode at a time and never back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AuthenticationMode {
    /// In the `aws-auth` ConfigMap only; the cluster has no access entries.
    ConfigMap,
    /// In the access entries first, then in the ConfigMap.
    ApiAndConfigMap,
    /// In the access entries only; a ConfigMap that is left over is ignored.
    Api,
}

impl AuthenticationMode {
    /// Every mode, in the order in which a cluster goes through them.
    pub const ALL: [Self; 3] = [Self::ConfigMap, Self::ApiAndConfigMap, Self::Api];

    /// The mode as EKS spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ConfigMap => "CONFIG_MAP",
            Self::ApiAndConfigMap => "API_AND_CONFIG_MAP",
            Self::Api => "API",
        }
    }

    /// Whether a cluster in this mode has access entries.
    pub fn has_access_entries(self) -> bool {
        self != Self::ConfigMap
    }

    /// The modes to go through to reach `target`, `target` last; none when it is reached already.
    ///
    /// EKS refuses to skip a mode, and refuses to set the mode that a cluster has.
    ///
    /// # Errors
    ///
    /// `target` lies behind.
    pub fn steps_to(self, target: Self) -> Result<Vec<Self>, Backwards> {
        if target < self {
            return Err(Backwards { from: self, to: target });
        }
        Ok(Self::ALL.into_iter().filter(|mode| (self..=target).contains(mode) && *mode != self).collect())
    }
}

impl FromStr for AuthenticationMode {
    type Err = UnknownMode;

    fn from_str(text: &str) -> Result<Self, UnknownMode> {
        Self::ALL.into_iter().find(|mode| mode.as_str() == text).ok_or_else(|| UnknownMode(text.to_owned()))
    }
}

impl fmt::Display for AuthenticationMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A step that EKS does not allow: back to an earlier mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a cluster cannot go back from authentication mode {from} to {to}")]
pub struct Backwards {
    /// The mode that the cluster has.
    pub from: AuthenticationMode,
    /// The mode that was asked for.
    pub to: AuthenticationMode,
}

/// A text that names no authentication mode.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no authentication mode; there are CONFIG_MAP, API_AND_CONFIG_MAP and API")]
pub struct UnknownMode(pub String);

#[cfg(test)]
mod tests {
    use super::AuthenticationMode::*;
    use super::*;

    #[test]
    fn no_way_back() {
        for (from, to) in [(Api, ApiAndConfigMap), (Api, ConfigMap), (ApiAndConfigMap, ConfigMap)] {
            assert_eq!(from.steps_to(to), Err(Backwards { from, to }));
        }
    }

    #[test]
    fn one_mode_at_a_time_and_none_to_where_it_is() {
        assert_eq!(ConfigMap.steps_to(Api), Ok(vec![ApiAndConfigMap, Api]));
        assert_eq!(ConfigMap.steps_to(ApiAndConfigMap), Ok(vec![ApiAndConfigMap]));
        assert_eq!(ApiAndConfigMap.steps_to(Api), Ok(vec![Api]));
        for mode in AuthenticationMode::ALL {
            assert_eq!(mode.steps_to(mode), Ok(vec![]));
        }
    }

    #[test]
    fn every_mode_is_spelt_as_it_is_read() {
        for mode in AuthenticationMode::ALL {
            assert_eq!(mode.to_string().parse(), Ok(mode));
        }
        assert_eq!("api".parse::<AuthenticationMode>(), Err(UnknownMode("api".to_owned())));
    }
}
