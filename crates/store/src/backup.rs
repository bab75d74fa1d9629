//! A copy of a live database.
//!
//! What always holds: a file under the name asked for is a whole backup, on the disk; nothing is written over.

use crate::open::make_private;
use crate::{Kind, Store, StoreError};
use std::fs::{self, File};
use std::path::{Path, PathBuf};

impl Store {
    /// Writes a consistent copy to a new file while others read and write. Of a server it makes none: that is
    /// `pg_dump`'s work.
    pub async fn backup(&self, to: &Path) -> Result<(), StoreError> {
        let refused = |why: String| Err(StoreError::Backup(why));
        if self.kind == Kind::Server {
            return refused("a PostgreSQL server is backed up with its own pg_dump".into());
        }
        if to.exists() {
            return refused(format!("{} is there already", to.display()));
        }
        let part = part_of(to);
        let result = self.copy(&part, to).await;
        if result.is_err() {
            let _ = fs::remove_file(&part);
        }
        result
    }

    /// SQLite does not wait for the disk here, so the copy gets its name only when it is on it.
    async fn copy(&self, part: &Path, to: &Path) -> Result<(), StoreError> {
        let Some(name) = part.to_str() else {
            return Err(StoreError::Backup("the name of the file is no text".into()));
        };
        let failed = |error: std::io::Error| StoreError::Backup(format!("{}: {error}", to.display()));
        let _ = fs::remove_file(part);
        make_private(part).map_err(failed)?;
        sqlx::query("VACUUM INTO $1").bind(name).execute(&self.reads).await?;
        File::open(part).and_then(|file| file.sync_all()).map_err(failed)?;
        fs::rename(part, to).map_err(failed)?;
        let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)
    }
}

fn part_of(to: &Path) -> PathBuf {
    let mut name = to.as_os_str().to_owned();
    name.push(".part");
    name.into()
}
