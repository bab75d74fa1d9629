//! Cost centres, their groups, and the limit of the whole meter (DE 197 57 648, page 5 to 7).

use super::entries::{Entries, Sent, WHAT, typed};
use super::fault::Fault;
use super::shell::Sheet;
use super::surcharge::{Charge, read_surcharge};
use super::visitor::Visitor;
use super::{App, keys};
use crate::machine::Machine;
use access::cards::{
    Account, Centre, CentreNumber, Change, Directory, Group, GroupNumber, Name, NumberError,
};
use axum::Router;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use maud::{Markup, html};
use terms::{Date, Money};
use web::form::{Field, Form, Kind};
use web::{Column, Table, Tone, badge, panel};

/// What cannot be taken back.
const GRAVE: [&str; 2] = ["delete", "delete-group"];

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/centres", get(list).post(change))
        .route("/centres/{centre}", get(show))
        .route("/centres/groups/{group}", get(show_group))
        .route("/centres/change", post(change))
}

/// The tables as they are now, and the day.
pub(super) async fn directory(app: &App) -> Result<(Directory, Date), Fault> {
    let work = |machine: &mut Machine| {
        let today = machine.when()?.day;
        Ok::<_, crate::machine::MachineFault>((machine.routine().desk().directory().clone(), today))
    };
    Ok(app.owner.ask(work).await??)
}

async fn list(visitor: Visitor, State(app): State<App>) -> Result<Response, Fault> {
    list_page(&app, &visitor, &Entries::blank()).await
}

async fn list_page(app: &App, visitor: &Visitor, entries: &Entries) -> Result<Response, Fault> {
    let (directory, today) = directory(app).await?;
    let form =
        |what: &'static str, submit: &'static str, fields| form(visitor, entries, what, submit, fields);
    let whole = directory.whole().limit;
    let content = html! {
        (panel("All cost centres", &centres_table(&directory, today)?))
        div class="pair" {
            (panel("A new cost centre", &form("create", "Create it", vec![
                Field::text("number", "Number").kind(Kind::Digits).hint("Three digits are free; the first two are set."),
                Field::text("name", "Name").optional(),
                limit_field(None),
            ])))
            (panel("The whole meter", &form("whole", "Set the limit", vec![limit_field(whole)])))
        }
        (panel("Groups", &groups_table(&directory, today)?))
        (panel("A new group", &form("create-group", "Create it", vec![
            Field::text("group", "Number").kind(Kind::Digits).hint("1 to 999."),
            Field::text("name", "Name").optional(),
            limit_field(None),
        ])))
    };
    let sheet = Sheet::new("Cost centres", "/centres").status(entries.status());
    Ok(sheet.page(visitor, &content))
}

fn form(
    visitor: &Visitor,
    entries: &Entries,
    what: &'static str,
    submit: &'static str,
    fields: Vec<Field<'_>>,
) -> Markup {
    let form = Form::new("/centres/change", "", submit, fields);
    let form = if GRAVE.contains(&what) { form.grave() } else { form };
    entries.one_of(visitor.csrf(), what, form)
}

fn limit_field(limit: Option<Money>) -> Field<'static> {
    let value = limit.map(|limit| limit.to_string()).unwrap_or_default();
    Field::text("limit", "Limit a month")
        .kind(Kind::Amount)
        .value(value)
        .optional()
        .hint("110 or 1.10; empty for none. It ends with the month.")
}

fn amount_or(amount: Option<Money>, none: &str) -> String {
    amount.map_or(none.to_owned(), |amount| amount.to_string())
}

fn centres_table(directory: &Directory, today: Date) -> Result<Markup, Fault> {
    let columns = [
        Column::words("Cost centre"),
        Column::words("Name"),
        Column::words("Group"),
        Column::figures("Limit"),
        Column::figures("Rest"),
        Column::figures("Budget"),
        Column::words("Surcharge"),
        Column::words("Cliché"),
        Column::words("State"),
    ];
    let row = |centre: &Centre| {
        let rest = directory
            .rest_of(Account::Centre(centre.number), today)
            .map_err(|refusal| Fault::Meter(web::sentence(&refusal)))?;
        Ok(vec![
            html! { a href={ "/centres/" (centre.number) } { (centre.number) } },
            html! { (centre.name) },
            html! { (centre.group.map(|group| group.to_string()).unwrap_or_default()) },
            html! { (amount_or(centre.limit, "none")) },
            html! { (amount_or(rest, "")) },
            html! { (amount_or(centre.budget, "")) },
            html! { (Charge(centre.surcharge)) },
            html! { (centre.cliche.map(|cliche| cliche.to_string()).unwrap_or_default()) },
            if centre.active { badge(Tone::Good, "in use") } else { badge(Tone::Quiet, "not in use") },
        ])
    };
    let rows: Vec<Vec<Markup>> = directory.centres().map(row).collect::<Result<_, Fault>>()?;
    Ok(Table { caption: "Cost centres", columns: &columns, empty: "There are none." }.rows(&rows))
}

fn groups_table(directory: &Directory, today: Date) -> Result<Markup, Fault> {
    let columns = [
        Column::words("Group"),
        Column::words("Name"),
        Column::figures("Limit"),
        Column::figures("Rest"),
        Column::figures("Cost centres"),
    ];
    let row = |group: &Group| {
        let rest = directory
            .rest_of(Account::Group(group.number), today)
            .map_err(|refusal| Fault::Meter(web::sentence(&refusal)))?;
        let members = directory.centres().filter(|centre| centre.group == Some(group.number)).count();
        Ok(vec![
            html! { a href={ "/centres/groups/" (group.number) } { (group.number) } },
            html! { (group.name) },
            html! { (amount_or(group.limit, "none")) },
            html! { (amount_or(rest, "")) },
            html! { (members) },
        ])
    };
    let rows: Vec<Vec<Markup>> = directory.groups().map(row).collect::<Result<_, Fault>>()?;
    Ok(Table { caption: "Groups", columns: &columns, empty: "There are no groups." }.rows(&rows))
}

async fn show(
    visitor: Visitor,
    State(app): State<App>,
    centre: Result<Path<String>, PathRejection>,
) -> Result<Response, Fault> {
    let number = centre?.0.parse().map_err(|_: NumberError| Fault::NotFound)?;
    centre_page(&app, &visitor, number, &Entries::blank()).await
}

async fn centre_page(
    app: &App,
    visitor: &Visitor,
    number: CentreNumber,
    entries: &Entries,
) -> Result<Response, Fault> {
    let (directory, _) = directory(app).await?;
    let centre = directory.centre(number).ok_or(Fault::NotFound)?.clone();
    let cliches = app.owner.snapshot()?.cliches;
    let cliches = std::iter::once((String::new(), "none of its own".to_owned()))
        .chain(cliches.into_iter().map(|(number, name)| (number.to_string(), format!("{number} {name}"))));
    let groups = std::iter::once((String::new(), "none".to_owned())).chain(
        directory
            .groups()
            .map(|group| (group.number.to_string(), format!("{} {}", group.number, group.name))),
    );
    let form = |what: &'static str, submit: &'static str, mut fields: Vec<Field<'_>>| {
        fields.insert(0, Field::text("number", "").kind(Kind::Hidden).value(number.to_string()));
        form(visitor, entries, what, submit, fields)
    };
    let budget = centre.budget.map(|budget| budget.to_string()).unwrap_or_default();
    let content = html! {
        (panel("The cost centre", &form("set", "Keep the changes", vec![
            Field::text("name", "Name").value(centre.name.as_str()).optional(),
            limit_field(centre.limit),
            Field::text("budget", "Budget a month").kind(Kind::Amount).value(budget).optional().hint("Going over it warns and stops nothing."),
            Field::text("surcharge", "Surcharge").value(Charge(centre.surcharge).to_string()).optional().hint("An amount such as 0.05, or per cent such as 2.5 %: booked, never printed."),
            Field::text("cliche", "Cliché").kind(Kind::Choice(cliches.collect())).value(centre.cliche.map(|cliche| cliche.to_string()).unwrap_or_default()).optional(),
            Field::text("group", "Group").kind(Kind::Choice(groups.collect())).value(centre.group.map(|group| group.to_string()).unwrap_or_default()).optional(),
        ])))
        div class="pair" {
            (panel("Use", &match centre.active {
                true => form("close", "Take it out of use", Vec::new()),
                false => form("open", "Take it into use", Vec::new()),
            }))
            (panel("Delete", &html! {
                p { "It goes where no card refers to it; what it has spent stays in the journal." }
                (form("delete", "Delete it", Vec::new()))
            }))
        }
    };
    let sheet = Sheet::new(format!("Cost centre {number}"), "/centres").above("Cost centres", "/centres");
    Ok(sheet.status(entries.status()).page(visitor, &content))
}

async fn show_group(
    visitor: Visitor,
    State(app): State<App>,
    group: Result<Path<GroupNumber>, PathRejection>,
) -> Result<Response, Fault> {
    group_page(&app, &visitor, group?.0, &Entries::blank()).await
}

async fn group_page(
    app: &App,
    visitor: &Visitor,
    number: GroupNumber,
    entries: &Entries,
) -> Result<Response, Fault> {
    let (directory, _) = directory(app).await?;
    let group = directory.group(number).ok_or(Fault::NotFound)?.clone();
    let form = |what: &'static str, submit: &'static str, mut fields: Vec<Field<'_>>| {
        fields.insert(0, Field::text("group", "").kind(Kind::Hidden).value(number.to_string()));
        form(visitor, entries, what, submit, fields)
    };
    let content = html! {
        (panel("The group", &form("set-group", "Keep the changes", vec![
            Field::text("name", "Name").value(group.name.as_str()).optional(),
            limit_field(group.limit),
        ])))
        (panel("Delete", &form("delete-group", "Delete it", Vec::new())))
    };
    let sheet = Sheet::new(format!("Group {number}"), "/centres").above("Cost centres", "/centres");
    Ok(sheet.status(entries.status()).page(visitor, &content))
}

async fn change(State(app): State<App>, sent: Sent) -> Result<Response, Fault> {
    let Sent { visitor, mut entries } = sent;
    let what = entries.text(WHAT).to_owned();
    let prefix = app.owner.snapshot()?.prefix;
    let number = keys::centre(entries.text("number"), prefix).ok();
    let group: Option<GroupNumber> = typed(entries.text("group")).ok();
    let (changes, directory) = (asked(&what, &mut entries, prefix)?, directory(&app).await?.0);
    let refused = match changes {
        None => true,
        Some(changes) => {
            let changes = worked(changes, &directory);
            let done =
                app.owner.ask(move |machine| changes.iter().try_for_each(|change| machine.change(change)));
            done.await?.inspect_err(|refusal| entries.refuse(refusal)).is_err()
        }
    };
    if !refused {
        visitor.say("The change is kept.");
        return Ok(Redirect::to("/centres").into_response());
    }
    match (what.as_str(), number, group) {
        ("set" | "open" | "close" | "delete", Some(number), _) => {
            centre_page(&app, &visitor, number, &entries).await
        }
        ("set-group" | "delete-group", _, Some(group)) => group_page(&app, &visitor, group, &entries).await,
        _ => list_page(&app, &visitor, &entries).await,
    }
}

/// Only what is other than before: who may name a cost centre need not be one who may set its limit.
fn worked(changes: Vec<Change>, directory: &Directory) -> Vec<Change> {
    let is_new = |change: &Change| {
        let centre = |number: &CentreNumber| directory.centre(*number);
        let group = |number: &GroupNumber| directory.group(*number);
        match change {
            Change::CentreName(number, name) => centre(number).is_none_or(|centre| centre.name != *name),
            Change::CentreLimit(number, limit) => centre(number).is_none_or(|centre| centre.limit != *limit),
            Change::CentreBudget(number, budget) => {
                centre(number).is_none_or(|centre| centre.budget != *budget)
            }
            Change::CentreSurcharge(number, surcharge) => {
                centre(number).is_none_or(|centre| centre.surcharge != *surcharge)
            }
            Change::CentreCliche(number, cliche) => {
                centre(number).is_none_or(|centre| centre.cliche != *cliche)
            }
            Change::CentreGroup(number, of) => centre(number).is_none_or(|centre| centre.group != *of),
            Change::GroupName(number, name) => group(number).is_none_or(|group| group.name != *name),
            Change::GroupLimit(number, limit) => group(number).is_none_or(|group| group.limit != *limit),
            _ => true,
        }
    };
    changes.into_iter().filter(is_new).collect()
}

/// The changes that a form asks for; nothing where an entry is not right.
fn asked(
    what: &str,
    entries: &mut Entries,
    prefix: access::cards::Prefix,
) -> Result<Option<Vec<Change>>, Fault> {
    let number = |entries: &mut Entries| entries.read("number", |text| keys::centre(text, prefix));
    let group = |entries: &mut Entries| entries.read("group", typed::<GroupNumber>);
    Ok(match what {
        "create" => {
            let (number, name) = (number(entries), entries.read("name", typed::<Name>));
            let limit = entries.read_optional("limit", keys::amount);
            number.zip(name).zip(limit).map(|((number, name), limit)| {
                vec![Change::CreateCentre(Centre { name, limit, ..Centre::new(number) })]
            })
        }
        "set" => settings(entries, prefix),
        "open" => number(entries).map(|number| vec![Change::CentreActive(number, true)]),
        "close" => number(entries).map(|number| vec![Change::CentreActive(number, false)]),
        "delete" => number(entries).map(|number| vec![Change::DeleteCentre(number)]),
        "whole" => entries.read_optional("limit", keys::amount).map(|limit| vec![Change::WholeLimit(limit)]),
        "create-group" => {
            let (number, name) = (group(entries), entries.read("name", typed::<Name>));
            let limit = entries.read_optional("limit", keys::amount);
            let made = number.zip(name).zip(limit);
            made.map(|((number, name), limit)| vec![Change::CreateGroup(Group { number, name, limit })])
        }
        "set-group" => {
            let (number, name) = (group(entries), entries.read("name", typed::<Name>));
            let limit = entries.read_optional("limit", keys::amount);
            number.zip(name).zip(limit).map(|((number, name), limit)| {
                vec![Change::GroupName(number, name), Change::GroupLimit(number, limit)]
            })
        }
        "delete-group" => group(entries).map(|group| vec![Change::DeleteGroup(group)]),
        _ => return Err(Fault::NotFound),
    })
}

fn settings(entries: &mut Entries, prefix: access::cards::Prefix) -> Option<Vec<Change>> {
    let number = entries.read("number", |text| keys::centre(text, prefix));
    let name = entries.read("name", typed::<Name>);
    let limit = entries.read_optional("limit", keys::amount);
    let budget = entries.read_optional("budget", keys::amount);
    let surcharge = entries.read("surcharge", read_surcharge);
    let cliche = entries.read_optional("cliche", typed::<u16>);
    let group = entries.read_optional("group", typed::<GroupNumber>);
    let number = number?;
    Some(vec![
        Change::CentreName(number, name?),
        Change::CentreLimit(number, limit?),
        Change::CentreBudget(number, budget?),
        Change::CentreSurcharge(number, surcharge?),
        Change::CentreCliche(number, cliche?),
        Change::CentreGroup(number, group?),
    ])
}
