//! Keys in coded form, with the master key in a file and in an HSM.

use crate::databases::{Database, on_each_database};
use centre::keys::{FileMaster, IfMissing, KeyFault, KeyName, KeySafe, MasterKey, WrappedKey};
use imprint::numbers::Key;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use terms::Serial;

fn master(path: &Path) -> MasterKey {
    MasterKey::File(FileMaster::open(path, IfMissing::Make).unwrap())
}

fn link(serial: u32) -> KeyName {
    KeyName::Link(Serial::new(serial).unwrap())
}

fn key() -> Key {
    Key::new(core::array::from_fn(|place| place as u8))
}

#[track_caller]
fn check_fault<T: std::fmt::Debug>(result: Result<T, KeyFault>, expected: &str) {
    let fault = result.unwrap_err().to_string();
    assert!(fault.contains(expected), "{fault:?} says {expected:?}");
}

/// What every master key does, wherever it lies.
fn check_master(master: &MasterKey, other: &MasterKey) {
    let wrapped = master.wrap(link(7), &key()).unwrap();
    assert!(master.unwrap(link(7), &wrapped).unwrap() == key());
    let text = wrapped.to_string();
    assert_eq!(text.len(), 2 * 69);
    assert_eq!(text.parse::<WrappedKey>(), Ok(wrapped.clone()));
    assert_ne!(master.wrap(link(7), &key()).unwrap(), wrapped, "each wrapping has a nonce of its own");

    check_fault(master.unwrap(link(8), &wrapped), "another's place");
    check_fault(other.unwrap(link(7), &wrapped), "not the master key");
    // Behind the version and the master key's name, every changed digit is noticed.
    for place in 18..text.len() {
        let mut changed = text.clone().into_bytes();
        changed[place] = if changed[place] == b'0' { b'1' } else { b'0' };
        let changed: WrappedKey = String::from_utf8(changed).unwrap().parse().unwrap();
        check_fault(master.unwrap(link(7), &changed), "damaged");
    }
    assert!("00".parse::<WrappedKey>().is_err());
    assert!(text.replacen("01", "02", 1).parse::<WrappedKey>().is_err(), "an unknown version");
    for shown in [format!("{master:?}"), format!("{:?}", key())] {
        assert!(!shown.contains("00010203") && !shown.contains("0, 1, 2"), "{shown}");
    }
}

#[test]
fn a_master_key_in_a_file_wraps_each_key_for_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let [one, other] = ["one", "other"].map(|name| master(&folder.path().join(name)));
    check_master(&one, &other);
    let again = master(&folder.path().join("one"));
    let wrapped = one.wrap(link(1), &key()).unwrap();
    assert!(again.unwrap(link(1), &wrapped).unwrap() == key());
}

#[test]
fn a_master_keys_file_is_its_owners_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("master.key");
    check_fault(FileMaster::open(&path, IfMissing::Refuse), "there is no master key");
    FileMaster::open(&path, IfMissing::Make).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(fs::read(&path).unwrap().len(), 32);
    for mode in [0o640, 0o604, 0o660] {
        fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
        check_fault(FileMaster::open(&path, IfMissing::Make), "chmod 600");
    }
    fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
    for bytes in [&b""[..], &[1; 31], &[1; 33]] {
        fs::write(&path, bytes).unwrap();
        check_fault(FileMaster::open(&path, IfMissing::Make), "32 bytes");
    }
    check_fault(FileMaster::open(folder.path(), IfMissing::Make), "others than its owner");
}

#[test]
fn names_of_keys_have_one_text() {
    for name in [link(7), KeyName::Issuer(1), KeyName::Control] {
        assert_eq!(name.to_string().parse(), Ok(name));
    }
    for text in ["", "link", "link:x", "issuer:-1", "other:1"] {
        assert!(text.parse::<KeyName>().is_err(), "{text}");
    }
}

async fn a_wrong_master_key_is_noticed_at_the_start(database: Database) {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name);
    let store = database.open().await;
    assert!(KeySafe::is_new(&store).await.unwrap());
    KeySafe::open(store.clone(), master(&place("one")), vec![], 1).await.unwrap();
    assert!(!KeySafe::is_new(&store).await.unwrap());
    check_fault(KeySafe::open(store.clone(), master(&place("two")), vec![], 2).await, "not the master key");
    KeySafe::open(store, master(&place("one")), vec![], 3).await.unwrap();
}

async fn the_carriers_key_is_drawn_once_and_kept(database: Database) {
    let folder = tempfile::tempdir().unwrap();
    let safe =
        KeySafe::open(database.open().await, master(&folder.path().join("one")), vec![], 1).await.unwrap();
    let first = safe.issuer(1, 1).await.unwrap();
    assert_eq!(safe.issuer(1, 2).await.unwrap(), first);
    assert_ne!(safe.issuer(2, 2).await.unwrap(), first);
}

async fn the_master_key_is_changed_step_by_step(database: Database) {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name);
    let store = database.open().await;
    let safe = KeySafe::open(store.clone(), master(&place("old")), vec![], 1).await.unwrap();
    let mut keys = Vec::new();
    for number in 0..450 {
        keys.push(safe.issuer(number, 1).await.unwrap());
    }
    let open = async |current: &str, former: Vec<MasterKey>| {
        KeySafe::open(store.clone(), master(&place(current)), former, 2).await
    };
    let safe = open("new", vec![master(&place("old"))]).await.unwrap();
    assert_eq!(safe.issuer(3, 2).await.unwrap(), keys[3], "both open what they wrapped");
    check_fault(open("new", vec![]).await, "not the master key");
    check_fault(open("old", vec![]).await, "not the master key");

    // Cut off after the first steps, and gone on with.
    let halfway = safe.clone();
    let cut = tokio::spawn(async move { halfway.rewrap(|done| assert!(done < 300, "cut off")).await });
    assert!(cut.await.unwrap_err().is_panic());
    let mut told = Vec::new();
    let done = safe.rewrap(|done| told.push(done)).await.unwrap();
    assert!((1..450).contains(&done) && told.last() == Some(&done), "{told:?}");
    assert_eq!(safe.rewrap(|_| ()).await.unwrap(), 0);

    let safe = open("new", vec![]).await.unwrap();
    for (number, key) in (0..).zip(&keys) {
        assert_eq!(&safe.issuer(number, 3).await.unwrap(), key);
    }
    check_fault(open("old", vec![]).await, "not the master key");
}

on_each_database! {
    a_wrong_master_key_is_noticed_at_the_start
    the_carriers_key_is_drawn_once_and_kept
    the_master_key_is_changed_step_by_step
}

mod needs_softhsm {
    //! The same with a real PKCS#11 token.

    use super::*;
    use centre::keys::{HsmMaster, HsmPlace, Pin};
    use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
    use cryptoki::object::{Attribute, AttributeType};
    use std::process::Command;

    const MODULE: &str = "/usr/lib/softhsm/libsofthsm2.so";
    const PIN: &str = "24680135";
    const FOLDER: &str = "PORTO_TEST_SOFTHSM";

    /// Does `work` in a process of its own with a token of its own: SoftHSM finds its tokens by the environment, which
    /// is one for a process.
    fn with_a_token(test: &str, work: impl FnOnce(&Path)) {
        if let Some(folder) = std::env::var_os(FOLDER) {
            return work(Path::new(&folder));
        }
        let folder = tempfile::tempdir().unwrap();
        let (settings, tokens) = (folder.path().join("softhsm2.conf"), folder.path().join("tokens"));
        fs::create_dir(&tokens).unwrap();
        fs::write(&settings, format!("directories.tokendir = {}\nlog.level = ERROR\n", tokens.display()))
            .unwrap();
        let pin = folder.path().join("pin");
        fs::write(&pin, format!("{PIN}\n")).unwrap();
        fs::set_permissions(&pin, Permissions::from_mode(0o600)).unwrap();
        let run = |command: &mut Command| {
            let output = command.env("SOFTHSM2_CONF", &settings).env(FOLDER, folder.path()).output().unwrap();
            let said = [output.stdout, output.stderr].map(|said| String::from_utf8_lossy(&said).into_owned());
            assert!(output.status.success(), "{}\n{}", said[0], said[1]);
            said
        };
        let init = ["--init-token", "--free", "--label", "porto", "--so-pin", "13572468", "--pin", PIN];
        run(Command::new("softhsm2-util").args(init));
        let name = format!("keys::needs_softhsm::{test}");
        let mut child = Command::new(std::env::current_exe().unwrap());
        let said = run(child.args(["--exact", &name, "--nocapture"]).env("PORTO_TEST_PIN", PIN));
        assert!(said[0].contains("1 passed"), "{}", said[0]);
    }

    fn place(key: &str) -> HsmPlace {
        HsmPlace { module: MODULE.into(), token: "porto".into(), key: key.into() }
    }

    fn hsm(folder: &Path, key: &str) -> MasterKey {
        let pin = Pin::from_file(&folder.join("pin")).unwrap();
        MasterKey::Hsm(Box::new(HsmMaster::open(place(key), pin, IfMissing::Make).unwrap()))
    }

    /// Claim: X7
    #[test]
    fn a_master_key_in_an_hsm_wraps_each_key_for_its_name() {
        with_a_token("a_master_key_in_an_hsm_wraps_each_key_for_its_name", |folder| {
            let (one, other) = (hsm(folder, "one"), hsm(folder, "other"));
            check_master(&one, &other);
            let wrapped = one.wrap(link(1), &key()).unwrap();
            assert!(hsm(folder, "one").unwrap(link(1), &wrapped).unwrap() == key());
        });
    }

    /// Claim: X7
    #[test]
    fn the_master_key_cannot_be_taken_out_of_the_hsm() {
        with_a_token("the_master_key_cannot_be_taken_out_of_the_hsm", |folder| {
            let _master = hsm(folder, "one");
            let library = Pkcs11::new(MODULE).unwrap();
            // It is initialised already: by what is under test, in the same process.
            let _ = library.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK));
            let slot = library.get_slots_with_initialized_token().unwrap()[0];
            let session = library.open_rw_session(slot).unwrap();
            let found = session.find_objects(&[Attribute::Label(b"one".to_vec())]).unwrap();
            let shown = session.get_attributes(found[0], &[AttributeType::Value]).unwrap();
            assert!(shown.is_empty(), "{shown:?}");
            let extractable = session.get_attributes(found[0], &[AttributeType::Extractable]).unwrap();
            assert_eq!(extractable, [Attribute::Extractable(false)]);
        });
    }

    /// Claim: X7
    #[test]
    fn keys_move_from_a_file_into_the_hsm() {
        with_a_token("keys_move_from_a_file_into_the_hsm", |folder| {
            crate::databases::run(async {
                let database = Database::file();
                let store = database.open().await;
                let file = || master(&folder.join("master.key"));
                let first = KeySafe::open(store.clone(), file(), vec![], 1).await.unwrap();
                let issuer = first.issuer(1, 1).await.unwrap();
                let safe = KeySafe::open(store.clone(), hsm(folder, "one"), vec![file()], 2).await.unwrap();
                assert_eq!(safe.rewrap(|_| ()).await.unwrap(), 1);
                let safe = KeySafe::open(store.clone(), hsm(folder, "one"), vec![], 3).await.unwrap();
                assert_eq!(safe.issuer(1, 3).await.unwrap(), issuer);
                check_fault(KeySafe::open(store, file(), vec![], 4).await, "not the master key");
            });
        });
    }

    #[test]
    fn many_threads_use_the_hsm_at_once_and_a_lost_log_in_is_made_good() {
        with_a_token("many_threads_use_the_hsm_at_once_and_a_lost_log_in_is_made_good", |folder| {
            let master = hsm(folder, "one");
            let wrapped = master.wrap(link(1), &key()).unwrap();
            let use_it = || {
                for _ in 0..50 {
                    assert!(master.unwrap(link(1), &wrapped).unwrap() == key());
                }
            };
            std::thread::scope(|scope| {
                for _ in 0..8 {
                    scope.spawn(use_it);
                }
            });
            let library = Pkcs11::new(MODULE).unwrap();
            let _ = library.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK));
            let slot = library.get_slots_with_initialized_token().unwrap()[0];
            // Whoever logs out logs out all sessions of the process.
            library.open_rw_session(slot).unwrap().logout().unwrap();
            use_it();
        });
    }

    #[test]
    fn a_wrong_pin_token_or_key_is_said_without_saying_the_pin() {
        with_a_token("a_wrong_pin_token_or_key_is_said_without_saying_the_pin", |folder| {
            let file = folder.join("wrong");
            let open = |text: &str, place: HsmPlace| {
                fs::write(&file, text).unwrap();
                fs::set_permissions(&file, Permissions::from_mode(0o600)).unwrap();
                HsmMaster::open(place, Pin::from_file(&file).unwrap(), IfMissing::Refuse)
            };
            let fault = open("99999999", place("one")).unwrap_err();
            assert!(!format!("{fault} {fault:?}").contains("99999999"), "{fault:?}");
            check_fault(open(PIN, place("one")), "there is no master key one of the token porto");
            check_fault(open(PIN, HsmPlace { token: "lost".into(), ..place("one") }), "no token lost");
            check_fault(open(PIN, HsmPlace { module: "/nowhere.so".into(), ..place("one") }), "the HSM");
            let pin = Pin::from_environment("PORTO_TEST_PIN").unwrap();
            assert_eq!(format!("{pin:?}"), "Pin(..)");
            HsmMaster::open(place("one"), pin, IfMissing::Make).unwrap();
            check_fault(Pin::from_environment("PORTO_TEST_NO_PIN"), "is not set");
            fs::set_permissions(&file, Permissions::from_mode(0o644)).unwrap();
            check_fault(Pin::from_file(&file), "chmod 600");
        });
    }
}
