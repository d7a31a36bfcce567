//! What a reader gives up before it looks at the first byte.

/// Gives up what a reader of one file needs none of: opening files and connections, writing files, leaving a dump
/// of its memory behind, and more memory than [`super::MEMORY_BYTES_MAX`].
///
/// On Windows nothing is given up yet: there the process of its own is all the protection there is, and a job
/// object would be the means to more. macOS counts memory otherwise, and holds only some of the bounds.
///
/// # Errors
/// When the system does not take a bound.
pub fn confine() -> std::io::Result<()> {
    confine_to(super::MEMORY_BYTES_MAX)
}

/// As [`confine`], with so much memory.
pub(super) fn confine_to(memory_bytes: u64) -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use rustix::process::Resource;
        bound(Resource::Core, 0)?;
        // No descriptor beyond those that are open: no file, no socket, no pipe.
        bound(Resource::Nofile, 0)?;
        bound(Resource::Fsize, 0)?;
        // The program's own code and its libraries do not count here, unlike for the whole address space.
        bound(Resource::Data, memory_bytes)?;
    }
    #[cfg(not(unix))]
    let _ = memory_bytes;
    Ok(())
}

/// Bounds the time on a processor, for a reader whose parent is gone.
///
/// # Errors
/// As [`confine`].
pub(super) fn bound_time(seconds: u64) -> std::io::Result<()> {
    #[cfg(unix)]
    bound(rustix::process::Resource::Cpu, seconds.max(1))?;
    #[cfg(not(unix))]
    let _ = seconds;
    Ok(())
}

#[cfg(unix)]
fn bound(what: rustix::process::Resource, most: u64) -> std::io::Result<()> {
    use rustix::process::{Rlimit, getrlimit, setrlimit};
    // A system may allow less already, and a bound is never raised.
    let most = getrlimit(what).maximum.map_or(most, |allowed| allowed.min(most));
    let (current, maximum) = (Some(most), Some(most));
    Ok(setrlimit(what, Rlimit { current, maximum })?)
}
