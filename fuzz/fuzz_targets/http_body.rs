//! The centre's interface for programs: any query, body and bank's file is read or refused, by every endpoint.
#![no_main]

use centre::api::{Endpoint, endpoints};
use centre::deposits::{Currency, Deposits, MAX_FAULTS, MAX_PAYMENTS, RefusedFile, read_camt, read_table};
use libfuzzer_sys::fuzz_target;

thread_local! {
    static ENDPOINTS: Vec<Endpoint> = endpoints();
}

const TYPES: [&str; 4] = ["application/json", "text/csv", "application/xml", ""];

fuzz_target!(|bytes: &[u8]| {
    ENDPOINTS.with(|endpoints| {
        for endpoint in endpoints {
            for content_type in TYPES {
                check(endpoint.try_input("", content_type, bytes));
            }
            if let Ok(query) = std::str::from_utf8(bytes) {
                check(endpoint.try_input(query, "", &[]));
            }
        }
    });
    check_file(read_table(bytes, Currency::EUR));
    check_file(read_camt(bytes, Currency::EUR));
});

/// What cannot be read is the caller's mistake, and never the centre's.
fn check(read: Result<(), u16>) {
    if let Err(status) = read {
        assert!(matches!(status, 400 | 415 | 422), "{status}");
    }
}

fn check_file(read: Result<Deposits, RefusedFile>) {
    match read {
        Ok(deposits) => assert!(deposits.orders.len() + deposits.unclear.len() <= MAX_PAYMENTS),
        Err(refused) => assert!((1..=MAX_FAULTS).contains(&refused.faults.len())),
    }
}
