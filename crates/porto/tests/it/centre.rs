//! The data centre as its users run it: real processes, from an empty folder to a refilled meter.

use crate::desk::Desk;
use imprint::numbers::Indicium;
use link::refund::RefundClaim;
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, ExitStatus, Output, Stdio};

/// A running `porto centre serve`.
pub struct Centre {
    process: Child,
    /// What it said when it listened.
    pub said: Value,
}

impl Centre {
    /// Starts the centre in the folder `centre` of a desk, at ports that the system chooses.
    pub fn start(desk: &Desk, more: &str) -> Centre {
        Centre::start_with(desk, &format!("--link-listen tcp:127.0.0.1:0 {more}"), &[])
    }

    /// The same with these doors of the link and this environment.
    pub fn start_with(desk: &Desk, more: &str, environment: &[(&str, &str)]) -> Centre {
        let line = format!("centre serve --centre centre --http-listen 127.0.0.1:0 --log warn --json {more}");
        let mut command = Command::new(env!("CARGO_BIN_EXE_porto"));
        command.args(line.split_whitespace()).current_dir(desk.folder()).stdout(Stdio::piped());
        command.envs(environment.iter().copied());
        let mut process = command.spawn().unwrap();
        let mut said = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut said).unwrap();
        let said = serde_json::from_str(&said).unwrap_or_else(|error| panic!("{error}: {said}"));
        Centre { process, said }
    }

    /// Where meters call.
    pub fn link(&self) -> &str {
        self.said["link"][0].as_str().unwrap()
    }

    /// Sends a signal by its name and waits for the end.
    pub fn signal(mut self, name: &str) -> ExitStatus {
        let sent = Command::new("kill").args([&format!("-{name}"), &self.process.id().to_string()]).status();
        assert!(sent.unwrap().success());
        self.process.wait().unwrap()
    }
}

impl Drop for Centre {
    fn drop(&mut self) {
        // One that has ended already is what is wanted.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A desk with a centre's folder.
pub fn desk(more: &str) -> Desk {
    let desk = Desk::new();
    desk.done(format!("centre init centre --carrier Insel-Post {more}").trim());
    desk
}

/// A customer with 500.00 and a meter of his.
pub fn customer_and_meter(desk: &Desk, number: u32, more: &str) {
    let customer = desk.json("centre customer add Muster --centre centre --json")["customer"].clone();
    let customer = customer.as_str().unwrap().replace(' ', "");
    desk.done(&format!(
        "centre customer deposit {customer} --amount 50000 --reference b{number} --centre centre"
    ));
    meter(desk, number, &customer, more);
}

fn meter(desk: &Desk, number: u32, customer: &str, more: &str) {
    let serial = 20_000_000 + number;
    let enrol = format!(
        "centre meter enrol --serial {serial} --customer {customer} --specimen --centre centre {more}"
    );
    desk.done(enrol.trim());
    desk.done(&format!("centre meter personalise {serial} --out m{number}.json --centre centre"));
    desk.done(&format!("psd init --memory m{number}.psd m{number}.json"));
}

pub fn call(desk: &Desk, line: &str) -> (Option<i32>, Value) {
    let Output { status, stdout, stderr } = desk.run(&format!("link {line} --redial-pause 0 --json"));
    let errors = String::from_utf8_lossy(&stderr);
    let said = serde_json::from_slice(&stdout).unwrap_or_else(|error| panic!("{line}: {error}: {errors}"));
    (status.code(), said)
}

/// The words of docs/operate-centre.md, from an empty folder to credit on a meter, and what is left of it in the books.
///
/// Claim: B17
/// Claim: X10
/// Claim: X11
#[test]
fn a_new_customer_is_served_from_an_empty_folder() {
    let desk = desk("");
    let centre = Centre::start(&desk, "");
    assert!(centre.said["first_person"].as_str().unwrap().contains("/invitation/"));
    customer_and_meter(&desk, 1, "");
    let (status, said) =
        call(&desk, &format!("refill --amount 12000 --memory m1.psd --centre {}", centre.link()));
    assert_eq!((status, &said["finish"]), (Some(0), &"done".into()), "{said}");
    assert_eq!(desk.json("psd registers --memory m1.psd --json")["r1"], 12_000);
    let shown = desk.json("centre meter show 20000001 --centre centre --json");
    assert_eq!((&shown["granted_minor"], &shown["status"]), (&12_000.into(), &"okay".into()), "{shown}");
    let customer = desk.json("centre customer show RF74000000000001 --centre centre --json");
    assert_eq!(customer["balance_minor"], 38_000);
    desk.fails("centre meter personalise 20000001 --out again.json --centre centre", 1, "has called already");
    desk.done("centre backup copy.db --centre centre");
    assert!(desk.done("centre audit seal --centre centre").contains(" of Insel-Post\n"));
    desk.done("centre audit export log.jsonl --centre centre");
    assert_eq!(desk.json("centre audit verify log.jsonl --json")["verdict"], "genuine");
    let log = std::fs::read_to_string(desk.path("log.jsonl")).unwrap();
    std::fs::write(desk.path("other.jsonl"), log.replace("12000", "12001")).unwrap();
    let verdict = desk.run("centre audit verify other.jsonl");
    assert_eq!(verdict.status.code(), Some(1), "{verdict:?}");
    assert!(centre.signal("TERM").success(), "it ends well");
    // It goes on where it was.
    let centre = Centre::start(&desk, "");
    let (_, said) = call(&desk, &format!("refill --memory m1.psd --centre {}", centre.link()));
    assert_eq!(said["finish"], "done", "{said}");
    assert_eq!(desk.json("psd registers --memory m1.psd --json")["r3"], 24_000);
}

/// Writes the claim for these imprints as a control unit does.
fn write_claim(desk: &Desk, name: &str, indicia: &[Indicium]) {
    let spoiled = indicia.iter().map(|indicium| (indicium, terms::SpoilReason::Misprint, indicium.date));
    let claim = RefundClaim::of(indicia[0].serial, spoiled).unwrap();
    std::fs::write(desk.path(name), claim.write().unwrap()).unwrap();
}

/// A device franks, pieces go wrong, their papers go to the centre: the customer has their postage back, once.
///
/// Claim: X9
#[test]
fn spoiled_imprints_of_a_device_are_refunded_when_their_papers_came_in() {
    let desk = desk("");
    let centre = Centre::start(&desk, "");
    customer_and_meter(&desk, 1, "");
    let refill = format!("refill --amount 12000 --memory m1.psd --centre {}", centre.link());
    assert_eq!(call(&desk, &refill).1["finish"], "done");
    let franked = desk.json("psd frank --memory m1.psd --postage 110 --count 4 --request 10 --json");
    let mut indicia: Vec<Indicium> = serde_json::from_value(franked).unwrap();
    // Somebody would like more for the last.
    indicia[3].postage = terms::Money::from_minor(5_000);
    write_claim(&desk, "claim.json", &indicia);
    let taken = desk.json("centre refund take claim.json --centre centre --json");
    assert_eq!((&taken["is_new"], &taken["claim"]["number"]), (&true.into(), &1.into()), "{taken}");
    assert_eq!((&taken["claim"]["open"], &taken["claim"]["open_minor"]), (&3.into(), &330.into()), "{taken}");
    assert_eq!(taken["lines"][3]["why"], "not_genuine", "{taken}");
    assert_eq!(desk.json("centre refund take claim.json --centre centre --json")["is_new"], false);
    // One of the papers is not in the parcel.
    desk.fails(
        "centre refund receive 1 --reference p17 --imprints 2 --postage 220 --centre centre",
        1,
        "come to 3 with 3.30",
    );
    desk.done("centre refund refuse 1 2 --reason lost --centre centre");
    let receive = "centre refund receive 1 --reference p17 --imprints 2 --postage 220 --centre centre --json";
    assert_eq!(desk.json(receive)["waiting"], 2, "the meter has not called since");
    let contact = format!("contact --memory m1.psd --centre {}", centre.link());
    assert_eq!(call(&desk, &contact).1["finish"], "done");
    let paid = desk.json(receive);
    assert_eq!((&paid["refunded"], &paid["paid_minor"]), (&2.into(), &220.into()), "{paid}");
    let again = desk.json("centre refund receive 1 --reference p17 --centre centre --json");
    assert_eq!((&again["refunded"], &again["paid_minor"]), (&0.into(), &0.into()), "{again}");
    write_claim(&desk, "again.json", &indicia[..2]);
    let again = desk.json("centre refund take again.json --centre centre --json");
    assert_eq!((&again["lines"][0]["why"], &again["claim"]["open"]), (&"claimed_before".into(), &1.into()));
    let customer = desk.json("centre customer show RF74000000000001 --centre centre --json");
    assert_eq!(customer["balance_minor"], 50_000 - 12_000 + 220);
    let listed = desk.json("centre refund list --open --centre centre --json");
    assert_eq!((listed["items"].as_array().unwrap().len(), &listed["items"][0]["number"]), (1, &2.into()));
    assert!(desk.done("centre refund show 1 --centre centre").contains("line 2: 110 minor units"));
    desk.fails("centre refund show 9 --centre centre", 1, "no claim 9");
    std::fs::write(desk.path("no.json"), "{}").unwrap();
    desk.fails("centre refund take no.json --centre centre", 2, "no claim for spoiled imprints");
    desk.done("centre audit seal --centre centre");
    desk.done("centre audit export refunds.jsonl --centre centre");
    assert_eq!(desk.json("centre audit verify refunds.jsonl --json")["verdict"], "genuine");
    assert!(std::fs::read_to_string(desk.path("refunds.jsonl")).unwrap().contains("refund_paid"));
}

/// Claim: C8
#[test]
fn a_meter_is_called_back_at_the_number_it_is_registered_with() {
    let desk = desk("");
    let centre = Centre::start(&desk, "");
    // A port that was free a moment ago.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let own = format!("tcp:127.0.0.1:{port}");
    customer_and_meter(&desk, 1, &format!("--call-back-number {own} --call-back-only"));
    let refused = call(&desk, &format!("refill --amount 2500 --memory m1.psd --centre {}", centre.link()));
    assert_eq!((refused.0, &refused.1["code"]), (Some(1), &13.into()), "{}", refused.1);
    let (status, said) = call(&desk, &format!("call-back 2500 --own-number {own} --memory m1.psd"));
    assert_eq!((status, &said["finish"]), (Some(0), &"done".into()), "{said}");
    assert_eq!(desk.json("psd registers --memory m1.psd --json")["r1"], 2_500);
}

#[test]
fn a_refill_comes_by_files_that_are_carried() {
    let desk = desk("");
    std::fs::create_dir(desk.path("calls")).unwrap();
    let folder = desk.path("calls");
    let _centre = Centre::start_with(&desk, &format!("--link-listen file:{}", folder.display()), &[]);
    customer_and_meter(&desk, 1, "");
    let (status, said) =
        call(&desk, &format!("refill --amount 700 --memory m1.psd --centre file:{}", folder.display()));
    assert_eq!((status, &said["finish"]), (Some(0), &"done".into()), "{said}");
    assert_eq!(desk.json("psd registers --memory m1.psd --json")["r1"], 700);
}

/// A meter with a modem, a centre with a modem, and a telephone exchange of the test's own between two pseudo-terminals.
///
/// Claim: B17
#[test]
fn a_refill_comes_by_modem() {
    let desk = desk("");
    let exchange = crate::exchange::Exchange::new(Default::default());
    let _centre = Centre::start_with(&desk, &format!("--link-listen modem:{}", exchange.device(1)), &[]);
    customer_and_meter(&desk, 1, "");
    let modem = format!("--modem modem:{},0", exchange.device(0));
    let (status, said) =
        call(&desk, &format!("refill --amount 900 --memory m1.psd --centre tel:12345 {modem}"));
    assert_eq!((status, &said["finish"]), (Some(0), &"done".into()), "{said}");
    assert_eq!(desk.json("psd registers --memory m1.psd --json")["r1"], 900);
    assert!(exchange.commands(0).contains(&"ATDT0,12345".into()), "an outside line was taken");
}

#[test]
fn wrong_use_says_what_to_do() {
    let desk = Desk::new();
    desk.fails("centre serve", 2, "make a centre with `porto centre init`");
    desk.done("centre init centre --carrier Insel-Post");
    desk.fails("centre init centre --carrier Other", 1, "exists already");
    desk.fails("centre meter show 20000009 --centre centre", 1, "no meter 20000009 is in the books");
    desk.fails("centre customer show RF74000000000001 --centre centre", 1, "no customer");
    desk.fails("centre audit seal --centre centre", 1, "nothing has happened yet");
    std::fs::remove_file(desk.path("centre/master.key")).unwrap();
    desk.fails("centre meter show 20000009 --centre centre", 2, "there is no master key");
}

mod needs_postgresql {
    //! Several instances on one server.

    use super::*;
    use std::sync::Mutex;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::thread;
    use std::time::Duration;

    /// Two instances serve calls on one database; one of them is killed again and again in the middle of refills. Each
    /// meter ends with exactly what its customer was debited.
    ///
    /// Claim: X5
    /// Claim: X10
    #[test]
    fn an_instance_that_is_killed_in_the_middle_of_refills_costs_nobody_a_cent() {
        let url = cluster::Cluster::shared().database();
        let desk = Desk::new();
        desk.done(&format!("centre init centre --carrier Insel-Post --database {url}"));
        let steady = Centre::start(&desk, "--instance steady");
        customer_and_meter(&desk, 1, "");
        for number in 2..=4 {
            meter(&desk, number, "RF74000000000001", "");
        }
        for number in 1..=4 {
            let (_, said) =
                call(&desk, &format!("amount 100 --memory m{number}.psd --centre {}", steady.link()));
            assert_eq!(said["finish"], "done", "{said}");
        }
        let (victims_link, is_over) = (Mutex::new(steady.link().to_owned()), AtomicBool::new(false));
        thread::scope(|scope| {
            for number in 1..=4 {
                let (desk, link, is_over) = (&desk, &victims_link, &is_over);
                scope.spawn(move || {
                    while !is_over.load(Ordering::Relaxed) {
                        let link = link.lock().unwrap().clone();
                        // Whoever is cut off is told so, and calls again.
                        desk.run(&format!("link refill --memory m{number}.psd --centre {link} --redials 0"));
                    }
                });
            }
            for round in 0..8 {
                let victim = Centre::start(&desk, "--instance victim");
                victim.link().clone_into(&mut victims_link.lock().unwrap());
                thread::sleep(Duration::from_millis(400 + 37 * round));
                victim.signal("KILL");
            }
            is_over.store(true, Ordering::Relaxed);
        });
        let mut spent = 0;
        for number in 1..=4 {
            let (_, said) =
                call(&desk, &format!("contact --memory m{number}.psd --centre {}", steady.link()));
            assert_eq!(said["finish"], "done", "{said}");
            let shown =
                desk.json(&format!("centre meter show {} --centre centre --json", 20_000_000 + number));
            let registers = desk.json(&format!("psd registers --memory m{number}.psd --json"));
            assert_eq!(shown["open_grant"], Value::Null, "{shown}");
            assert_eq!(shown["granted_minor"], registers["r3"], "{shown}");
            spent += registers["r3"].as_i64().unwrap();
        }
        assert!(spent > 1_000, "refills went through in between: {spent}");
        let customer = desk.json("centre customer show RF74000000000001 --centre centre --json");
        assert_eq!(customer["balance_minor"].as_i64(), Some(50_000 - spent));
    }
}

mod needs_softhsm {
    //! The master key in an HSM.

    use super::*;
    use std::os::unix::fs::PermissionsExt;

    /// Claim: X7
    #[test]
    fn a_centre_keeps_its_keys_by_an_hsm_and_moves_there_from_a_file() {
        let desk = desk("");
        let conf = desk.path("softhsm2.conf");
        std::fs::create_dir(desk.path("tokens")).unwrap();
        std::fs::write(&conf, format!("directories.tokendir = {}\n", desk.path("tokens").display())).unwrap();
        let environment = [("SOFTHSM2_CONF", conf.to_str().unwrap())];
        let init =
            ["--init-token", "--free", "--label", "porto", "--so-pin", "13572468", "--pin", "24680135"];
        let made = Command::new("softhsm2-util").args(init).envs(environment).output().unwrap();
        assert!(made.status.success(), "{made:?}");
        std::fs::write(desk.path("centre/pin"), "24680135\n").unwrap();
        std::fs::set_permissions(desk.path("centre/pin"), PermissionsExt::from_mode(0o600)).unwrap();
        // Begun with a file.
        customer_and_meter(&desk, 1, "");
        let settings = std::fs::read_to_string(desk.path("centre/centre.toml")).unwrap();
        let hsm = "hsm = { module = \"/usr/lib/softhsm/libsofthsm2.so\", token = \"porto\", key = \"master\", \
                   pin_file = \"pin\" }\n[[former_keys]]\nfile = \"master.key\"";
        std::fs::write(desk.path("centre/centre.toml"), settings.replace("file = \"master.key\"", hsm))
            .unwrap();
        let porto = |line: &str| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_porto"));
            let output =
                command.args(line.split(' ')).current_dir(desk.folder()).envs(environment).output().unwrap();
            assert!(output.status.success(), "{line}: {output:?}");
            serde_json::from_slice::<Value>(&output.stdout).unwrap()
        };
        assert_eq!(porto("centre keys rewrap --centre centre --json")["keys"], 3, "link, imprint and issuer");
        // The former master key is gone for good.
        std::fs::remove_file(desk.path("centre/master.key")).unwrap();
        let settings = std::fs::read_to_string(desk.path("centre/centre.toml")).unwrap();
        let without = settings.replace("[[former_keys]]\nfile = \"master.key\"", "");
        std::fs::write(desk.path("centre/centre.toml"), without).unwrap();
        let centre = Centre::start_with(&desk, "--link-listen tcp:127.0.0.1:0", &environment);
        let (_, said) =
            call(&desk, &format!("refill --amount 500 --memory m1.psd --centre {}", centre.link()));
        assert_eq!(said["finish"], "done", "{said}");
    }
}
