//! Files that are the server's alone.

use std::path::Path;

use crate::Result;

/// Makes a folder that nobody else reads, where there is none.
///
/// # Errors
/// What the file system says.
pub fn make_folder(folder: &Path) -> Result<()> {
    let mut private = std::fs::DirBuilder::new();
    private.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut private, 0o700);
    Ok(private.create(folder)?)
}

/// Begins a file anew that nobody else reads: not in one that lies there already, whoever may read that.
///
/// # Errors
/// What the file system says.
pub fn begin(path: &Path) -> Result<std::fs::File> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
        _ => {}
    }
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    Ok(options.open(path)?)
}

/// A file belongs to whom its folder belongs: what root's command line makes, the server must be able to write.
///
/// # Errors
/// What the file system says.
pub fn give_to_folder_owner(path: &Path) -> Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::{MetadataExt as _, chown};
        let Some(folder) = path.parent() else {
            return Ok(());
        };
        let (folder, file) = (std::fs::metadata(folder)?, std::fs::metadata(path)?);
        // Only root could, and only root needs to.
        if file.uid() == 0 && folder.uid() != 0 {
            chown(path, Some(folder.uid()), Some(folder.gid()))?;
        }
    }
    Ok(())
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::os::unix::fs::{MetadataExt as _, chown};

    use super::*;
    use crate::http::tls::Files;
    use crate::store::sqlite::Sqlite;

    #[test]
    fn what_is_begun_is_read_by_nobody_else_whatever_lay_there() {
        use std::io::Write as _;
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let (path, elsewhere) = (folder.path().join("secret.part"), folder.path().join("elsewhere"));
        std::fs::write(&elsewhere, "").unwrap();
        std::fs::write(&path, "for all").unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o666)).unwrap();
        for round in 0..2 {
            begin(&path).unwrap().write_all(b"x").unwrap();
            assert_eq!(std::fs::metadata(&path).unwrap().mode() & 0o077, 0);
            assert_eq!(std::fs::read(&path).unwrap(), b"x");
            if round == 0 {
                std::fs::remove_file(&path).unwrap();
                std::os::unix::fs::symlink(&elsewhere, &path).unwrap();
            }
        }
        assert_eq!(
            std::fs::read(&elsewhere).unwrap(),
            b"",
            "and not where a link leads"
        );
    }

    #[test]
    fn what_root_makes_is_the_servers() {
        let outer = tempfile::tempdir().unwrap();
        let folder = outer.path().join("data");
        make_folder(&folder).unwrap();
        assert_eq!(std::fs::metadata(&folder).unwrap().mode() & 0o077, 0);
        // Without root's rights it is one's own, and stays so.
        let _ = chown(&folder, Some(4711), Some(4711));
        let owner = std::fs::metadata(&folder).unwrap().uid();
        let storage = Sqlite::open(&folder).unwrap();
        Files::own(&folder).make().unwrap();
        drop(storage);
        let mut count = 0;
        for file in std::fs::read_dir(&folder).unwrap() {
            let file = file.unwrap();
            assert_eq!(file.metadata().unwrap().uid(), owner, "{:?}", file.path());
            count += 1;
        }
        assert!(count >= 3);
    }
}
