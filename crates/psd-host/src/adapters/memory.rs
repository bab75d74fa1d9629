//! The memory of a device in a file of constant size.
//!
//! A commit is a few writes at their places and one `fdatasync`: the file neither grows nor moves, so the file
//! system has nothing else to write. The lock goes with the open file and ends with the process, however it ends.

use super::files;
use crate::HostError;
use psd::{Memory, MemoryError, SECTOR_BYTES, Sector};
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::FileExt;
use std::path::Path;

/// A file in sectors, open to this process alone.
#[derive(Debug)]
pub struct FileMemory {
    file: File,
    sectors: usize,
}

impl FileMemory {
    /// Opens a memory that exists, unless somebody else has it open.
    pub fn open(path: &Path) -> Result<FileMemory, HostError> {
        let opened = OpenOptions::new().read(true).write(true).open(path);
        let file = opened.map_err(HostError::file(path, "opened"))?;
        let length = file.metadata().map_err(HostError::file(path, "opened"))?.len();
        if !files::lock(&file, path)? {
            return Err(HostError::Locked(path.to_path_buf()));
        }
        Ok(FileMemory { file, sectors: (length / SECTOR_BYTES as u64) as usize })
    }

    /// Makes a new memory of this many sectors, all its blocks written, readable by its owner alone.
    pub fn create(path: &Path, sectors: usize) -> Result<FileMemory, HostError> {
        let mut file = files::new_private(path)?;
        let blank = [0; SECTOR_BYTES];
        let written = (0..sectors).try_for_each(|_| file.write_all(&blank)).and_then(|()| file.sync_all());
        written.map_err(HostError::file(path, "written"))?;
        if !files::lock(&file, path)? {
            return Err(HostError::Locked(path.to_path_buf()));
        }
        Ok(FileMemory { file, sectors })
    }

    fn offset(&self, sector: usize, count: usize) -> Result<u64, MemoryError> {
        let end = sector.checked_add(count).ok_or(MemoryError)?;
        if end > self.sectors { Err(MemoryError) } else { Ok((sector * SECTOR_BYTES) as u64) }
    }
}

impl Memory for FileMemory {
    fn sectors(&self) -> usize {
        self.sectors
    }

    fn read(&mut self, sector: usize, into: &mut Sector) -> Result<(), MemoryError> {
        let offset = self.offset(sector, 1)?;
        self.file.read_exact_at(into, offset).map_err(|_| MemoryError)
    }

    fn write(&mut self, sector: usize, sectors: &[Sector]) -> Result<(), MemoryError> {
        let offset = self.offset(sector, sectors.len())?;
        self.file.write_all_at(sectors.as_flattened(), offset).map_err(|_| MemoryError)
    }

    fn sync(&mut self) -> Result<(), MemoryError> {
        self.file.sync_data().map_err(|_| MemoryError)
    }
}
