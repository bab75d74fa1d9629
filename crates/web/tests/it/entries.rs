//! What was typed comes back with what is wrong with it.

use axum::http::StatusCode;
use web::entries::{Entries, typed};
use web::form::{Field, Form, Kind};

fn entries(pairs: &[(&str, &str)]) -> Entries {
    Entries::of(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
}

fn page(entries: &Entries, fields: Vec<Field<'_>>) -> String {
    entries.form("token", Form::new("/x", "", "Go", fields)).into_string()
}

#[test]
fn a_refused_form_keeps_what_was_typed_and_says_what_is_wrong() {
    let mut entries = entries(&[("name", "<b>"), ("many", "12")]);
    assert_eq!(entries.read("many", |text| text.parse::<u8>()), Some(12));
    assert_eq!(entries.read("name", |text| text.parse::<u8>()), None);
    assert_eq!(entries.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let fields = vec![Field::text("name", "Name").value("before"), Field::text("many", "How many")];
    let page = page(&entries, fields);
    assert!(page.contains("value=\"12\"") && page.contains("value=\"&lt;b&gt;\""), "{page}");
    assert!(page.contains("Invalid digit found in string."), "{page}");
    assert!(!page.contains("before"), "{page}");
}

#[test]
fn a_form_that_nobody_filled_in_shows_what_is_set() {
    let page = page(&Entries::blank(), vec![Field::text("name", "Name").value("before")]);
    assert!(page.contains("value=\"before\"") && page.contains("value=\"token\""), "{page}");
    assert_eq!(Entries::blank().status(), StatusCode::OK);
}

#[test]
fn a_field_is_read_as_it_was_typed_and_a_number_without_the_blanks_around_it() {
    let mut entries = entries(&[("password", " open sesame "), ("many", " 12 "), ("none", "  ")]);
    assert_eq!(
        entries.read("password", |text| Ok::<_, String>(text.to_owned())).as_deref(),
        Some(" open sesame ")
    );
    assert_eq!(entries.read("many", typed::<u8>), Some(12));
    assert_eq!(entries.read_optional("many", typed::<u8>), Some(Some(12)));
    for empty in ["none", "not sent"] {
        assert_eq!(entries.read_optional(empty, typed::<u8>), Some(None), "{empty}");
    }
    assert_eq!(entries.read("none", typed::<u8>), None);
}

#[test]
fn what_is_carried_unseen_comes_back_as_the_page_sets_it_and_a_password_not_at_all() {
    let entries = entries(&[("to", "//evil.example"), ("password", "open sesame")]);
    let fields = vec![
        Field::text("to", "").kind(Kind::Hidden).value("/meters"),
        Field::text("password", "Password").kind(Kind::Password),
    ];
    let page = page(&entries, fields);
    assert!(page.contains("value=\"/meters\""), "{page}");
    assert!(!page.contains("evil") && !page.contains("sesame"), "{page}");
}

#[test]
fn all_that_was_ticked_stays_ticked() {
    let entries = entries(&[("roles", "operator"), ("roles", "auditor"), ("active", "yes")]);
    assert_eq!(entries.all("roles"), ["operator", "auditor"]);
    assert!(entries.is_ticked("active") && !entries.is_ticked("roles"));
    let choices = ["operator", "auditor", "clerk"].map(|role| (role.to_owned(), role.to_owned()));
    let page = page(&entries, vec![Field::text("roles", "Roles").kind(Kind::Several(choices.to_vec()))]);
    for (role, checked) in [("operator", true), ("auditor", true), ("clerk", false)] {
        assert_eq!(page.contains(&format!("value=\"{role}\" checked")), checked, "{page}");
    }
}

#[test]
fn a_form_that_is_refused_as_a_whole_says_why() {
    let mut entries = entries(&[("name", "A")]);
    entries.refuse("no meter 7 is in the books");
    let page = page(&entries, vec![Field::text("name", "Name")]);
    assert!(page.contains("No meter 7 is in the books."), "{page}");
}

#[test]
fn of_several_forms_only_the_one_that_was_sent_says_what_is_wrong() {
    let mut entries = entries(&[("what", "limit"), ("amount", "x")]);
    assert_eq!(entries.read("amount", typed::<u8>), None);
    let form = |what: &'static str| {
        let field = Field::text("amount", "Amount").value("5");
        entries.one_of("token", what, Form::new("/x", "", "Go", vec![field])).into_string()
    };
    let (sent, other) = (form("limit"), form("budget"));
    assert!(sent.contains("value=\"x\"") && sent.contains("One entry is not right yet."), "{sent}");
    assert!(sent.contains("name=\"what\" value=\"limit\""), "{sent}");
    assert!(other.contains("value=\"5\"") && !other.contains("not right"), "{other}");
    assert!(other.contains("name=\"what\" value=\"budget\""), "{other}");
}
