//! `cargo xtask claims`: the rows of docs/claims.md and the tests that prove them. A test names a row by a line
//! `/// Claim: ID` (or `ID, ID`) in its doc comment; a row that the table does not have is an error.

use crate::workspace::{self, Outcome};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// A row of docs/claims.md.
#[derive(Debug, PartialEq, Eq)]
struct Row {
    id: String,
    line: String,
    place: String,
}

/// A test that states which rows it proves.
#[derive(Debug, PartialEq, Eq)]
struct Proof {
    ids: Vec<String>,
    test: String,
}

/// Prints every row with its tests, then the rows without one.
pub fn run() -> Outcome {
    let (rows, proofs) = collect()?;
    print!("{}", table(&rows, &proofs));
    check()
}

/// Fails when a test names a row that the table does not have, or docs/past-failures.md a test that is not there;
/// prints how many rows have tests.
pub fn check() -> Outcome {
    let (rows, proofs) = collect()?;
    let missing = tests_missing(&read(&workspace::root().join("docs/past-failures.md"))?, &code()?);
    if !missing.is_empty() {
        return Err(format!("docs/past-failures.md names tests that are not there: {}", missing.join(", ")));
    }
    let unknown = unknown_ids(&rows, &proofs);
    if !unknown.is_empty() {
        return Err(format!("docs/claims.md has no such row: {}", unknown.join("; ")));
    }
    let proved = rows.iter().filter(|row| !tests_of(row, &proofs).is_empty()).count();
    println!("xtask: {proved} of {} rows have tests", rows.len());
    Ok(())
}

fn collect() -> Result<(Vec<Row>, Vec<Proof>), String> {
    let rows = rows(&read(&workspace::root().join("docs/claims.md"))?)?;
    let proofs = code()?.into_iter().flat_map(|(file, text)| {
        let proof = move |(ids, test)| Proof { ids, test: format!("{file} {test}") };
        proofs_in(&text).into_iter().map(proof)
    });
    Ok((rows, proofs.collect()))
}

/// All files of Rust code, each with its path and its text.
fn code() -> Result<Vec<(String, String)>, String> {
    let root = workspace::root();
    let mut code = Vec::new();
    for folder in ["crates", "xtask"] {
        for file in rust_files(&root.join(folder))? {
            let name = file.strip_prefix(&root).unwrap_or(&file).display().to_string();
            code.push((name, read(&file)?));
        }
    }
    Ok(code)
}

/// The tests that a document names, as words in backquotes with several underscores, and the code does not have.
fn tests_missing(document: &str, code: &[(String, String)]) -> Vec<String> {
    let named = document.split('`').skip(1).step_by(2).filter(|word| word.matches('_').count() > 1);
    let exists = |name: &str| {
        let functions = |text: &str| text.lines().any(|line| function_name(line.trim()) == Some(name));
        code.iter().any(|(_, text)| functions(text))
    };
    named.filter(|name| !exists(name)).map(str::to_string).collect()
}

fn read(path: &Path) -> Result<String, String> {
    std::fs::read_to_string(path).map_err(|error| format!("{} cannot be read: {error}", path.display()))
}

/// All files of Rust code under a folder, in order; the build's own folder is passed over.
fn rust_files(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let list = std::fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut paths: Vec<PathBuf> = list.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    let mut files = Vec::new();
    for path in paths {
        if path.is_dir() && path.file_name().is_some_and(|name| name != "target") {
            files.extend(rust_files(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    Ok(files)
}

/// The rows of the table: three columns of which the first is an id such as `D12`.
fn rows(document: &str) -> Result<Vec<Row>, String> {
    let mut rows: Vec<Row> = Vec::new();
    for line in document.lines().filter(|line| line.starts_with('|')) {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [id, line, place] = cells[..] else { continue };
        if !is_id(id) {
            continue;
        }
        if rows.iter().any(|row| row.id == id) {
            return Err(format!("docs/claims.md has the row {id} twice"));
        }
        rows.push(Row { id: id.into(), line: line.into(), place: place.into() });
    }
    Ok(rows)
}

fn is_id(word: &str) -> bool {
    let (letter, number) = word.split_at(word.len().min(1));
    matches!(letter, "A" | "B" | "C" | "D" | "E" | "X") && number.parse::<u8>().is_ok()
}

/// The claims of a file's tests: the ids of each claim line with the function that follows it.
fn proofs_in(code: &str) -> Vec<(Vec<String>, String)> {
    let mut proofs = Vec::new();
    let mut ids: Vec<String> = Vec::new();
    for line in code.lines().map(str::trim) {
        if let Some(claim) = line.strip_prefix("/// Claim:") {
            ids.extend(claim.split(',').map(|id| id.trim().trim_end_matches('.').to_string()));
        } else if let Some(name) = function_name(line)
            && !ids.is_empty()
        {
            proofs.push((std::mem::take(&mut ids), name.to_string()));
        }
    }
    proofs
}

fn function_name(line: &str) -> Option<&str> {
    let signature = line.trim_start_matches("pub ").trim_start_matches("async ").strip_prefix("fn ")?;
    signature.split(['(', '<']).next()
}

fn unknown_ids(rows: &[Row], proofs: &[Proof]) -> Vec<String> {
    let known = |id: &String| rows.iter().any(|row| row.id == *id);
    let unknown = |proof: &Proof| -> Vec<String> {
        proof.ids.iter().filter(|id| !known(id)).map(|id| format!("{id} ({})", proof.test)).collect()
    };
    proofs.iter().flat_map(unknown).collect()
}

fn tests_of<'a>(row: &Row, proofs: &'a [Proof]) -> Vec<&'a str> {
    proofs.iter().filter(|proof| proof.ids.contains(&row.id)).map(|proof| proof.test.as_str()).collect()
}

fn table(rows: &[Row], proofs: &[Proof]) -> String {
    let mut text = String::new();
    let mut without: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for row in rows {
        let tests = tests_of(row, proofs);
        let _ = writeln!(text, "{:<4} {}  [{}]", row.id, row.line, row.place);
        for test in &tests {
            let _ = writeln!(text, "       {test}");
        }
        if tests.is_empty() {
            without.entry(&row.id[..1]).or_default().push(&row.id);
        }
    }
    let _ = writeln!(text, "\nrows without a test:");
    for ids in without.values() {
        let _ = writeln!(text, "  {}", ids.join(" "));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "# Claims\n| id | row | where |\n|---|---|---|\n| D1 | records | `imprint` |\n| X3 | doubt | not yet |\n";

    #[test]
    fn rows_are_read_from_the_table_and_nothing_else() {
        let rows = rows(TABLE).unwrap();
        assert_eq!(rows.iter().map(|row| row.id.as_str()).collect::<Vec<_>>(), ["D1", "X3"]);
        assert_eq!(rows[1].place, "not yet");
    }

    #[test]
    fn a_row_that_stands_twice_is_an_error() {
        assert!(rows(&TABLE.replace("X3", "D1")).unwrap_err().contains("D1 twice"));
    }

    #[test]
    fn a_claim_belongs_to_the_function_after_it() {
        let code =
            "fn other() {}\n/// Says it.\n/// Claim: D1, X3\n#[test]\nfn records_decode() {}\nfn last() {}";
        assert_eq!(proofs_in(code), [(vec!["D1".into(), "X3".into()], "records_decode".into())]);
    }

    #[test]
    fn a_claim_for_an_unknown_row_is_named_with_its_test() {
        let proofs = [Proof { ids: vec!["D1".into(), "Q9".into()], test: "it.rs t".into() }];
        assert_eq!(unknown_ids(&rows(TABLE).unwrap(), &proofs), ["Q9 (it.rs t)"]);
    }

    #[test]
    fn a_document_that_names_a_missing_test_is_told() {
        let code = [("it.rs".to_string(), "    fn it_is_there() {}".to_string())];
        assert_eq!(tests_missing("`post`: `it_is_there`, `it_is_not_there`", &code), ["it_is_not_there"]);
    }

    #[test]
    fn rows_without_a_test_are_listed() {
        let proofs = [Proof { ids: vec!["D1".into()], test: "it.rs records_decode".into() }];
        let text = table(&rows(TABLE).unwrap(), &proofs);
        assert!(text.contains("it.rs records_decode"));
        assert!(text.ends_with("rows without a test:\n  X3\n"), "{text}");
    }
}
