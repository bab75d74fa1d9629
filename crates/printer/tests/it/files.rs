//! Prints into a folder.

use super::{content, job, layout};
use imprint::picture::compose::Columns;
use imprint::picture::{Issuer, paint};
use paper::{Envelope, PageError};
use printer::adapters::files::{Folder, Form};
use printer::{Job, PrintFault, Printer, Reason};
use std::fs;
use tempfile::TempDir;

const FORMS: [Form; 4] = [Form::Png, Form::Pdf, Form::Raster { enlargement: 5 }, Form::Columns];

/// The file of this form that the painter's picture makes.
fn expected(form: Form) -> Vec<u8> {
    let bitmap = paint(&layout(), &Issuer::default(), &content()).unwrap();
    let (envelope, offset) = (Envelope::default(), Default::default());
    let mut file = Vec::new();
    match form {
        Form::Png => paper::write_png(&bitmap, 240, &mut file).unwrap(),
        Form::Pdf => file = paper::write_pdf(&bitmap, 240, envelope, offset).unwrap(),
        Form::Raster { enlargement } => {
            file = paper::write_raster(&bitmap, 240, envelope, offset, enlargement).unwrap();
        }
        Form::Columns => file = Columns::from_bitmap(&bitmap).stream().to_vec(),
    }
    file
}

#[test]
fn a_job_becomes_a_file_of_its_name() {
    let folder = TempDir::new().unwrap();
    for (form, name) in FORMS.into_iter().zip(["a-1.png", "a-1.pdf", "a-1.pwg", "a-1.columns"]) {
        let mut printer = Folder::new(folder.path(), form);
        let job = job("a-1");
        assert_eq!(printer.has_printed(&job.name).unwrap(), Some(false));
        assert!(printer.state().stopped.is_none());
        printer.print(&job).unwrap();
        assert_eq!(printer.has_printed(&job.name).unwrap(), Some(true));
        assert_eq!(fs::read(folder.path().join(name)).unwrap(), expected(form), "{name}");
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 4, "nothing else is left");
}

#[test]
fn printing_a_job_again_changes_nothing() {
    let folder = TempDir::new().unwrap();
    let mut printer = Folder::new(folder.path(), Form::Png);
    printer.print(&job("1")).unwrap();
    let file = printer.file(&job("1").name);
    let before = fs::metadata(&file).unwrap().modified().unwrap();
    printer.print(&job("1")).unwrap();
    assert_eq!(fs::metadata(&file).unwrap().modified().unwrap(), before);
}

#[test]
fn what_a_cut_left_behind_is_replaced() {
    let folder = TempDir::new().unwrap();
    let mut printer = Folder::new(folder.path(), Form::Png);
    fs::write(folder.path().join("1.png.new"), b"half").unwrap();
    assert_eq!(printer.has_printed(&job("1").name).unwrap(), Some(false));
    printer.print(&job("1")).unwrap();
    assert_eq!(fs::read(printer.file(&job("1").name)).unwrap(), expected(Form::Png));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn what_cannot_be_printed_leaves_no_file() {
    let folder = TempDir::new().unwrap();
    let wide = Job { offset: "100,0".parse().unwrap(), envelope: Envelope::C6, ..job("1") };
    let fault = Folder::new(folder.path(), Form::Pdf).print(&wide).unwrap_err();
    assert!(matches!(fault, PrintFault::Refused(Reason::Page(PageError::DoesNotFit))));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);

    let mut nowhere = Folder::new(folder.path().join("gone"), Form::Png);
    assert!(matches!(nowhere.print(&job("1")), Err(PrintFault::Refused(Reason::File { .. }))));
    assert!(matches!(nowhere.state().stopped, Some(Reason::File { .. })));
}
