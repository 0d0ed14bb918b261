//! The one text of a JSON value (RFC 8785): members by name, no spaces. Our statements hold no
//! fractions and only ASCII names, for which this is all that the RFC asks.

use serde_json::Value;

/// The text of a value.
#[must_use]
pub fn text(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_by_key(|(name, _)| *name);
            let members = members
                .into_iter()
                .map(|(name, value)| format!("{}:{}", Value::from(name.as_str()), text(value)));
            format!("{{{}}}", members.collect::<Vec<_>>().join(","))
        }
        Value::Array(items) => {
            let items = items.iter().map(text);
            format!("[{}]", items.collect::<Vec<_>>().join(","))
        }
        scalar => scalar.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::text;

    #[test]
    fn members_are_sorted_at_every_depth_and_nothing_is_spaced() {
        let value = serde_json::json!({
            "b": [{"z": null, "a": true}, 2, "\u{8}\"é"], "a": {}, "c": -7, "B": "",
        });
        let sorted =
            "{\"B\":\"\",\"a\":{},\"b\":[{\"a\":true,\"z\":null},2,\"\\b\\\"é\"],\"c\":-7}";
        assert_eq!(text(&value), sorted);
        let again: serde_json::Value = serde_json::from_str(sorted).unwrap();
        assert_eq!(text(&again), sorted);
    }
}
