//! The centre's figures, each beside its peer in the same run: whole refill calls beside bare commits of the same
//! database, the regular run over a million meters, idle connections, good calls beside a flood of broken ones.
//!
//! `cargo xtask bench centre`; the parts are named as arguments: `calls`, `run`, `idle`, `flood`.

#[path = "../tests/it/account_device.rs"]
#[allow(dead_code, reason = "tests use more of it")]
mod account_device;
#[path = "../tests/it/caller.rs"]
#[allow(dead_code, reason = "tests use more of it")]
mod caller;
#[path = "../tests/it/databases.rs"]
#[allow(dead_code, unused_imports, unused_macros, reason = "tests use more of it")]
mod databases;
#[path = "../tests/it/exchange.rs"]
#[allow(dead_code, reason = "tests use more of it")]
mod exchange;

use account_device::money;
use caller::{Caller, Outcome};
use centre::books::SqlMeters;
use centre::calls::Rate;
use centre::decisions::Settings;
use centre::plausibility;
use databases::Database;
use exchange::{Centre, now_ms};
use link::call::{Ask, Trigger};
use sqlx::{Connection, Executor, Row};
use std::collections::VecDeque;
use std::io::BufRead;
use std::net::SocketAddr;
use std::ops::ControlFlow;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use tokio::net::TcpStream;

/// Meters that call at once.
const METERS: u32 = 32;
/// How long each load runs.
const LOAD: Duration = Duration::from_secs(8);
/// Meters of the regular run.
const FLEET: i64 = 1_000_000;
/// Connections that say nothing.
const IDLE: usize = 10_000;

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    match wanted.first().map(String::as_str) {
        Some("hold") => return databases::run(hold()),
        Some("pour") => return pour(&wanted[1]),
        _ => {}
    }
    let is_wanted = |part: &str| wanted.is_empty() || wanted.iter().any(|word| word == part);
    if is_wanted("calls") {
        databases::run(calls_on_a_file());
        databases::run(calls_on_a_server());
    }
    if is_wanted("flood") {
        databases::run(flood());
    }
    if is_wanted("idle") {
        databases::run(idle());
    }
    if is_wanted("run") {
        databases::run(regular_run());
    }
}

fn say(what: &str, ours: f64, peer: &str, theirs: f64, goal: f64) {
    let ratio = ours / theirs;
    println!("{what}: {ours:.0}/s, {peer}: {theirs:.0}/s, ratio {ratio:.2} (goal {goal})");
}

/// Meters of as many customers, with an agreed amount, that refill over and over, each call on a line of its own. Calls a
/// second.
async fn refill_load(centre: &Centre) -> f64 {
    let mut meters = Vec::new();
    for number in 0..METERS {
        let customer = centre.paying_customer(&format!("c{number}"), 1_000_000_000).await;
        let mut meter = centre.meter(number + 1, |enrolment| enrolment.customer = customer).await;
        let usual = Ask::Amount { amount: money(10), work: Default::default() };
        meter.call(centre.link, Trigger::Manual, &[usual]).await;
        meters.push(meter);
    }
    let start = Instant::now();
    let link = centre.link;
    let loads: Vec<_> = meters.into_iter().map(|meter| tokio::spawn(refill(meter, link, start))).collect();
    let mut calls = 0_u64;
    for load in loads {
        calls += load.await.unwrap();
    }
    calls as f64 / start.elapsed().as_secs_f64()
}

async fn refill(mut meter: Caller, link: SocketAddr, start: Instant) -> u64 {
    let mut calls = 0;
    while start.elapsed() < LOAD {
        let outcome = meter.call(link, Trigger::Manual, &[Ask::Refill]).await;
        assert!(matches!(outcome[..], [Outcome::Ended(end)] if end.is_done), "{outcome:?}");
        calls += 1;
    }
    assert_eq!(meter.device.registers.r3, money(10 * calls), "each call brought its credit once");
    calls
}

fn patient() -> Rate {
    Rate { interval: Duration::from_micros(1), burst: 1_000_000, ..Rate::default() }
}

async fn calls_on_a_file() {
    let peer = plain_commits().await;
    let database = Database::file();
    let centre = Centre::start_with(&database, patient(), 1_000_000_000).await;
    let ours = refill_load(&centre).await;
    centre.stop().await;
    say("refill calls, SQLite, 32 meters", ours, "one-row commits", peer, 0.3);
}

/// Commits of one row each, one after the other, on the same disk with the same settings.
async fn plain_commits() -> f64 {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}?mode=rwc", folder.path().join("plain.db").display());
    let mut connection = sqlx::SqliteConnection::connect(&url).await.unwrap();
    let settings = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE row (id INTEGER PRIMARY KEY, \
                    text TEXT)";
    connection.execute(sqlx::raw_sql(settings)).await.unwrap();
    let start = Instant::now();
    let mut commits = 0_u64;
    while start.elapsed() < LOAD / 2 {
        let insert = sqlx::query("INSERT INTO row (text) VALUES ($1)").bind("a refill of ten");
        insert.execute(&mut connection).await.unwrap();
        commits += 1;
    }
    commits as f64 / start.elapsed().as_secs_f64()
}

async fn calls_on_a_server() {
    let peer = pgbench();
    let database = Database::server();
    let centre = Centre::start_with(&database, patient(), 1_000_000_000).await;
    let ours = refill_load(&centre).await;
    centre.stop().await;
    say("refill calls, PostgreSQL, 32 meters", ours, "pgbench TPC-B", peer, 0.3);
}

/// TPC-B with 32 clients on the same server.
fn pgbench() -> f64 {
    let cluster = cluster::Cluster::shared();
    let name = cluster.database().split(['/', '?']).nth(3).unwrap().to_owned();
    let pgbench = |arguments: &[&str]| {
        let mut command = Command::new(cluster.programs().join("pgbench"));
        command.arg("-h").arg(cluster.folder()).args(["-U", "porto"]).args(arguments).arg(&name);
        let output = command.output().expect("pgbench (Debian's package postgresql)");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    pgbench(&["-i", "-q", "-s", "32"]);
    let said = pgbench(&["-c", "32", "-j", "2", "-T", "8", "-M", "prepared"]);
    let line = said.lines().find(|line| line.starts_with("tps = ")).expect("pgbench says tps");
    line.split_whitespace().nth(2).and_then(|tps| tps.parse().ok()).expect("a number")
}

/// Good calls alone, and beside a flood of broken ones from another address.
async fn flood() {
    let database = Database::file();
    let rate = Rate { interval: Duration::from_millis(20), burst: 100, ..Rate::default() };
    let centre = Centre::start_with(&database, rate, 1_000_000_000).await;
    let mut meter = centre.meter(1, |_| ()).await;
    let usual = Ask::Amount { amount: money(10), work: Default::default() };
    meter.call(centre.link, Trigger::Manual, &[usual]).await;
    let alone = median_call(&mut meter, centre.link).await;
    // The flood has a process of its own, as floods have.
    let exe = std::env::current_exe().unwrap();
    let child = Command::new(exe).args(["pour", &centre.link.to_string()]).stdout(Stdio::piped()).spawn();
    let child = child.unwrap();
    tokio::time::sleep(Duration::from_millis(500)).await;
    let beside = median_call(&mut meter, centre.link).await;
    let said = child.wait_with_output().unwrap();
    let broken = String::from_utf8_lossy(&said.stdout).trim().to_owned();
    println!(
        "good calls beside {broken} broken ones: {:.2} ms, alone {:.2} ms, ratio {:.2} (goal at most 1.5)",
        beside * 1e3,
        alone * 1e3,
        beside / alone
    );
    centre.stop().await;
}

/// Broken calls from another address of this machine, as fast as they go, each held open for a while.
fn pour(centre: &str) {
    let centre: SocketAddr = centre.parse().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let (start, mut held, mut sent) = (Instant::now(), VecDeque::new(), 0);
        while start.elapsed() < LOAD {
            let socket = tokio::net::TcpSocket::new_v4().unwrap();
            socket.bind("127.0.0.2:0".parse().unwrap()).unwrap();
            let Ok(stream) = socket.connect(centre).await else { continue };
            let _ = stream.try_write(&[9, 0, 1, 1, 2, 3, 4, 5, 6, 7, 8]);
            sent += 1;
            held.push_back(stream);
            if held.len() > 200 {
                held.pop_front();
            }
        }
        println!("{sent}");
    });
}

async fn median_call(meter: &mut Caller, link: SocketAddr) -> f64 {
    let mut times = Vec::new();
    for _ in 0..200 {
        let start = Instant::now();
        let outcome = meter.call(link, Trigger::Manual, &[Ask::Refill]).await;
        assert!(matches!(outcome[..], [Outcome::Ended(_)]), "{outcome:?}");
        times.push(start.elapsed().as_secs_f64());
        // As a fast meter would, within what one address may do.
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// A centre in a process of its own, until its input ends.
async fn hold() {
    let database = Database::file();
    let centre = Centre::start_with(&database, patient(), 1_000).await;
    println!("{}", centre.link);
    tokio::task::spawn_blocking(|| std::io::stdin().read_line(&mut String::new())).await.unwrap().unwrap();
    std::process::exit(0);
}

async fn idle() {
    let exe = std::env::current_exe().unwrap();
    let mut child =
        Command::new(exe).arg("hold").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut link = String::new();
    std::io::BufReader::new(child.stdout.take().unwrap()).read_line(&mut link).unwrap();
    let link: SocketAddr = link.trim().parse().unwrap();
    let before = resident_kib(child.id());
    let mut held = Vec::new();
    for _ in 0..IDLE {
        match TcpStream::connect(link).await {
            Ok(stream) => held.push(stream),
            Err(error) => {
                println!("only {} connections: {error} (ulimit -n)", held.len());
                break;
            }
        }
    }
    tokio::time::sleep(Duration::from_secs(2)).await;
    let after = resident_kib(child.id());
    println!(
        "{} idle connections: {:.1} MB more, {:.1} MB in all (goal below 100 MB)",
        held.len(),
        (after - before) / 1024.0,
        after / 1024.0
    );
    drop(child.stdin.take());
    child.wait().unwrap();
}

fn resident_kib(process: u32) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// The regular run over a million meters, of which one in a hundred changes; and the first run, which judges all anew.
async fn regular_run() {
    let database = Database::file();
    let centre = Centre::start_with(&database, patient(), 1_000_000_000).await;
    let mut meter = centre.meter(1, |_| ()).await;
    let usual = Ask::Amount { amount: money(1_000), work: Default::default() };
    meter.call(centre.link, Trigger::Manual, &[usual, Ask::Refill]).await;
    meter.device.frank(40);
    meter.call(centre.link, Trigger::Manual, &[Ask::Contact]).await;
    fill(&centre, meter.serial.value()).await;
    for name in ["first run, every meter anew", "later run"] {
        let before = resident_kib(std::process::id());
        let start = Instant::now();
        let mut most = before;
        let mut meters = SqlMeters::new(centre.office.books().store().clone(), "bench", now_ms);
        let settings = Settings::default();
        let outcome = plausibility::run(&mut meters, &settings, now_ms(), 2_000, |_| {
            most = resident_kib(std::process::id()).max(most);
            ControlFlow::Continue(())
        })
        .await
        .unwrap();
        let plausibility::Outcome::Finished(run) = outcome else { panic!("{outcome:?}") };
        println!(
            "{name} over {} meters: {:.1} s (goal 60 s), {:.0} MB at most (goal 300 MB)",
            run.counts.total(),
            start.elapsed().as_secs_f64(),
            most / 1024.0
        );
    }
    centre.stop().await;
}

/// Copies one meter's row a million times, each with its own serial number and state.
async fn fill(centre: &Centre, model: u32) {
    let store = centre.office.books().store();
    let select = "SELECT account, dossier, p.passport, p.conditions, customer FROM meter m JOIN meter_papers p \
                  ON p.serial = m.serial WHERE m.serial = $1";
    let row = sqlx::query(select).bind(i64::from(model)).fetch_one(store.reads()).await.unwrap();
    let text = |column: usize| row.get::<String, _>(column);
    let account = text(0);
    let own = format!("\"serial\":{model}");
    assert!(account.contains(&own), "{account}");
    // The judgement is left out, so that the first run finds every meter changed.
    let mut dossier: serde_json::Value = serde_json::from_str(&text(1)).unwrap();
    dossier["judged"] = serde_json::to_value(centre::dossier::Judged::default()).unwrap();
    let dossier = dossier.to_string();
    let mut number = 0_i64;
    while number < FLEET {
        let (account, dossier, own, texts) = (&account, &dossier, &own, [text(2), text(3), text(4)]);
        let texts = &texts;
        let first = number;
        let filled: Result<(), store::StoreError> = store
            .transaction(|transaction| {
                store::work(async move {
                    for number in first..(first + 10_000).min(FLEET) {
                        let serial = 30_000_000 + number;
                        let insert = "INSERT INTO meter (serial, pan, customer, account, dossier, version, link_key, \
                                      since_ms, status, service, is_stopped, contact_ms, r1_minor, reactions, \
                                      audit_number, audit_hash) VALUES ($1, $1, $2, $3, $4, 1, '', 0, 0, 'in_service', \
                                      0, 0, 0, 0, 0, $5)";
                        let papers = "INSERT INTO meter_papers (serial, passport, conditions) VALUES ($1, $2, $3)";
                        let account = account.replace(own, &format!("\"serial\":{serial}"));
                        let insert = sqlx::query(insert).bind(serial).bind(&texts[2]);
                        let insert = insert.bind(account).bind(dossier).bind("0".repeat(64));
                        insert.execute(&mut **transaction).await?;
                        let papers = sqlx::query(papers).bind(serial).bind(&texts[0]).bind(&texts[1]);
                        papers.execute(&mut **transaction).await?;
                    }
                    Ok(())
                })
            })
            .await;
        filled.unwrap();
        number += 10_000;
    }
}
