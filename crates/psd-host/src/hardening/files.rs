//! Which files and places a hardened thread reaches (landlock, Linux 5.13 and later; connections from 6.7 on).

use super::{Needs, folder_of};
use crate::TpmPlace;
use landlock::{
    ABI, Access, AccessFs, AccessNet, BitFlags, CompatLevel, Compatible, NetPort, PathBeneath, PathFd,
    Ruleset, RulesetAttr, RulesetCreated, RulesetCreatedAttr, RulesetError, RulesetStatus, Scope,
};
use std::path::Path;

/// The newest set of rights that is asked for; an older kernel takes what it knows.
const RIGHTS: ABI = ABI::V6;
/// Read at run time: processes, and the rules of time zones.
const READ: [&str; 4] = ["/proc", "/etc/localtime", "/usr/share/zoneinfo", "/etc/timezone"];
/// Where the system's libraries lie, which a connection to a TPM loads.
const LIBRARIES: [&str; 5] = ["/lib", "/lib64", "/usr/lib", "/etc/ld.so.cache", "/usr/local/lib"];

/// Confines this thread and those it starts.
pub(super) fn confine(needs: &Needs) -> Result<(), String> {
    let said = |error: RulesetError| format!("landlock refuses ({error})");
    let enforced = rules(needs).and_then(RulesetCreated::restrict_self).map_err(said)?;
    match enforced.ruleset {
        RulesetStatus::FullyEnforced => Ok(()),
        RulesetStatus::PartiallyEnforced => {
            Err("this kernel's landlock is older: it confines less than is asked for".into())
        }
        RulesetStatus::NotEnforced => Err("this kernel has no landlock".into()),
    }
}

fn rules(needs: &Needs) -> Result<RulesetCreated, RulesetError> {
    let mut rules = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(RIGHTS))?
        .handle_access(AccessNet::from_all(RIGHTS))?
        .scope(Scope::AbstractUnixSocket | Scope::Signal)?
        .create()?;
    let whole = AccessFs::ReadFile
        | AccessFs::ReadDir
        | AccessFs::WriteFile
        | AccessFs::Truncate
        | AccessFs::MakeReg
        | AccessFs::RemoveFile;
    rules = beneath(rules, folder_of(needs.memory), whole)?;
    rules = beneath(rules, folder_of(needs.socket), AccessFs::RemoveFile | AccessFs::ReadDir)?;
    for path in READ {
        rules = beneath(rules, Path::new(path), AccessFs::ReadFile | AccessFs::ReadDir)?;
    }
    match needs.tpm {
        Some(tpm) => reach(rules, tpm),
        None => Ok(rules),
    }
}

/// What a connection to the TPM needs.
fn reach(mut rules: RulesetCreated, tpm: &TpmPlace) -> Result<RulesetCreated, RulesetError> {
    for path in LIBRARIES {
        rules = beneath(rules, Path::new(path), AccessFs::ReadFile | AccessFs::ReadDir)?;
    }
    if let Some(device) = tpm.device() {
        let read_write = AccessFs::ReadFile | AccessFs::WriteFile | AccessFs::IoctlDev;
        rules = beneath(rules, Path::new(device), read_write)?;
    }
    for port in tpm.ports() {
        rules = rules.add_rule(NetPort::new(port, AccessNet::ConnectTcp))?;
    }
    Ok(rules)
}

/// These rights at a path and beneath it. A path that is not there needs none.
fn beneath(
    rules: RulesetCreated,
    path: &Path,
    rights: BitFlags<AccessFs>,
) -> Result<RulesetCreated, RulesetError> {
    let Ok(place) = PathFd::new(path) else { return Ok(rules) };
    // A single file has no rights of folders.
    let rights = if path.is_dir() { rights } else { rights & AccessFs::from_file(RIGHTS) };
    rules.add_rule(PathBeneath::new(place, rights))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapters::Programs;
    use psd::{Program, ProgramImage};
    use std::fs;
    use std::net::{TcpListener, TcpStream};
    use std::process::Command;
    use std::thread;

    /// What an older kernel does not confine cannot be shown on it; anything else that is missing is a fault.
    fn kernel_is_too_old(confined: Result<(), String>) -> Result<bool, String> {
        match confined {
            Err(reason) if reason.contains("this kernel") => {
                println!("not shown: {reason}");
                Ok(true)
            }
            confined => confined.map(|()| false),
        }
    }

    /// Confinement ends with the thread that confined itself.
    #[test]
    fn a_confined_thread_reaches_its_folders_and_nothing_else() {
        let (inside, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let secret = outside.path().join("secret");
        fs::write(&secret, "s").unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let memory = inside.path().join("memory");
        let confined = thread::spawn(move || {
            let needs = Needs { memory: &memory, socket: &memory, tpm: None };
            if kernel_is_too_old(confine(&needs))? {
                return Ok(());
            }
            fs::write(memory.with_extension("new"), "m")
                .and_then(|()| {
                    fs::rename(memory.with_extension("new"), &memory)?;
                    fs::File::open(memory.parent().unwrap())?.sync_all()
                })
                .map_err(|error| format!("its own folder: {error}"))?;
            fs::read_to_string("/proc/self/status").map_err(|error| format!("processes: {error}"))?;
            let denied = [
                fs::read_to_string(&secret).is_err(),
                fs::write(&secret, "t").is_err(),
                fs::write(secret.with_extension("new"), "t").is_err(),
                fs::read_dir("/etc").is_err(),
                fs::remove_file(&secret).is_err(),
                TcpStream::connect(address).is_err(),
            ];
            if denied == [true; 6] { Ok(()) } else { Err(format!("not all denied: {denied:?}")) }
        });
        assert_eq!(confined.join().unwrap(), Ok(()));
        assert!(TcpStream::connect(address).is_ok(), "other threads are not confined");
        assert_eq!(fs::read_to_string(outside.path().join("secret")).unwrap(), "s");
    }
    #[test]
    fn a_confined_thread_measures_other_programs_only_through_the_one_that_is_not() {
        let mut other = Command::new("/bin/sleep").arg("60").spawn().unwrap();
        let process = other.id();
        let confined = thread::spawn(move || {
            let mut programs = Programs::new();
            let nowhere = Path::new("/nowhere/memory");
            if kernel_is_too_old(confine(&Needs { memory: nowhere, socket: nowhere, tpm: None }))? {
                return Ok(None);
            }
            let alone = fs::File::open(format!("/proc/{process}/exe")).is_ok();
            let attached = programs.attach(process);
            Ok::<_, String>(Some((alone, attached, programs.measure(Program::ControlUnit))))
        });
        let outcome = confined.join().unwrap().unwrap();
        other.kill().and_then(|()| other.wait()).unwrap();
        let Some((alone, attached, measured)) = outcome else { return };
        assert!(!alone && attached.is_ok());
        assert!(matches!(measured, Ok(Some(_))));
    }
}
