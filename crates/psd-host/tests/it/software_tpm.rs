//! A TPM in software that a test starts and stops.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// A TPM with its state in a folder, running on ports of its own until it is dropped.
pub struct SoftwareTpm {
    state: TempDir,
    port: u16,
    process: Child,
}

impl SoftwareTpm {
    pub fn new() -> SoftwareTpm {
        let (state, port) = (tempfile::tempdir().unwrap(), free_ports());
        let process = start(state.path(), port);
        SoftwareTpm { state, port, process }
    }

    pub fn tcti(&self) -> String {
        format!("swtpm:host=127.0.0.1,port={}", self.port)
    }

    /// Power off and on again.
    pub fn restart(&mut self) {
        self.stop();
        self.process = start(self.state.path(), self.port);
    }

    pub fn stop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Drop for SoftwareTpm {
    fn drop(&mut self) {
        self.stop();
    }
}

fn start(state: &Path, port: u16) -> Child {
    let server = |port: u16| format!("type=tcp,port={port},bindaddr=127.0.0.1");
    let mut command = Command::new("swtpm");
    command.args(["socket", "--tpm2", "--flags", "not-need-init,startup-clear", "--tpmstate"]);
    command.arg(format!("dir={}", state.display()));
    command.args(["--server", &server(port), "--ctrl", &server(port + 1)]);
    let process = command.stdin(Stdio::null()).stdout(Stdio::null()).spawn().unwrap();
    let begin = Instant::now();
    // Looked at from outside: a connection to the TPM's own port would count as its one user.
    while !(is_listening(port) && is_listening(port + 1)) {
        assert!(begin.elapsed() < Duration::from_secs(10), "swtpm does not start");
        sleep(Duration::from_millis(10));
    }
    process
}

/// Whether somebody listens at this port of 127.0.0.1, by the kernel's table.
fn is_listening(port: u16) -> bool {
    const LISTEN: &str = "0A";
    let table = std::fs::read_to_string("/proc/net/tcp").unwrap();
    let own = format!("0100007F:{port:04X}");
    table.lines().any(|line| {
        let mut fields = line.split_whitespace().skip(1);
        fields.next() == Some(&own) && fields.nth(1) == Some(LISTEN)
    })
}

/// Two ports in a row that nobody uses: a TPM's own, and beside it the one for its control.
fn free_ports() -> u16 {
    loop {
        let first = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = first.local_addr().unwrap().port();
        if port < u16::MAX && TcpListener::bind(("127.0.0.1", port + 1)).is_ok() {
            return port;
        }
    }
}
