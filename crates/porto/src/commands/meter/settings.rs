//! The text of a new settings file: every setting with what it means. A line `#name = value` shows a default, so that it
//! can be changed by taking the `#` away; a line `# Example: name = value` one that has none.

use std::path::{Path, PathBuf};

/// What is chosen when a meter is made.
pub struct Chosen {
    pub device: DeviceAt,
    pub pairing: Option<PathBuf>,
    pub printer: String,
    pub printer_address: Option<String>,
    pub printer_device: Option<PathBuf>,
    pub reader: String,
}

/// Where the device is.
pub enum DeviceAt {
    Memory(PathBuf),
    Socket(PathBuf),
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

fn quoted_path(path: &Path) -> String {
    quoted(&path.to_string_lossy())
}

/// A setting that was given, or the example of one.
fn given(name: &str, value: Option<String>, example: &str) -> String {
    match value {
        Some(value) => format!("{name} = {}", quoted(&value)),
        None => format!("# Example: {name} = {}", quoted(example)),
    }
}

/// The file.
pub fn text(chosen: &Chosen) -> String {
    let path = |path: &Option<PathBuf>| path.as_ref().map(|path| path.to_string_lossy().into_owned());
    let place = match &chosen.device {
        DeviceAt::Memory(memory) => format!(
            "memory = {}\n# Where another program runs it, its socket stands here in place of the memory.\n\
             # Example: socket = \"/run/porto/psd.sock\"",
            quoted_path(memory)
        ),
        DeviceAt::Socket(socket) => format!(
            "socket = {}\n# Where the meter runs it, its memory stands here in place of the socket.\n\
             # Example: memory = \"meter.psd\"",
            quoted_path(socket)
        ),
    };
    let pairing = given("pairing", path(&chosen.pairing), "meter.psd.pair");
    let address = given("address", chosen.printer_address.clone(), "ipp://printer.example/ipp/print");
    let device = given("device", path(&chosen.printer_device), "/dev/usb/lp0");
    let printer = quoted(&chosen.printer);
    let reader = quoted(&chosen.reader);
    let cards = if chosen.reader == "off" { "off" } else { "required" };
    format!(
        r##"# The settings of a mailroom's meter. A line that begins with # and a name shows a default: take the # away and change
# the value. Paths are seen from this folder. Amounts are whole minor units: 5000 is 50.00.

# The first two digits of all cost centres' numbers, 0 to 99; three are free.
#prefix = 1

# The scale: sics:DEVICE, nci:DEVICE or hid:DEVICE. Without one, weights are typed.
# Example: scale = "sics:/dev/ttyUSB0"

# Rate tables in files, beside those that `porto meter rates add` keeps.
#rates = []

# The security device, which keeps credit and keys.
[device]
{place}
# The pairing with the device; beside a memory FILE it is FILE.pair if not given.
{pairing}

[printer]
# files: a file for each letter; ipp: a printer on the network; head: a simulated franking head with encoder and clock;
# columns: a device that takes columns.
kind = {printer}
# Where files go, and what the simulated head prints.
#folder = "letters"
# What a file is: pdf (the imprint on its envelope), png (the imprint alone), pwg (the envelope as a raster), columns.
#form = "pdf"
# The address of an ipp printer.
{address}
# The device file of a columns printer.
{device}
# Whether a feeder brings the letters, and a stacker takes them.
#feeder = false
#stacker = false

[imprint]
# The envelope: dl, c6, c5 or c4. It is dl if nothing is said.
# Example: envelope = "c5"
# How far the imprint is moved left and down, in millimetres.
# Example: offset = "5,2.5"
# The constant texts. Without them they are those of the carrier that does not exist.
# Example: carrier = "Insel-Post"
# Example: town = "INSELSTADT"
# Example: office = "HAFEN"
# Example: currency = "EUR"
# Example: motto = "SPECIMEN"

[routine]
# Whether a card has to be in the slot: off or required.
cards = "{cards}"
# What becomes of the cost centre when the meter is turned on: kept, or asked (it has to be chosen anew).
#centre_at_start = "kept"
# The cost centre of a new meter and of a master card. 1001 is 01001.
#first_centre = 1001
# After so many seconds without a letter or a key the meter checks itself; 0 for never.
#standby_seconds = 60
# How many days ahead a date may be set. It is never set back.
#days_ahead = 30
# Below this credit a warning is shown; 0 for never.
#low_credit = 2000
# From this postage on an imprint has to be confirmed; 0 for never.
#high_value = 5000
# What the meter may load by itself when its imprints are used up (CALL FP): an amount each time, and no more than the
# limit in a calendar month. Without it, it only calls.
# Example: standing_order = {{ amount = 10000, month_limit = 50000 }}

# What few imprints left do (TELESET). When they are few the device decides, by the centre's rule.
[routine.sleep]
# How long the first warning delays, and by how much each further one lasts longer.
#first_ms = 2000
#step_ms = 2000
# How long a warning that does not delay is shown.
#shown_ms = 3000

# What many errors do.
[routine.overflow]
# Beyond this number of errors the reaction slows; 0 for never.
#errors = 50
# How: linear (by step_ms for each error beyond) or stages (a second, a minute, an hour, a day).
#growth = "linear"
#step_ms = 500
# Whether each misoperation delays too, each time twice as long: this is the first delay, 0 for none.
#misoperation_ms = 0

[cards]
# off; drawn: cards in files, for trials; pcsc: a reader of the PC/SC service.
reader = {reader}
# The folder of drawn cards; it is cards if nothing is said.
# Example: folder = "cards"
# The name of the PC/SC reader; the first one if nothing is said.
# Example: name = "ACS ACR39U"
# What is asked of a card: authenticated (seals under this meter's key) or historic (the equations of DE 197 57 648 alone,
# which protect little).
#format = "authenticated"
# The constant C, up to eight digits, the same in all meters of a maker.
#constant = 0
# The code that memory cards ask for before they are written, as their maker set it.
# Example: transport_code = "ffffff"
# The file of the key that meter and maker share (32 bytes): with it the maker proves that a lost master may be replaced.
# Example: makers_key = "makers.key"

[panel]
# Where the pages are served that behave like the machine. An address that others reach needs a certificate.
#listen = "127.0.0.1:7060"
# Example: certificate = "certificate.pem"
# Example: key = "key.pem"
"##
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use meter::configuration::{Configuration, SETTINGS};
    use meter::routine::Settings;

    fn chosen(reader: &str) -> Chosen {
        Chosen {
            device: DeviceAt::Memory("/somewhere/\"a meter\".psd".into()),
            pairing: None,
            printer: "files".into(),
            printer_address: None,
            printer_device: None,
            reader: reader.into(),
        }
    }

    fn read(text: &str) -> Configuration {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(SETTINGS), text).unwrap();
        let read = Configuration::read(folder.path());
        Configuration { folder: "".into(), ..read.unwrap_or_else(|fault| panic!("{fault}: {text}")) }
    }

    /// The lines, with `#name = value` taken at its word.
    fn uncommented(text: &str) -> String {
        let line = |line: &str| match line.strip_prefix('#') {
            Some(rest) if !rest.is_empty() && !rest.starts_with(' ') => format!("{rest}\n"),
            _ => format!("{line}\n"),
        };
        text.lines().map(line).collect()
    }

    #[test]
    fn a_new_file_is_read_as_it_was_chosen() {
        let read = read(&text(&chosen("drawn")));
        assert_eq!(read.device.memory.unwrap().to_str(), Some("/somewhere/\"a meter\".psd"));
        let required = Settings { cards: meter::routine::Cards::Required, ..Settings::default() };
        assert_eq!(read.routine, required);
    }

    #[test]
    fn every_default_that_is_shown_is_the_default() {
        let text = text(&chosen("off"));
        let all = uncommented(&text);
        assert!(all.lines().filter(|line| !text.contains(&format!("\n{line}\n"))).count() > 15, "{all}");
        assert_eq!(format!("{:?}", read(&all)), format!("{:?}", read(&text)));
        let bare = read("[device]\nmemory = '/somewhere/\"a meter\".psd'\n");
        assert_eq!(format!("{:?}", read(&all)), format!("{bare:?}"));
    }

    #[test]
    fn every_example_is_a_setting() {
        let text = text(&chosen("off"));
        let examples = text.matches("# Example: ").count();
        assert!(examples > 10);
        for number in 0..examples {
            let mut seen = 0;
            let tried: String = text
                .split_inclusive("# Example: ")
                .map(|part| {
                    seen += 1;
                    match seen == number + 1 {
                        true => part.trim_end_matches("# Example: ").to_owned(),
                        false => part.to_owned(),
                    }
                })
                .collect();
            assert_ne!(format!("{:?}", read(&tried)), format!("{:?}", read(&text)), "{tried}");
        }
    }

    #[test]
    fn every_setting_of_the_routine_is_explained() {
        let text = text(&chosen("off"));
        let settings = toml::to_string(&Settings::default()).unwrap();
        for line in settings.lines().filter(|line| !line.is_empty()) {
            let line = &line.replace('[', "[routine.");
            let shown = text.contains(&format!("\n#{line}\n")) || text.contains(&format!("\n{line}\n"));
            assert!(shown, "{line}");
        }
        assert!(text.contains("standing_order"));
    }
}
