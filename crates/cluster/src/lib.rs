//! A PostgreSQL server of one's own for tests and benchmarks: made from nothing, reached by a socket in its own
//! folder, with every commit waiting for the disk.
//!
//! What always holds: it ends, and its folder goes, when the process that started it does, however that one ends. What
//! it must never do: listen on a network, run as root, or touch a server that was there before.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// The server's shell: it serves until its input ends, then stops the server and removes the folder.
const SCRIPT: &str = r#"
set -e
cd "$2"
trap '' INT TERM
"$1/initdb" --pgdata data --username porto --auth trust --no-locale --encoding UTF8 >log 2>&1 || { cat log; exit 1; }
"$1/postgres" -D data -k "$2" -c listen_addresses= -c max_connections=200 >>log 2>&1 </dev/null &
server=$!
tries=0
until "$1/pg_isready" -q -h "$2"; do
    tries=$((tries + 1))
    if [ $tries -gt 600 ] || ! kill -0 $server; then cat log; exit 1; fi
    sleep 0.1
done
echo ready
exec >&- 2>&-
read -r _ || true
kill -INT $server
wait $server || true
rm -rf "$2"
"#;

/// A running server.
#[derive(Debug)]
pub struct Cluster {
    folder: PathBuf,
    programs: PathBuf,
    shell: Child,
    databases: AtomicU32,
}

impl Cluster {
    /// The server that all tests of this process share.
    pub fn shared() -> &'static Cluster {
        static SHARED: OnceLock<Cluster> = OnceLock::new();
        SHARED.get_or_init(|| match Cluster::start() {
            Ok(cluster) => cluster,
            Err(why) => panic!("no PostgreSQL of our own (Debian's package postgresql): {why}"),
        })
    }

    /// Starts a server.
    pub fn start() -> Result<Cluster, String> {
        let programs = programs()?;
        let folder = output(Command::new("mktemp").args(["--directory", "/tmp/porto-pg.XXXXXXXX"]))?;
        let folder = PathBuf::from(folder.trim_end());
        let mut shell = as_nobody_special(&folder)?;
        shell.args(["sh", "-c", SCRIPT, "sh"]).arg(&programs).arg(&folder);
        shell.current_dir("/").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut shell = shell.spawn().map_err(|error| error.to_string())?;
        let mut said = String::new();
        if let Some(mut out) = shell.stdout.take() {
            // It closes its output as soon as it is ready.
            out.read_to_string(&mut said).map_err(|error| error.to_string())?;
        }
        if said != "ready\n" {
            return Err(said);
        }
        Ok(Cluster { folder, programs, shell, databases: AtomicU32::new(0) })
    }

    /// The URL of a new, empty database.
    pub fn database(&self) -> String {
        let name = format!("porto{}", self.databases.fetch_add(1, Ordering::Relaxed));
        let mut create = Command::new(self.programs.join("createdb"));
        if let Err(why) = output(create.arg("-h").arg(&self.folder).args(["-U", "porto", &name])) {
            panic!("no database: {why}");
        }
        format!("postgres://porto@localhost/{name}?host={}", self.folder.display())
    }

    /// The folder of its socket, for programs of PostgreSQL (`-h`, with `-U porto`).
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The folder of PostgreSQL's programs.
    pub fn programs(&self) -> &Path {
        &self.programs
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.shell.stdin.take());
        let _ = self.shell.wait();
    }
}

/// The newest of Debian's PostgreSQL.
fn programs() -> Result<PathBuf, String> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").map_err(|error| error.to_string())?;
    let version = |path: &PathBuf| path.file_name()?.to_str()?.parse::<u32>().ok();
    let newest = versions.flatten().map(|entry| entry.path()).filter(|path| path.join("bin/initdb").exists());
    newest.max_by_key(version).map(|path| path.join("bin")).ok_or_else(|| "no initdb".into())
}

/// The beginning of a command that does not run as root, which PostgreSQL refuses to: as the user that its package
/// made, who gets the folder.
fn as_nobody_special(folder: &Path) -> Result<Command, String> {
    if output(Command::new("id").arg("-u"))?.trim_end() != "0" {
        return Ok(Command::new("env"));
    }
    output(Command::new("chown").arg("postgres:").arg(folder))?;
    let mut command = Command::new("setpriv");
    command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]);
    Ok(command)
}

fn output(command: &mut Command) -> Result<String, String> {
    let output = command.output().map_err(|error| format!("{command:?}: {error}"))?;
    match output.status.success() {
        true => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
        false => Err(format!("{command:?}: {}", String::from_utf8_lossy(&output.stderr))),
    }
}
