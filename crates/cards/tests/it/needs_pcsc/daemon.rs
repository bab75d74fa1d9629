//! The PC/SC service with one virtual reader, for one test at a time: its socket has a fixed place.

use super::virtual_card::Inserted;
use cards::PcscReader;
use cards::emulated::Chip;
use std::fs::{self, File};
use std::net::TcpListener;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

/// What the virtual reader is called.
pub const READER: &str = "Porto virtual reader";

const FOLDER: &str = "/run/pcscd";
const SOCKET: &str = "/run/pcscd/pcscd.comm";
const PROCESS: &str = "/run/pcscd/pcscd.pid";
const DRIVER: &str = "/usr/lib/pcsc/drivers/serial/libifdvpcd.so";

/// A running service, until it is dropped.
pub struct Daemon {
    child: Child,
    readers: TempDir,
    port: u16,
    /// Keeps other tests, also those of other programs, from the one socket.
    _alone: File,
}

impl Daemon {
    pub fn start() -> Daemon {
        let alone = File::create(std::env::temp_dir().join("porto-pcscd.lock")).unwrap();
        alone.lock().unwrap();
        assert!(UnixStream::connect(SOCKET).is_err(), "a pcscd runs already: stop it, tests start their own");
        let readers = TempDir::new().unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let reader = format!(
            "FRIENDLYNAME \"{READER}\"\nDEVICENAME /dev/null:0x{port:04X}\nLIBPATH {DRIVER}\nCHANNELID 0x{port:04X}\n"
        );
        fs::write(readers.path().join("virtual"), reader).unwrap();
        let mut daemon = Daemon { child: spawn(readers.path()), readers, port, _alone: alone };
        daemon.wait();
        daemon
    }

    /// Starts it again after a stop.
    pub fn run(&mut self) {
        self.child = spawn(self.readers.path());
        self.wait();
    }

    pub fn stop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        clear();
    }

    pub fn insert(&self, chip: Chip) -> Inserted {
        Inserted::new(chip, self.port)
    }

    fn wait(&mut self) {
        super::until("the service", || {
            assert!(self.child.try_wait().unwrap().is_none(), "pcscd ended: is it allowed to use {FOLDER}?");
            let names = PcscReader::names().unwrap_or_default();
            names.iter().any(|name| name.starts_with(READER)).then_some(())
        });
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        self.stop();
    }
}

fn spawn(readers: &Path) -> Child {
    clear();
    fs::create_dir_all(FOLDER).expect("the PC/SC service's folder can be made by root alone");
    let mut command = Command::new("/usr/sbin/pcscd");
    command.args(["--foreground", "--critical", "--config"]).arg(readers);
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// Takes away what a service that was killed left, or it would not start.
fn clear() {
    for file in [SOCKET, PROCESS] {
        let _ = fs::remove_file(file);
    }
}
