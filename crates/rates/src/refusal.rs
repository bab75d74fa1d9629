//! Why there is no price, in one sentence that says what to change.

use crate::{Destination, Name, Size, Text, Weight};
use terms::{Date, Money};

/// Why a letter has no price.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// There is no table at all.
    #[error("there is no rate table: load one")]
    NoTable,
    /// The first table begins later than the imprint's date.
    #[error("the rates \"{title}\" begin on {from} only: load the table for {date} or take a later date")]
    NotYet {
        /// The title of the table that begins next.
        title: Text,
        /// Its first day.
        from: Date,
        /// The imprint's date.
        date: Date,
    },
    /// The last table that has begun is over.
    #[error("the rates \"{title}\" ended on {until}: load the table that holds on {date}")]
    Expired {
        /// The title of the table that ended last.
        title: Text,
        /// Its last day.
        until: Date,
        /// The imprint's date.
        date: Date,
    },
    /// Nothing lies on the scale.
    #[error("nothing was weighed: put the letter on the scale or type its weight")]
    NoWeight,
    /// The table has no such zone, or no zone for the country.
    #[error("the table has no rates to {0}: choose another destination")]
    NoDestination(Destination),
    /// The table has no such format.
    #[error("the table knows no format \"{0}\": choose one that it has")]
    NoFormat(Name),
    /// The format is not carried there.
    #[error("{format} is not carried to {zone}: choose another format or destination")]
    NotCarried {
        /// The format's title.
        format: Text,
        /// The zone's title.
        zone: Text,
    },
    /// The letter is too heavy for its format.
    #[error("{format} takes at most {limit}{}", advice(.take))]
    TooHeavy {
        /// What the operator chose.
        format: Text,
        /// The most it takes.
        limit: Weight,
        /// The cheapest format that takes it, if there is one.
        take: Option<Text>,
    },
    /// Every format that takes its size takes less.
    #[error("a letter of {size} to {zone} may weigh at most {limit}: divide it")]
    TooHeavyForSize {
        /// The letter's size.
        size: Size,
        /// The zone's title.
        zone: Text,
        /// The most that a format for this size takes.
        limit: Weight,
    },
    /// No format takes its size.
    #[error("no format to {zone} takes {size}: choose another packing")]
    FitsNone {
        /// The letter's size.
        size: Size,
        /// The zone's title.
        zone: Text,
    },
    /// The table has no such service.
    #[error("the table knows no service \"{0}\": choose one that it has")]
    NoService(Name),
    /// A service was asked for twice.
    #[error("{0} was chosen twice: choose it once")]
    Twice(Text),
    /// Two services cannot be taken together.
    #[error("{0} and {1} cannot be taken together: choose one of them")]
    Excluded(Text, Text),
    /// A service needs another.
    #[error("{service} can only be taken with {}: choose that too", one_of(.needs))]
    Needs {
        /// The service.
        service: Text,
        /// One of these must be taken too.
        needs: Vec<Text>,
    },
    /// A service is not offered for what would carry the letter.
    #[error("{service} is not offered for {product}: leave it out or choose another format")]
    NotOffered {
        /// The service.
        service: Text,
        /// What would carry the letter.
        product: Text,
    },
    /// The services are each offered for something that fits, but for no one of them together.
    #[error("no product that fits offers these services together: leave one out")]
    NotTogether,
    /// A service costs by value, and no value was said.
    #[error("{0} costs by the value of the content: say the value")]
    NoValue(Text),
    /// A value was said for a service that does not cost by value.
    #[error("{0} does not cost by value: leave the value out")]
    NeedlessValue(Text),
    /// The content is worth more than the service covers.
    #[error("{service} covers at most {limit}: say a lower value")]
    TooPrecious {
        /// The service.
        service: Text,
        /// The most it covers.
        limit: Money,
    },
    /// The sum does not fit an amount.
    #[error("the postage is more than an amount can be: leave a service out")]
    TooDear,
}

fn advice(take: &Option<Text>) -> String {
    take.as_ref().map_or(": divide the letter".into(), |format| format!(": take {format}"))
}

fn one_of(needs: &[Text]) -> String {
    needs.iter().map(Text::as_str).collect::<Vec<_>>().join(" or ")
}
