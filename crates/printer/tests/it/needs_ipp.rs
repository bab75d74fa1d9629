//! A printer that speaks IPP: `ippeveprinter`, the IPP Everywhere reference, each with a message bus of its own.

use super::{content, job, layout};
use imprint::picture::{Issuer, paint};
use paper::Envelope;
use printer::adapters::ipp::{Ipp, Patience};
use printer::{Job, PrintFault, Printer, Reason, Warning};
use std::fs;
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// How long something that will happen is waited for.
const SURELY: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(20);
/// Waits that end soon, for what is not going to happen.
const IMPATIENT: Patience =
    Patience { busy: Duration::from_millis(300), job: Duration::from_secs(1), cancel: PAUSE, pause: PAUSE };
const PATIENT: Patience = Patience { busy: SURELY, job: SURELY, cancel: SURELY, pause: PAUSE };

/// Prints by copying the document beside it; waits while there is a file `hold`; then says on its error output what
/// stands in `says`.
const SCRIPT: &str = "#!/bin/sh
cd FOLDER || exit 1
n=$(ls printed | wc -l)
cp \"$1\" printed/.$n && mv printed/.$n printed/$n
while [ -e hold ]; do sleep 0.02; done
if [ -e says ]; then cat says >&2; fi
";
const BUS: &str = "<busconfig><type>system</type><listen>unix:path=FOLDER/bus</listen><auth>EXTERNAL</auth>\
<policy context=\"default\"><allow user=\"*\"/><allow own=\"*\"/><allow send_destination=\"*\"/>\
<allow receive_sender=\"*\"/></policy></busconfig>";

/// A process that ends with its owner.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A printer with its folder and its bus.
struct Office {
    printer: Option<Process>,
    _bus: Process,
    folder: TempDir,
    port: u16,
    arguments: Vec<String>,
}

impl Office {
    fn new() -> Office {
        Office::with(&["-f", "application/pdf,image/pwg-raster"])
    }

    fn with(arguments: &[&str]) -> Office {
        let folder = TempDir::new().unwrap();
        let path = folder.path();
        for name in ["spool", "printed"] {
            fs::create_dir(path.join(name)).unwrap();
        }
        let here = |text: &str| text.replace("FOLDER", path.to_str().unwrap());
        fs::write(path.join("bus.conf"), here(BUS)).unwrap();
        fs::write(path.join("print.sh"), here(SCRIPT)).unwrap();
        fs::set_permissions(path.join("print.sh"), fs::Permissions::from_mode(0o755)).unwrap();
        let config = format!("--config-file={}", path.join("bus.conf").display());
        let bus = start(Command::new("dbus-daemon").args([&config, "--nofork"]));
        wait_for(|| path.join("bus").exists());
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let arguments = arguments.iter().map(|own| here(own)).collect();
        let mut office = Office { printer: None, _bus: bus, folder, port, arguments };
        office.switch_on();
        office
    }

    fn switch_on(&mut self) {
        let bus = format!("unix:path={}", self.path("bus").display());
        let mut command = Command::new("ippeveprinter");
        command.env("DBUS_SYSTEM_BUS_ADDRESS", bus).args(&self.arguments);
        command.arg("-d").arg(self.path("spool")).arg("-c").arg(self.path("print.sh"));
        command.args(["-p", &self.port.to_string(), "-n", "localhost", "-r", "off", "Porto"]);
        self.printer = Some(start(&mut command));
        wait_for(|| TcpStream::connect(("localhost", self.port)).is_ok());
    }

    fn switch_off(&mut self) {
        self.printer = None;
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Lets the printer keep what it prints in its works.
    fn hold(&self) {
        fs::write(self.path("hold"), []).unwrap();
    }

    fn let_go(&self) {
        fs::remove_file(self.path("hold")).unwrap();
    }

    /// What the printer reports at the end of each job.
    fn says(&self, lines: &str) {
        fs::write(self.path("says"), lines).unwrap();
    }

    /// The documents printed.
    fn printed(&self) -> Vec<Vec<u8>> {
        let count = count(&self.path("printed"));
        (0..count).map(|number| fs::read(self.path("printed").join(number.to_string())).unwrap()).collect()
    }

    fn ipp(&self, patience: Patience) -> Ipp {
        let address = format!("ipp://localhost:{}/ipp/print", self.port);
        Ipp::new(address.parse().unwrap(), patience)
    }

    /// Begins a print in the background and waits until the printer works on it.
    fn begin(&self, job: Job, patience: Patience) -> thread::JoinHandle<Result<(), PrintFault>> {
        let (mut ipp, before) = (self.ipp(patience), count(&self.path("printed")));
        let print = thread::spawn(move || ipp.print(&job).map(drop));
        wait_for(|| count(&self.path("printed")) > before);
        print
    }
}

impl Drop for Office {
    /// What the printer's script still holds is let go.
    fn drop(&mut self) {
        let _ = fs::remove_file(self.path("hold"));
    }
}

fn start(command: &mut Command) -> Process {
    let quiet = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    Process(quiet.spawn().expect("the program is installed"))
}

fn count(folder: &Path) -> usize {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    names.filter(|name| !name.to_string_lossy().starts_with('.')).count()
}

fn wait_for(mut condition: impl FnMut() -> bool) {
    let deadline = Instant::now() + SURELY;
    while !condition() {
        assert!(Instant::now() < deadline, "it never happened");
        thread::sleep(PAUSE);
    }
}

/// Claim: X7
#[test]
fn an_imprint_is_printed_once_and_is_known_again() {
    let office = Office::new();
    let mut ipp = office.ipp(PATIENT);
    assert!(ipp.state().stopped.is_none());
    assert_eq!(ipp.has_printed(&"a-1".parse().unwrap()).unwrap(), None);
    ipp.print(&job("a-1")).unwrap();
    ipp.print(&job("a-1")).expect("it is there already");
    ipp.print(&job("a-2")).unwrap();
    for name in ["a-1", "a-2"] {
        assert_eq!(ipp.has_printed(&name.parse().unwrap()).unwrap(), Some(true));
    }
    // Its dots are 300 or 600 an inch, neither a multiple of 240, so it gets PDF.
    let bitmap = paint(&layout(), &Issuer::default(), &content()).unwrap();
    let page = paper::write_pdf(&bitmap, 240, Envelope::Dl, Default::default()).unwrap();
    assert!(office.printed() == [page.clone(), page]);
}

/// Claim: X7
#[test]
fn a_printer_whose_dots_fit_gets_a_raster_dot_by_dot() {
    let folder = TempDir::new().unwrap();
    let conf = folder.path().join("printer.conf");
    let attributes = "ATTR resolution pwg-raster-document-resolution-supported 300dpi,1200dpi\n\
        ATTR keyword pwg-raster-document-type-supported black_1,sgray_8\n\
        ATTR mimeMediaType document-format-supported application/pdf,image/pwg-raster\n\
        ATTR keyword media-supported iso_c5_162x229mm,iso_dl_110x220mm\n\
        ATTR keyword print-scaling-supported auto,none\n";
    fs::write(&conf, attributes).unwrap();
    let office = Office::with(&["-a", conf.to_str().unwrap()]);
    let mut ipp = office.ipp(PATIENT);
    ipp.print(&Job { envelope: Envelope::C5, ..job("a-1") }).unwrap();
    let bitmap = paint(&layout(), &Issuer::default(), &content()).unwrap();
    let page = paper::write_raster(&bitmap, 240, Envelope::C5, Default::default(), 5).unwrap();
    assert!(office.printed() == [page]);
    let unknown = ipp.print(&Job { envelope: Envelope::C4, ..job("a-2") }).unwrap_err();
    assert!(matches!(unknown, PrintFault::Refused(Reason::Media(Envelope::C4))), "{unknown}");
}

#[test]
fn a_printer_that_takes_no_fitting_form_is_refused() {
    let office = Office::with(&["-f", "image/png,image/pwg-raster"]);
    let fault = office.ipp(PATIENT).print(&job("a-1")).unwrap_err();
    assert!(matches!(fault, PrintFault::Refused(Reason::Format)), "{fault}");
    assert!(office.printed().is_empty());
}

#[test]
fn a_busy_printer_is_waited_for_but_not_for_ever() {
    let office = Office::new();
    office.hold();
    let first = office.begin(job("a-1"), PATIENT);
    let fault = office.ipp(IMPATIENT).print(&job("a-2")).unwrap_err();
    assert!(matches!(fault, PrintFault::Refused(Reason::Busy)), "{fault}");
    let mut ipp = office.ipp(PATIENT);
    let second = thread::spawn(move || ipp.print(&job("a-2")).map(drop));
    office.let_go();
    first.join().unwrap().unwrap();
    second.join().unwrap().unwrap();
    assert_eq!(office.printed().len(), 2);
}

#[test]
fn a_job_that_is_still_under_way_is_waited_for_and_not_sent_again() {
    let office = Office::new();
    office.hold();
    let cut_off = office.begin(job("a-1"), IMPATIENT);
    let mut ipp = office.ipp(PATIENT);
    let again = thread::spawn(move || {
        let printed = ipp.print(&job("a-1"));
        (printed.map(drop), ipp.has_printed(&"a-1".parse().unwrap()))
    });
    thread::sleep(PAUSE);
    office.let_go();
    let (printed, has_printed) = again.join().unwrap();
    // The first caller may have lost patience and cancelled it meanwhile. Nobody says it was not printed.
    match cut_off.join().unwrap() {
        Ok(()) => assert!(printed.is_ok() && has_printed.unwrap() == Some(true)),
        Err(PrintFault::Unknown(_)) => assert_ne!(has_printed.unwrap(), Some(false)),
        Err(fault) => panic!("{fault}"),
    }
    assert_eq!(office.printed().len(), 1);
}

#[test]
fn a_job_that_takes_too_long_is_cancelled_and_called_unknown() {
    let office = Office::new();
    office.hold();
    let print = office.begin(job("a-1"), IMPATIENT);
    let fault = print.join().unwrap().unwrap_err();
    assert!(matches!(fault, PrintFault::Unknown(Reason::NotInTime)), "{fault}");
    office.let_go();
    // It was printed, and then taken for cancelled: the printer itself does not know better.
    assert_eq!(office.ipp(PATIENT).has_printed(&"a-1".parse().unwrap()).unwrap(), None);
}

#[test]
fn low_paper_and_ink_are_warned_of() {
    let office = Office::new();
    office.says("STATE: +media-low-warning,marker-supply-low-warning\nATTR: marker-levels=7\n");
    let mut ipp = office.ipp(PATIENT);
    assert!(!ipp.state().warnings.contains(&Warning::MediaLow));
    ipp.print(&job("a-1")).unwrap();
    let state = ipp.state();
    assert!(state.stopped.is_none());
    assert!(state.warnings.contains(&Warning::MediaLow), "{state:?}");
    assert!(state.warnings.contains(&Warning::MarkerLow { percent: Some(7) }), "{state:?}");
}

#[test]
fn a_printer_without_paper_is_tried_once_and_then_sent_nothing_more() {
    let office = Office::new();
    office.says("STATE: +media-empty-warning\n");
    let mut ipp = office.ipp(IMPATIENT);
    office.ipp(PATIENT).print(&job("a-1")).unwrap();
    assert!(ipp.state().warnings.contains(&Warning::MediaEmpty));
    // Another tray may have paper, so it is tried; then the printer says that it waits for some.
    let fault = ipp.print(&job("a-2")).unwrap_err();
    assert!(matches!(fault, PrintFault::Unknown(Reason::MediaEmpty)), "{fault}");
    let fault = ipp.print(&job("a-3")).unwrap_err();
    assert!(matches!(fault, PrintFault::Refused(Reason::MediaEmpty)), "{fault}");
    assert_eq!(office.printed().len(), 1);
}

#[test]
fn a_printer_killed_in_the_middle_leaves_it_unknown() {
    let mut office = Office::new();
    office.hold();
    let print = office.begin(job("a-1"), IMPATIENT);
    office.switch_off();
    let fault = print.join().unwrap().unwrap_err();
    assert!(matches!(fault, PrintFault::Unknown(Reason::Unreachable(_))), "{fault}");

    let mut ipp = office.ipp(IMPATIENT);
    assert!(matches!(ipp.has_printed(&"a-1".parse().unwrap()), Err(Reason::Unreachable(_))));
    assert!(matches!(ipp.state().stopped, Some(Reason::Unreachable(_))));
    let fault = ipp.print(&job("a-2")).unwrap_err();
    assert!(matches!(fault, PrintFault::Refused(Reason::Unreachable(_))), "{fault}");

    office.let_go();
    office.switch_on();
    assert_eq!(ipp.has_printed(&"a-1".parse().unwrap()).unwrap(), None, "it has forgotten");
    office.ipp(PATIENT).print(&job("a-2")).unwrap();
}

#[test]
fn a_printer_restarted_in_the_middle_has_forgotten_the_job_even_under_the_same_number() {
    let mut office = Office::new();
    office.hold();
    let print = office.begin(job("a-1"), PATIENT);
    office.switch_off();
    office.let_go();
    office.switch_on();
    // Now its first job is another one.
    let other = office.ipp(PATIENT).print(&job("a-2"));
    let fault = print.join().unwrap().unwrap_err();
    assert!(matches!(fault, PrintFault::Unknown(Reason::Forgotten)), "{fault}");
    other.unwrap();
}
