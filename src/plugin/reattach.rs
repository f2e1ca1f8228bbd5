//! How a provider that a person started, under a debugger perhaps, is made known to Core.

use std::fmt;

use serde_json::json;

use super::handshake::PROTOCOL_VERSION;
use super::socket::Address;

/// Core reads this variable and connects to the providers in it instead of starting them.
const VARIABLE: &str = "TF_REATTACH_PROVIDERS";

/// The assignment, to be typed into a shell.
#[derive(Debug)]
pub(super) struct Reattach<'a> {
    pub(super) provider: &'a str,
    pub(super) address: &'a Address,
}

impl fmt::Display for Reattach<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let providers = json!({
            self.provider: {
                "Protocol": "grpc",
                "ProtocolVersion": PROTOCOL_VERSION,
                "Pid": std::process::id(),
                // Without it Core would end our process after each command.
                "Test": true,
                "Addr": { "Network": self.address.network(), "String": self.address.name() },
            }
        });
        // Within single quotes, a shell takes everything but a single quote as it is.
        write!(f, "{VARIABLE}='{}'", providers.to_string().replace('\'', r"'\''"))
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn is_an_assignment_for_a_shell() {
        let address = Address::Unix("/tmp/it's/socket".to_owned());
        let line = Reattach { provider: "eks-access/eks", address: &address }.to_string();
        let shell = format!("{line}; printf %s \"${VARIABLE}\"");
        let output = std::process::Command::new("sh").args(["-c", &shell]).output().unwrap();
        let providers: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(
            providers,
            json!({
                "eks-access/eks": {
                    "Protocol": "grpc",
                    "ProtocolVersion": 6,
                    "Pid": std::process::id(),
                    "Test": true,
                    "Addr": { "Network": "unix", "String": "/tmp/it's/socket" },
                }
            })
        );
    }
}
