//! Prints into a folder: each job a file of its name, for a computer's own printer, for a viewer or for carrying away.
//!
//! What always holds: a file under a job's name is whole and durable. It is written beside under another name, synced,
//! renamed, and the folder is synced; a crash in between leaves a `.new` file that the next print of the job replaces.
//! So the name alone says whether a job was printed, and printing it again changes nothing.

use crate::{Job, JobName, PrintFault, Printed, Printer, Reason, State};
use std::fs::{self, File};
use std::io::{self, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

/// What kind of file a job becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// The imprint alone as a picture of one bit a dot.
    Png,
    /// The envelope as a PDF page.
    Pdf,
    /// The envelope as a page of PWG raster.
    Raster {
        /// How many times finer the printer's dots are than the imprint's.
        enlargement: u32,
    },
    /// The columns as a head takes them.
    Columns,
}

impl Form {
    /// What the files' names end in.
    pub fn extension(self) -> &'static str {
        match self {
            Form::Png => "png",
            Form::Pdf => "pdf",
            Form::Raster { .. } => "pwg",
            Form::Columns => "columns",
        }
    }
}

/// A folder that is printed into.
#[derive(Clone, Debug)]
pub struct Folder {
    path: PathBuf,
    form: Form,
}

impl Folder {
    /// Prints into an existing folder.
    pub fn new(path: impl Into<PathBuf>, form: Form) -> Folder {
        Folder { path: path.into(), form }
    }

    /// The file that a job of this name becomes.
    pub fn file(&self, name: &JobName) -> PathBuf {
        self.path.join(format!("{name}.{}", self.form.extension()))
    }

    fn exists(&self, name: &JobName) -> Result<bool, Reason> {
        let path = self.file(name);
        path.try_exists().map_err(|source| Reason::File { path, source })
    }
}

impl Printer for Folder {
    fn print(&mut self, job: &Job) -> Result<Printed, PrintFault> {
        if self.exists(&job.name)? {
            return Ok(Printed::default());
        }
        let path = self.file(&job.name);
        let content = content(job, self.form)?;
        write_unfinished(&path, &content)
            .map_err(|source| PrintFault::Refused(Reason::File { path: path.clone(), source }))?;
        // The new name is there but may not outlive a power cut: only looking again can tell.
        sync_folder(&self.path)
            .map_err(|source| PrintFault::Unknown(Reason::File { path: self.path.clone(), source }))?;
        Ok(Printed::default())
    }

    fn has_printed(&mut self, name: &JobName) -> Result<Option<bool>, Reason> {
        let exists = self.exists(name)?;
        if exists {
            // The print that was cut off may have come to its rename and no further.
            sync_folder(&self.path).map_err(|source| Reason::File { path: self.path.clone(), source })?;
        }
        Ok(Some(exists))
    }

    fn state(&mut self) -> State {
        let stopped = match fs::metadata(&self.path) {
            Ok(folder) if folder.is_dir() => None,
            Ok(_) => Some(io::ErrorKind::NotADirectory.into()),
            Err(error) => Some(error),
        };
        let stopped = stopped.map(|source| Reason::File { path: self.path.clone(), source });
        State { stopped, ..State::default() }
    }
}

/// The whole file of a job.
pub(super) fn content(job: &Job, form: Form) -> Result<Vec<u8>, Reason> {
    let (bitmap, dpi) = (job.imprint.bitmap(), job.imprint.dpi());
    let mut content = Vec::new();
    match form {
        Form::Png => paper::write_png(&bitmap, dpi, &mut content)?,
        Form::Pdf => content = paper::write_pdf(&bitmap, dpi, job.envelope, job.offset)?,
        Form::Raster { enlargement } => {
            content = paper::write_raster(&bitmap, dpi, job.envelope, job.offset, enlargement)?;
        }
        Form::Columns => {
            let _: ControlFlow<()> = job.imprint.load(|column| {
                content.extend_from_slice(column);
                ControlFlow::Continue(())
            });
        }
    }
    Ok(content)
}

fn write_unfinished(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut unfinished = path.as_os_str().to_os_string();
    unfinished.push(".new");
    let mut file = File::create(&unfinished)?;
    let written = file.write_all(content).and_then(|()| file.sync_all());
    written.and_then(|()| fs::rename(&unfinished, path)).inspect_err(|_| drop(fs::remove_file(&unfinished)))
}

fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}
