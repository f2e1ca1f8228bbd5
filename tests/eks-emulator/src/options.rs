//! How an emulator starts.

/// What an emulator starts with, and what a reset brings it back to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// The TCP port on 127.0.0.1; 0 picks a free one.
    pub port: u16,
    /// The account that the clusters belong to, twelve digits.
    pub account: String,
    /// The region of the clusters below, and of requests that carry no signature.
    pub region: String,
    /// Clusters that are ACTIVE at once: name, and authentication mode as in the API (`API_AND_CONFIG_MAP`).
    ///
    /// Nobody created them with a call, so that an API mode brings no entry for a creator. A walk out of `CONFIG_MAP`
    /// does: its creator is the `caller_arn` of that moment.
    pub clusters: Vec<(String, String)>,
}

impl Default for Options {
    fn default() -> Options {
        Options { port: 0, account: "111122223333".to_owned(), region: "us-east-1".to_owned(), clusters: Vec::new() }
    }
}
