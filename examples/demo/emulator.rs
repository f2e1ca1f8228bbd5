//! The emulator as a program of its own.

use std::error::Error;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// The emulator, running. It ends when this is dropped.
pub(crate) struct Emulator {
    process: Child,
    pub(crate) url: String,
}

impl Emulator {
    /// Starts the program on a free port, with a cluster as in `dev=CONFIG_MAP`.
    pub(crate) fn start(program: &Path, cluster: &str) -> Result<Self, Box<dyn Error>> {
        let mut process = Command::new(program)
            .args(["--port", "0", "--cluster", cluster])
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("cannot start {}: {error}", program.display()))?;
        let mut line = String::new();
        if let Some(stdout) = process.stdout.as_mut() {
            BufReader::new(stdout).read_line(&mut line)?;
        }
        let url = line.trim_end().strip_prefix("eks-emulator listening on ").map(str::to_owned);
        let url = url.ok_or_else(|| format!("the emulator did not start; it said {line:?}"))?;
        Ok(Self { process, url })
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        // It fails only when the process has ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
