//! Pictures are looked at in a process of their own too: the file's bytes go to its stdin, and a small JPEG, or
//! nothing, comes back.

use std::io::{self, Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use clientele_core::attachments::FILE_BYTES_MAX;
use clientele_formats::attachments::{THUMBNAIL_BYTES_MAX, is_picture, media_type, thumbnail};

use super::limits;

/// The hidden first argument that makes a program of ours look at one picture.
pub(super) const ARGUMENT: &str = "look-at-foreign-picture";

/// So much memory may it take: a picture has to be unfolded to be made small.
const MEMORY_BYTES_MAX: u64 = 800 * 1024 * 1024;

/// So long may it take.
const PATIENCE: Duration = Duration::from_secs(20);

/// The child's side.
pub(super) fn serve() -> io::Result<()> {
    limits::confine_to(MEMORY_BYTES_MAX)?;
    limits::bound_time(PATIENCE.as_secs())?;
    let mut bytes = Vec::new();
    io::stdin().lock().take(FILE_BYTES_MAX).read_to_end(&mut bytes)?;
    let small = thumbnail(&bytes).unwrap_or_default();
    let mut out = io::stdout().lock();
    out.write_all(&small)?;
    out.flush()
}

/// A small picture of a file, where it is a picture that can be shown. Whatever it does to who looks at it, here it is
/// none.
pub(crate) fn small(program: &Path, bytes: &[u8]) -> Option<Vec<u8>> {
    // For most files nobody need be started.
    if !is_picture(media_type(bytes)) {
        return None;
    }
    let mut child = Command::new(program)
        .arg(ARGUMENT)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let (mut input, output) = child.stdin.take().zip(child.stdout.take())?;
    let said = std::thread::scope(|scope| {
        scope.spawn(move || {
            // Who ended early says so by what it does not say.
            let _ = input.write_all(bytes);
        });
        let (say, hear) = mpsc::channel();
        scope.spawn(move || {
            let mut said = Vec::new();
            let most = THUMBNAIL_BYTES_MAX as u64 + 1;
            let whole = output.take(most).read_to_end(&mut said).map(|_| said);
            let _ = say.send(whole);
        });
        let said = hear.recv_timeout(PATIENCE);
        // Both threads end with it, whatever they wait for.
        let _ = child.kill();
        said
    });
    let _ = child.wait();
    let small = said.ok()?.ok()?;
    let is_one = small.len() <= THUMBNAIL_BYTES_MAX && media_type(&small) == "image/jpeg";
    is_one.then_some(small)
}
