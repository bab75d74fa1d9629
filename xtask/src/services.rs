//! Programs of the operating system that tests talk to: which Debian packages bring them, and which tests need them.
//! A test that needs a service lies in a module named `needs_…` after it.

use crate::workspace::{self, Outcome};
use std::process::Command;

/// A program that tests talk to.
pub struct Service {
    /// The Debian package that brings it.
    pub package: &'static str,
    /// The module whose tests need it.
    pub module: &'static str,
    /// The feature that cannot be built without it.
    pub feature: Option<&'static str>,
}

/// All services that tests of this workspace need.
pub const SERVICES: &[Service] = &[
    Service { package: "libtss2-dev", module: "needs_swtpm", feature: Some("porto/tpm") },
    Service { package: "swtpm", module: "needs_swtpm", feature: None },
    Service { package: "postgresql", module: "needs_postgresql", feature: None },
    Service { package: "chromium", module: "needs_chromium", feature: None },
    Service { package: "chromium-driver", module: "needs_chromium", feature: None },
    Service { package: "softhsm2", module: "needs_softhsm", feature: None },
    Service { package: "libpcsclite-dev", module: "needs_pcsc", feature: Some("porto/pcsc") },
    Service { package: "pcscd", module: "needs_pcsc", feature: None },
    Service { package: "vsmartcard-vpcd", module: "needs_pcsc", feature: None },
    Service { package: "cups-ipp-utils", module: "needs_ipp", feature: None },
    Service { package: "dbus", module: "needs_ipp", feature: None },
    Service { package: "strace", module: "needs_strace", feature: None },
];

/// The features to build where these services are left out, as arguments for cargo.
pub fn features(left_out: &[&Service]) -> Vec<&'static str> {
    let is_there = |service: &&Service| left_out.iter().all(|missing| missing.package != service.package);
    let features = SERVICES.iter().filter(is_there).filter_map(|service| service.feature);
    features.flat_map(|feature| ["--features", feature]).collect()
}

/// The services whose packages are not installed here.
pub fn missing() -> Vec<&'static Service> {
    SERVICES.iter().filter(|service| !is_installed(service.package)).collect()
}

fn is_installed(package: &str) -> bool {
    let status = Command::new("dpkg-query").args(["-W", "-f=${Status}", package]).output();
    status.is_ok_and(|output| output.stdout.ends_with(b"ok installed"))
}

/// Installs missing packages; without root or apt it names them and fails.
pub fn install(missing: &[&Service]) -> Outcome {
    if missing.is_empty() {
        return Ok(());
    }
    let packages: Vec<&str> = missing.iter().map(|service| service.package).collect();
    let names = packages.join(" ");
    if !can_install() {
        return Err(format!(
            "the tests need these Debian packages, and only root can install them: {names}\n\
             (apt-get install {names}, or cargo xtask test --without-services)"
        ));
    }
    println!("xtask: installing {names}");
    let install = |arguments: &[&str]| {
        let mut command = Command::new("apt-get");
        command.env("DEBIAN_FRONTEND", "noninteractive").args(arguments).args(&packages);
        workspace::run(&mut command, &format!("apt-get {}", arguments.join(" ")))
    };
    let arguments = ["install", "--yes", "--no-install-recommends"];
    install(&arguments).or_else(|_| {
        workspace::run(Command::new("apt-get").arg("update"), "apt-get update")?;
        install(&arguments)
    })
}

fn can_install() -> bool {
    let user = Command::new("id").arg("-u").output();
    let is_root = user.is_ok_and(|output| output.stdout.trim_ascii() == b"0");
    is_root && Command::new("apt-get").arg("--version").output().is_ok_and(|output| output.status.success())
}
