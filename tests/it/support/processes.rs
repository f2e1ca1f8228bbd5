//! Who else runs on this machine.

use std::path::Path;
use std::{fs, io};

/// The processes that were started as `program`, which has to be an absolute path of its own. Zombies have no command
/// line, and so are not among them.
pub(crate) fn started_as(program: &Path) -> io::Result<Vec<u32>> {
    let mut processes = Vec::new();
    for entry in fs::read_dir("/proc")? {
        let Some(process) = entry?.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
        // A process may end while we look.
        let command = fs::read(format!("/proc/{process}/cmdline")).unwrap_or_default();
        if command.split(|byte| *byte == 0).next() == Some(program.as_os_str().as_encoded_bytes()) {
            processes.push(process);
        }
    }
    Ok(processes)
}
