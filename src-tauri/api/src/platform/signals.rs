//! Signals that would end the program where an error is enough.

/// Lets a write beyond the user's limit for file sizes fail as on a full disk. Without this the system kills the
/// program in the middle of it.
pub fn ignore_file_size_signal() {
    #[cfg(unix)]
    {
        use std::sync::Arc;
        use std::sync::atomic::AtomicBool;
        // A handler that does nothing is as good as ignoring, and can be set without unsafe code. It fails only for
        // signals that cannot be handled, which this one is not.
        let _ = signal_hook::flag::register(signal_hook::consts::SIGXFSZ, Arc::new(AtomicBool::new(false)));
    }
}
