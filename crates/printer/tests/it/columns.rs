//! Raw columns, and what every job has.

use super::{content, job, layout};
use imprint::numbers::RequestId;
use imprint::picture::compose::Columns;
use imprint::picture::{Issuer, paint};
use printer::adapters::columns::Device;
use printer::{JobName, JobNameError, PrintFault, Printer, Reason};
use std::io::{self, Write};

fn painted() -> Vec<u8> {
    let bitmap = paint(&layout(), &Issuer::default(), &content()).unwrap();
    Columns::from_bitmap(&bitmap).stream().to_vec()
}

#[test]
fn a_device_gets_the_painted_columns_the_rightmost_first() {
    let mut stream = Vec::new();
    let mut device = Device::new(&mut stream);
    device.print(&job("1")).unwrap();
    assert_eq!(device.has_printed(&"1".parse().unwrap()).unwrap(), None);
    assert!(device.state().stopped.is_none());
    assert_eq!(stream, painted());
}

/// A device that fails after so many columns of 30 bytes.
struct Failing {
    columns: usize,
    taken: Vec<u8>,
}

impl Write for Failing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.taken.len() >= self.columns * 30 {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        self.taken.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_device_that_fails_says_how_many_columns_it_took() {
    for columns in [0, 1, 300, 719] {
        let mut device = Device::new(Failing { columns, taken: Vec::new() });
        let fault = device.print(&job("1")).unwrap_err();
        let PrintFault::Stopped { columns: told, reason: Reason::Device(_), supervision: None } = fault
        else {
            panic!("{fault}");
        };
        assert_eq!(told as usize, columns);
    }
}

#[test]
fn a_job_has_a_name_that_is_harmless_everywhere() {
    let name = JobName::from(RequestId(0x5a3c));
    assert_eq!(name.as_str(), "0000000000005a3c");
    assert_eq!("a-1".parse::<JobName>().unwrap().to_string(), "a-1");
    for wrong in ["", "A", "../a", "g", "a b", "a\n", &"a".repeat(41)] {
        assert_eq!(wrong.parse::<JobName>(), Err(JobNameError), "{wrong:?}");
    }
    assert!("a".repeat(40).parse::<JobName>().is_ok());
}
