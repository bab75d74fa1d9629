//! The images of the programs around a device: its own, and the control unit's at the other end of the socket
//! (EP 0 660 269, [43], [119]: the program memory outside the security device is measured from inside).
//!
//! **What is measured is what runs.** The kernel's link `/proc/PID/exe` leads to the file a process was started from,
//! even when that file has since been deleted or another one lies at its path. So an executable that is exchanged on
//! the disk changes no measurement until it is run; the control unit that is then started from it attaches anew and is
//! measured as what it is. An update that is installed while the old program runs is therefore no manipulation, and a
//! forged program is found when it would first do something.
//!
//! What always holds: a control unit's file is opened when it attaches and kept, so that a number of a process that is
//! given to another process later changes nothing; a process that turned into another program (`execve`) is noticed
//! within [`LOOK_AGAIN`], and every full measurement looks. What cannot be read is a fault of a part and no
//! measurement. After the control unit's process has ended, its file is still what is measured until it detaches.
//!
//! The cheap sign is what the file system says of the kept file: device, inode, size, and the times of the last change
//! of its content and of anything about it. Exchanging or deleting the file on the disk changes the last of these; one
//! full measurement then settles what it means.
//!
//! What this cannot give: libraries that are loaded beside the program, an interpreter's script, and what was changed
//! in the memory of a running process are not seen, and whoever runs programs as the control unit's user can let a
//! genuine one attach and speak in its place, or lay another file behind a process's link where the system lets users
//! make namespaces of their own. Another user's process can be measured only with the capability
//! `CAP_SYS_PTRACE`.

use crate::hardening::restrict_to_opening;
use psd::{Checksum, PartFault, Program, ProgramImage};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, pidfd_open};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{self, ErrorKind};
use std::os::fd::OwnedFd;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::Path;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

/// How long a look at which file the control unit's process runs is good for.
pub const LOOK_AGAIN: Duration = Duration::from_millis(100);
/// The name of the thread that opens programs' files. The system keeps fifteen bytes of a name.
pub(crate) const OPENER: &str = "program-opener";
/// How much of an image is read at a time.
const CHUNK_BYTES: usize = 1 << 16;

/// The programs around a device.
#[derive(Debug)]
pub struct Programs {
    own: Option<Image>,
    control_unit: Option<ControlUnit>,
    opener: Opener,
}

impl Programs {
    /// No control unit yet, and the device's own program not looked at: where control unit and device are one
    /// program there is none outside of the device to measure.
    pub fn new() -> Programs {
        Programs { own: None, control_unit: None, opener: Opener::start() }
    }

    /// The same for a device that is a program of its own, which is measured too.
    pub fn with_own() -> io::Result<Programs> {
        Ok(Programs { own: Some(Image::new(File::open("/proc/self/exe")?)), ..Programs::new() })
    }

    /// Takes the process of this number as the control unit, instead of another one before. The device's own process is
    /// no program outside of it. The number is to come from
    /// the credentials of a socket's other end, right after it was accepted.
    pub fn attach(&mut self, process: u32) -> io::Result<()> {
        self.control_unit = None;
        if process == std::process::id() {
            return Ok(());
        }
        let gone = || io::Error::new(ErrorKind::NotFound, "the control unit's process has ended");
        let id = i32::try_from(process).ok().and_then(Pid::from_raw).ok_or_else(gone)?;
        let life = pidfd_open(id, PidfdFlags::empty())?;
        let image = Image::new(self.opener.open(process)?);
        let control_unit = ControlUnit { process, life, image, looked: Instant::now() };
        // Only while the process that was asked for still lives does its number lead to its own file.
        if control_unit.has_ended() {
            return Err(gone());
        }
        self.control_unit = Some(control_unit);
        Ok(())
    }

    /// The control unit has gone.
    pub fn detach(&mut self) {
        self.control_unit = None;
    }
}

impl Default for Programs {
    fn default() -> Programs {
        Programs::new()
    }
}

impl ProgramImage for Programs {
    fn measure(&mut self, program: Program) -> Result<Option<Checksum>, PartFault> {
        let image = match (program, &mut self.control_unit) {
            (Program::Own, _) => match &mut self.own {
                None => return Ok(None),
                Some(own) => own,
            },
            (Program::ControlUnit, None) => return Ok(None),
            (Program::ControlUnit, Some(control_unit)) => {
                control_unit.look(&self.opener).map_err(|_| PartFault)?;
                &mut control_unit.image
            }
        };
        image.measure().map(Some).map_err(|_| PartFault)
    }

    fn is_as_measured(&mut self, program: Program) -> bool {
        match (program, &mut self.control_unit) {
            (Program::Own, _) => self.own.as_ref().is_none_or(Image::is_as_measured),
            (Program::ControlUnit, None) => true,
            (Program::ControlUnit, Some(control_unit)) => {
                let looked =
                    control_unit.looked.elapsed() < LOOK_AGAIN || control_unit.look(&self.opener).is_ok();
                looked && control_unit.image.is_as_measured()
            }
        }
    }
}

/// The process at the other end of the socket.
#[derive(Debug)]
struct ControlUnit {
    process: u32,
    /// Stands for this process alone, whoever gets its number later.
    life: OwnedFd,
    image: Image,
    looked: Instant,
}

impl ControlUnit {
    fn has_ended(&self) -> bool {
        let mut asked = [PollFd::new(&self.life, PollFlags::IN)];
        poll(&mut asked, Some(&Timespec { tv_sec: 0, tv_nsec: 0 })).map_or(true, |ready| ready > 0)
    }

    /// Looks which file the process runs by now.
    fn look(&mut self, opener: &Opener) -> io::Result<()> {
        let opened = opener.open(self.process);
        let file = match opened {
            // A process that is about to end has no file any more; a deleted file would still open.
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            _ if self.has_ended() => return Ok(()),
            opened => opened?,
        };
        if Sign::of(&file)?.is_other_file_than(&Sign::of(&self.image.file)?) {
            self.image = Image::new(file);
        }
        self.looked = Instant::now();
        Ok(())
    }
}

/// The file of a program that runs.
#[derive(Debug)]
struct Image {
    file: File,
    /// The cheap sign when the image was measured last.
    measured: Option<Sign>,
}

impl Image {
    fn new(file: File) -> Image {
        Image { file, measured: None }
    }

    fn measure(&mut self) -> io::Result<Checksum> {
        self.measured = None;
        // Taken first: a change during the measurement then shows as a change after it.
        let sign = Sign::of(&self.file)?;
        let mut hash = Sha256::new();
        let mut chunk = vec![0; CHUNK_BYTES];
        let mut offset = 0;
        loop {
            let length = match self.file.read_at(&mut chunk, offset) {
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                read => read?,
            };
            if length == 0 {
                break;
            }
            hash.update(&chunk[..length]);
            offset += length as u64;
        }
        self.measured = Some(sign);
        Ok(hash.finalize().into())
    }

    fn is_as_measured(&self) -> bool {
        self.measured.is_some() && Sign::of(&self.file).ok() == self.measured
    }
}

/// The checksum of a program's file.
pub(crate) fn measure(path: &Path) -> io::Result<Checksum> {
    Image::new(File::open(path)?).measure()
}

/// What tells without reading a file that it is the same as before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Sign {
    device: u64,
    inode: u64,
    size: u64,
    content_changed: (i64, i64),
    anything_changed: (i64, i64),
}

impl Sign {
    fn of(file: &File) -> io::Result<Sign> {
        let data = file.metadata()?;
        Ok(Sign {
            device: data.dev(),
            inode: data.ino(),
            size: data.size(),
            content_changed: (data.mtime(), data.mtime_nsec()),
            anything_changed: (data.ctime(), data.ctime_nsec()),
        })
    }

    fn is_other_file_than(&self, other: &Sign) -> bool {
        (self.device, self.inode) != (other.device, other.inode)
    }
}

/// A thread that opens programs' files and does nothing else.
///
/// A process that has shut itself in by landlock may not look at processes outside of its own confinement. The
/// confinement is each thread's own, so this one is started before and stays outside.
#[derive(Debug)]
struct Opener {
    orders: SyncSender<Order>,
}

/// The number of a process whose file is to be opened.
struct Order {
    process: u32,
    answer: SyncSender<io::Result<File>>,
}

impl Opener {
    fn start() -> Opener {
        let (orders, taken) = sync_channel::<Order>(0);
        let (ready, begun) = sync_channel(1);
        let work = move || {
            // From here on it has its name, by which whoever confines the others knows it.
            let _ = ready.send(());
            // A thread that stays outside of landlock has all the less to do. Where there is no filter it does the same.
            let _ = restrict_to_opening();
            for Order { process, answer } in taken {
                // Nobody waits for the answer any more only where the device is gone.
                let _ = answer.send(File::open(format!("/proc/{process}/exe")));
            }
        };
        // Without a thread every order is refused, which is a fault of a part.
        let _ = thread::Builder::new().name(OPENER.into()).spawn(work);
        let _ = begun.recv();
        Opener { orders }
    }

    fn open(&self, process: u32) -> io::Result<File> {
        let (answer, answered) = sync_channel(1);
        let ended = || io::Error::other("no thread opens the files of programs");
        self.orders.send(Order { process, answer }).map_err(|_| ended())?;
        answered.recv().map_err(|_| ended())?
    }
}
