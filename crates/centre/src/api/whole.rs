//! Settings that are set as a whole: what is left out is refused, and not silently set back to what is usual.

use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use std::borrow::Cow;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ArrayBuilder, ArrayItems, ObjectBuilder, Schema, SchemaType, Type};
use utoipa::{PartialSchema, ToSchema};

/// Settings that are set as a whole.
pub(super) struct Whole<T>(pub(super) T);

/// Settings with a name in the description and values that are usual.
pub(super) trait Settings: Serialize + DeserializeOwned + Default {
    /// The name.
    const NAME: &'static str;
}

impl<'de, T: Settings> Deserialize<'de> for Whole<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Whole<T>, D::Error> {
        let given = Value::deserialize(deserializer)?;
        let settings = T::deserialize(&given).map_err(Error::custom)?;
        let whole = serde_json::to_value(&settings).map_err(Error::custom)?;
        match lacking(&whole, &given) {
            Some(name) => {
                Err(Error::custom(format!("the field {name} is missing: all of them are set at once")))
            }
            None => Ok(Whole(settings)),
        }
    }
}

/// The first field of these settings that was not given.
fn lacking(whole: &Value, given: &Value) -> Option<String> {
    let (Value::Object(whole), Value::Object(given)) = (whole, given) else { return None };
    whole.iter().find_map(|(name, value)| match given.get(name) {
        None => Some(name.clone()),
        Some(given) => lacking(value, given).map(|inner| format!("{name}.{inner}")),
    })
}

impl<T: Settings> PartialSchema for Whole<T> {
    fn schema() -> RefOr<Schema> {
        let usual = serde_json::to_value(T::default()).unwrap_or_default();
        match schema_of(&usual) {
            Schema::Object(mut object) => {
                object.example = Some(usual);
                Schema::Object(object).into()
            }
            schema => schema.into(),
        }
    }
}

impl<T: Settings> ToSchema for Whole<T> {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed(T::NAME)
    }
}

/// What a value like this one looks like.
fn schema_of(value: &Value) -> Schema {
    let plain = |kind| Schema::Object(ObjectBuilder::new().schema_type(kind).build());
    match value {
        Value::Object(fields) => {
            let object = fields.iter().fold(ObjectBuilder::new(), |object, (name, value)| {
                object.property(name, schema_of(value)).required(name)
            });
            Schema::Object(object.build())
        }
        Value::Array(items) => {
            let item = items.first().map(schema_of).unwrap_or_default();
            let items = ArrayItems::RefOrSchema(Box::new(item.into()));
            Schema::Array(ArrayBuilder::new().items(items).build())
        }
        Value::String(_) => plain(Type::String),
        Value::Number(_) => plain(Type::Integer),
        Value::Bool(_) => plain(Type::Boolean),
        // Something that is not set usually: a text.
        Value::Null => {
            let kinds = SchemaType::from_iter([Type::String, Type::Null]);
            Schema::Object(ObjectBuilder::new().schema_type(kinds).build())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::office::Operations;

    #[test]
    fn what_is_left_out_is_refused_by_its_name() {
        let all = serde_json::to_value(Operations::default()).unwrap();
        assert!(serde_json::from_value::<Whole<Operations>>(all.clone()).is_ok());
        let mut lacks = all.clone();
        lacks.as_object_mut().unwrap().remove("gone_days");
        let fault = serde_json::from_value::<Whole<Operations>>(lacks).err().unwrap().to_string();
        assert!(fault.contains("gone_days"), "{fault}");
        let mut more = all;
        more["other"] = 1.into();
        assert!(serde_json::from_value::<Whole<Operations>>(more).is_err());
    }
}
