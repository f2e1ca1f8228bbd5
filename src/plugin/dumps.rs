//! Nobody reads our memory from outside: it holds credentials, and not only those that we could overwrite. The environment
//! that the process was started with stays in its memory to the end.

use rustix::process::{Resource, Rlimit, setrlimit};

/// From now on the process leaves no core dump, whatever ends it, and on Linux no other process of the same user can
/// attach to it or read its memory or its environment.
///
/// It is best effort: a system that refuses is no reason not to work.
pub(super) fn forbid() {
    let none = Rlimit { current: Some(0), maximum: Some(0) };
    if let Err(error) = setrlimit(Resource::Core, none) {
        tracing::warn!(%error, "cannot forbid core dumps");
    }
    // The limit does not hold where dumps go to a program instead of a file.
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable) {
        tracing::warn!(%error, "cannot forbid others to read the memory of this process");
    }
}
