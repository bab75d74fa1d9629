//! Deposits as banks and spreadsheets write them.

use centre::deposits::{
    AmountFault, Currency, CustomerReference, DepositFault, Deposits, MAX_FAULTS, Problem, ReferenceFault,
    RefusedFile, Unclear, read_camt, read_table,
};

const VERSION_2: &str = include_str!("../samples/camt.053.001.02.xml");
const VERSION_8: &str = include_str!("../samples/camt.053.001.08.xml");

fn table(text: &str) -> Result<Deposits, RefusedFile> {
    read_table(text.as_bytes(), Currency::EUR)
}

fn camt(text: &str) -> Result<Deposits, RefusedFile> {
    read_camt(text.as_bytes(), Currency::EUR)
}

/// Customer, amount, day, bank's reference and payer of each order, in short.
fn orders(deposits: &Deposits) -> Vec<String> {
    let short = |order: &centre::deposits::DepositOrder| {
        let payment = &order.payment;
        let (number, amount) = (order.customer.number(), payment.amount);
        format!(
            "{}: {number} {amount} {} {} {}",
            payment.line, payment.booked_on, payment.bank_reference, payment.payer
        )
    };
    deposits.orders.iter().map(short).collect()
}

#[track_caller]
fn check_refused(read: Result<Deposits, RefusedFile>, expected: &[(u64, Problem)]) {
    let faults = read.expect_err("the file is faulty").faults;
    let expected: Vec<DepositFault> = expected
        .iter()
        .map(|(line, problem)| DepositFault { line: *line, problem: problem.clone() })
        .collect();
    assert_eq!(faults, expected);
}

const HEADER: &str = "reference,amount,currency,booked_on,bank_reference,payer\n";

#[test]
fn a_table_is_read_with_any_of_three_delimiters() {
    let expected = ["2: 1234 1234.56 2026-11-20 B-1 Tang & Söhne", "3: 7 5.00 2026-11-20 B-2 "];
    let lines = |delimiter: &str, decimal: &str| {
        let line = |cells: &[&str]| cells.join(delimiter) + "\r\n";
        line(&["amount", "reference", "currency", "booked_on", "bank_reference", "payer"])
            + &line(&[
                &format!("\"1234{decimal}56\""),
                "RF54 0000 0000 1234",
                "EUR",
                "2026-11-20",
                "B-1",
                "Tang & Söhne",
            ])
            + &line(&["5", &CustomerReference::new(7).unwrap().to_string(), "EUR", "2026-11-20", "B-2", ""])
    };
    for (delimiter, decimal) in [(",", "."), (",", ","), (";", ","), ("\t", ".")] {
        assert_eq!(
            orders(&table(&lines(delimiter, decimal)).unwrap()),
            expected,
            "{delimiter:?} {decimal:?}"
        );
    }
    let marked = format!("\u{FEFF}{}", lines(";", ","));
    assert_eq!(orders(&table(&marked).unwrap()), expected);
}

#[test]
fn every_fault_of_a_table_is_told_with_its_line_and_nothing_is_booked() {
    let good = "RF540000 0000 1234,10.00,EUR,2026-11-20,B-1,\n";
    let faulty = [
        "RF54 0000 0000 1234,1.234,EUR,2026-11-20,B-3,",
        "RF54 0000 0000 1234,10.00,CHF,2026-11-20,B-4,",
        "RF54 0000 0000 1243,10.00,EUR,2026-11-20,B-5,",
        "RF54 0000 0000 1234,10.00,EUR,2026-02-30,B-6,",
        "RF54 0000 0000 1234,10.00,EUR,2026-11-20,,",
        "RF54 0000 0000 1234,10.00,EUR,2026-11-20,B-1,",
        "RF54 0000 0000 1234,10.00,EUR,2026-11-20",
        "RF54 0000 0000 1234,\"10,00\",EUR,2026-11-20,B-9,",
        "RF54 0000 0000 1234,-10.00,EUR,2026-11-20,B-10,",
        "RF54 0000 0000 1234,10.00,EUR,2026-11-20,\"B-11,",
        "",
        "RF54 0000 0000 1234,0.00,EUR,20.11.2026,B-12,",
    ];
    check_refused(
        table(&format!("{HEADER}{good}{}\n", faulty.join("\n"))),
        &[
            (3, AmountFault::Ambiguous.into()),
            (4, Problem::Currency(Currency::EUR)),
            (5, ReferenceFault::Check.into()),
            (6, Problem::Date),
            (7, Problem::BankReference),
            (8, Problem::Twice),
            (9, Problem::Columns),
            (10, AmountFault::Ambiguous.into()),
            (11, AmountFault::Text.into()),
            (12, Problem::Columns),
            (14, AmountFault::Zero.into()),
        ],
    );
}

#[test]
fn a_table_without_its_names_is_refused() {
    for header in
        ["", "\n", "reference,amount\n", "reference,amount,currency,booked_on,bank_reference,note\n"]
    {
        check_refused(table(header), &[(1, Problem::Header)]);
    }
    let double = HEADER.replace("payer", "amount");
    check_refused(table(&double), &[(1, Problem::Header)]);
}

#[test]
fn a_table_is_bounded_in_line_faults_and_encoding() {
    check_refused(table(&format!("{HEADER}{}", "x".repeat(5_000))), &[(2, Problem::TooLarge)]);
    check_refused(table(&"x".repeat(1 << 20)), &[(1, Problem::TooLarge)]);
    let many = table(&format!("{HEADER}{}", "a,b\n".repeat(1_000))).unwrap_err();
    assert_eq!(many.faults.len(), MAX_FAULTS);
    let mut latin = format!("{HEADER}RF54 0000 0000 1234,1.00,EUR,2026-11-20,B,").into_bytes();
    latin.push(0xE4);
    check_refused(read_table(&latin[..], Currency::EUR), &[(2, Problem::Encoding)]);
}

#[test]
fn a_statement_of_version_2_gives_its_booked_credits() {
    let deposits = camt(VERSION_2).unwrap();
    let expected = [
        "24: 1234 1234.50 2026-11-20 DE02120300000000202051 2026112000017 Tang & Söhne",
        "74: 7 10.00 2026-11-20 DE02120300000000202051 2026112000019 1 ",
        "82: 8 5.25 2026-11-20 DE02120300000000202051 2026112000019 2 ",
    ];
    assert_eq!(orders(&deposits), expected);
    assert_eq!(deposits.passed_over, 3, "a debit, a reversal, one not yet booked");
    let unclear: Vec<_> = deposits.unclear.iter().map(|one| (one.payment.line, one.why)).collect();
    assert_eq!(unclear, [(97, Unclear::Reference(ReferenceFault::None)), (106, Unclear::Parts)]);
    assert_eq!(deposits.unclear[0].payment.bank_reference, "DE02120300000000202051 2026-222 6");
    assert_eq!(deposits.unclear[0].payment.remittance, "for stamps");
}

#[test]
fn a_statement_of_version_8_gives_its_booked_credits() {
    let deposits = camt(VERSION_8).unwrap();
    let expected = [
        "25: 1234 1234.50 2026-11-20 DE02120300000000202051 2026112000017 Tang & Söhne",
        "52: 7 20.00 2026-11-20 DE02120300000000202051 2026112000021 ",
    ];
    assert_eq!(orders(&deposits), expected);
    assert_eq!((deposits.passed_over, deposits.unclear.len()), (1, 1));
    assert_eq!(deposits.unclear[0].why, Unclear::Reference(ReferenceFault::Several));
}

#[test]
fn a_statement_that_is_read_again_names_the_same_payments() {
    let name = |deposits: &Deposits| -> Vec<String> {
        let orders = deposits.orders.iter().map(|order| &order.payment);
        let unclear = deposits.unclear.iter().map(|unclear| &unclear.payment);
        orders.chain(unclear).map(|payment| payment.bank_reference.clone()).collect()
    };
    let first = name(&camt(VERSION_2).unwrap());
    assert_eq!(first, name(&camt(VERSION_2).unwrap()));
    let distinct: std::collections::HashSet<_> = first.iter().collect();
    assert_eq!(distinct.len(), first.len());
}

/// Replaces one place of a statement that is good.
#[track_caller]
fn check_changed(from: &str, to: &str, expected: &[(u64, Problem)]) {
    assert!(VERSION_2.contains(from));
    check_refused(camt(&VERSION_2.replacen(from, to, 1)), expected);
}

#[test]
fn a_faulty_statement_is_refused_at_the_line_of_its_fault() {
    check_changed("camt.053.001.02", "camt.053.001.03", &[(2, Problem::Version)]);
    check_changed("Ccy=\"EUR\">1234.5<", "Ccy=\"CHF\">1234.5<", &[(16, Problem::Currency(Currency::EUR))]);
    check_changed(">1234.5<", ">1234.567<", &[(16, AmountFault::Text.into())]);
    check_changed(">1234.5<", ">-1234.5<", &[(16, AmountFault::Text.into())]);
    check_changed(">CRDT<", ">DEBIT<", &[(15, Problem::Missing("sign (CdtDbtInd)"))]);
    check_changed(">BOOK<", ">DONE<", &[(15, Problem::Missing("status (Sts)"))]);
    check_changed("<Dt>2026-11-20</Dt>", "<Dt>2026-11-31</Dt>", &[(19, Problem::Date)]);
}

#[test]
fn a_payment_that_stands_twice_is_refused() {
    check_changed(">2026112000017<", ">2026112000020<", &[(106, Problem::Twice)]);
}

#[test]
fn entities_and_document_types_are_refused() {
    let bomb = "<!DOCTYPE a [<!ENTITY b \"RF54 0000 0000 1234\">]>\n<Document ";
    let read = camt(&VERSION_2.replacen("<Document ", bomb, 1)).unwrap_err();
    assert_eq!(read.faults[0].problem, Problem::Entity);
    let read = camt(&VERSION_2.replacen("RF54", "&b;", 1)).unwrap_err();
    assert_eq!(read.faults[0].problem, Problem::Entity);
}

#[test]
fn what_is_no_whole_statement_is_refused() {
    for text in ["", "no statement", "<Document/>", "\u{0}"] {
        assert!(camt(text).is_err(), "{text:?}");
    }
    let mut length = VERSION_2.trim_end().len() - 1;
    while length > 0 {
        if VERSION_2.is_char_boundary(length) {
            assert!(camt(&VERSION_2[..length]).is_err(), "cut at {length}");
        }
        length = length.saturating_sub(97);
    }
    let latin = VERSION_2.replacen("UTF-8", "ISO-8859-1", 1);
    assert_eq!(camt(&latin).unwrap_err().faults[0].problem, Problem::Encoding);
    let mut broken = VERSION_2.as_bytes().to_vec();
    let place = VERSION_2.find("Tang").unwrap();
    broken[place] = 0xFF;
    assert_eq!(read_camt(&broken[..], Currency::EUR).unwrap_err().faults[0].problem, Problem::Encoding);
}

#[test]
fn a_statement_is_bounded_in_depth_and_size() {
    let open = VERSION_2.find("<BkToCstmrStmt>").unwrap();
    let deep = format!("{}{}", &VERSION_2[..open], "<a>".repeat(100_000));
    assert_eq!(camt(&deep).unwrap_err().faults[0].problem, Problem::TooLarge);
    let long = VERSION_2.replacen("Tang", &"T".repeat(10_000_000), 1);
    assert_eq!(camt(&long).unwrap_err().faults[0].problem, Problem::TooLarge);
    let tag = format!("{}<{}", &VERSION_2[..open], "a".repeat(10_000_000));
    assert_eq!(camt(&tag).unwrap_err().faults[0].problem, Problem::TooLarge);
}

/// Elements of the same name in a bank's own namespace are not the statement's.
#[test]
fn other_namespaces_are_passed_by() {
    let own = "<x:Amt xmlns:x=\"urn:bank\" Ccy=\"EUR\">9.99</x:Amt><CdtDbtInd>CRDT";
    let deposits = camt(&VERSION_2.replacen("<CdtDbtInd>CRDT", own, 1)).unwrap();
    assert_eq!(deposits.orders[0].payment.amount.minor(), 123_450);
}
