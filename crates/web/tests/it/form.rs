//! Forms say what is wrong where it is wrong.

use web::form::{Field, Form, Kind};

#[test]
fn an_error_belongs_to_its_field_for_eyes_and_ears() {
    let field = Field::text("amount", "Amount").hint("In euro.").error(Some("That is no amount."));
    let page = Form::new("/deposit", "token", "Book", vec![field]).markup().into_string();
    assert!(page.contains(r#"aria-describedby="hint-amount error-amount""#), "{page}");
    assert!(page.contains(r#"aria-invalid="true""#), "{page}");
    assert!(page.contains(r#"id="error-amount">That is no amount."#), "{page}");
    assert!(page.contains("One entry is not right yet."), "{page}");
}

#[test]
fn every_form_carries_its_token_and_a_secret_is_never_sent_back() {
    let secret = Field::text("password", "Password").kind(Kind::Password).value("correct horse");
    let page = Form::new("/login", "t0ken", "Log in", vec![secret]).markup().into_string();
    assert!(page.contains(r#"<input type="hidden" name="csrf" value="t0ken">"#), "{page}");
    assert!(!page.contains("correct horse"), "{page}");
}

#[test]
fn what_was_typed_is_escaped() {
    let field = Field::text("name", "Name").value(r#""><script>alert(1)</script>"#);
    let page = Form::new("/x", "t", "Go", vec![field]).markup().into_string();
    assert!(!page.contains("<script"), "{page}");
}

#[test]
fn a_form_with_a_file_is_sent_in_parts() {
    let field = Field::text("statement", "File").kind(Kind::File(".xml,.csv"));
    let page = Form::new("/x", "t", "Go", vec![field]).markup().into_string();
    assert!(page.contains(r#"enctype="multipart/form-data""#), "{page}");
}

#[test]
fn several_boxes_are_a_group_that_keeps_what_was_ticked() {
    let choices = ["operator", "auditor"].map(|role| (role.to_owned(), role.to_owned()));
    let field = Field::text("roles", "Roles").kind(Kind::Several(choices.to_vec())).value("auditor");
    let page = Form::new("/x", "t", "Go", vec![field]).markup().into_string();
    assert!(page.contains("<legend>Roles</legend>"), "{page}");
    assert!(page.contains(r#"name="roles" value="auditor" checked"#), "{page}");
    assert!(page.contains(r#"name="roles" value="operator">"#), "{page}");
}

#[test]
fn a_form_that_was_refused_as_a_whole_says_why_at_its_head() {
    let form = Form::new("/x", "t", "Go", Vec::new()).refused(Some("The meter has left service."));
    let page = form.instead("/meters").markup().into_string();
    assert!(page.contains(r#"role="alert">The meter has left service."#), "{page}");
    assert!(page.contains(r#"href="/meters">Cancel"#), "{page}");
}

#[test]
fn fields_of_one_name_in_two_forms_have_labels_of_their_own() {
    let form =
        |scope| Form::new("/x", "token", "Go", vec![Field::text("name", "Name").hint("Short.")]).scope(scope);
    let page = format!("{}{}", form("one-").markup().into_string(), form("two-").markup().into_string());
    for id in ["field-one-name", "field-two-name"] {
        assert_eq!(page.matches(&format!(" id=\"{id}\"")).count(), 1, "{page}");
        assert_eq!(page.matches(&format!("for=\"{id}\"")).count(), 1, "{page}");
    }
    assert!(page.contains("aria-describedby=\"hint-two-name\""), "{page}");
}
