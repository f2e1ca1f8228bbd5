//! How long things took.

use std::fmt;
use std::time::Duration;

use crate::Result;

/// How long the same thing took, each time.
pub(crate) struct Times(Vec<Duration>);

impl Times {
    pub(crate) fn new(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        Self(times)
    }

    pub(crate) fn of(count: usize, mut measure: impl FnMut() -> Result<Duration>) -> Result<Self> {
        Ok(Self::new((0..count).map(|_| measure()).collect::<Result<_>>()?))
    }

    pub(crate) fn median(&self) -> Duration {
        self.0[self.0.len() / 2]
    }
}

impl fmt::Display for Times {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [least, median, most] =
            [self.0[0], self.median(), self.0[self.0.len() - 1]].map(|time| time.as_secs_f64() * 1e3);
        write!(f, "{median:.1} ms (median of {}; {least:.1} to {most:.1})", self.0.len())
    }
}
