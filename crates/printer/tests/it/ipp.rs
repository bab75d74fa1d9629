//! What answers at a printer's address and is none.

use printer::adapters::ipp::{Ipp, Patience};
use printer::{Printer, Reason};
use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;

#[test]
fn what_is_no_printer_is_not_believed() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let answers: [&[u8]; 3] = [
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello",
        b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
        b"SSH-2.0-OpenSSH\r\n",
    ];
    let server = thread::spawn(move || {
        for answer in answers {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = [0; 4096];
            let _ = stream.read(&mut request);
            let _ = stream.write_all(answer);
        }
    });
    let mut ipp = Ipp::new(format!("ipp://127.0.0.1:{port}/").parse().unwrap(), Patience::default());
    assert!(matches!(ipp.state().stopped, Some(Reason::Garbled(_))));
    assert!(matches!(ipp.state().stopped, Some(Reason::Rejected(_))));
    assert!(matches!(ipp.state().stopped, Some(Reason::Unreachable(_))));
    server.join().unwrap();
}
