//! The page about the API, from the description that programs read: what is there is also shown.

use app::{ApiDocument, Field, Group, Operation, Reference};
use serde_json::Value;

use crate::routes::openapi;

/// The guide, also at `docs/api.md` of the source.
pub const GUIDE: &str = include_str!("../../docs/api.md");

/// What the page shows; `guide` is the guide as HTML.
#[must_use]
pub fn of(guide: String) -> Reference {
    let api = serde_json::to_value(openapi::document()).unwrap_or_default();
    let tags = api["tags"].as_array().into_iter().flatten();
    Reference {
        guide,
        groups: tags.map(|tag| group(&api, tag)).collect(),
        documents: documents(&api),
    }
}

fn group(api: &Value, tag: &Value) -> Group {
    let name = text(&tag["name"]);
    let mut operations = Vec::new();
    for (path, methods) in api["paths"].as_object().into_iter().flatten() {
        for (method, found) in methods.as_object().into_iter().flatten() {
            if found["tags"][0] == name {
                operations.push(operation(method, path, found));
            }
        }
    }
    Group {
        name,
        about: text(&tag["description"]),
        operations,
    }
}

fn operation(method: &str, path: &str, found: &Value) -> Operation {
    let parameters = found["parameters"].as_array().into_iter().flatten();
    let fields = parameters.map(|parameter| Field {
        name: text(&parameter["name"]),
        kind: format!("{}, {}", text(&parameter["in"]), kind(&parameter["schema"])),
        optional: parameter["required"] != true,
        about: text(&parameter["description"]),
    });
    let sends = found["requestBody"]["content"].as_object();
    let sends = sends.into_iter().flatten().map(|(media, content)| {
        let schema = &content["schema"];
        match named(schema) {
            Some(name) => format!("{media}: {name}"),
            None => media.clone(),
        }
    });
    let answers = found["responses"].as_object().into_iter().flatten();
    let answers = answers.map(|(status, answer)| {
        let contents = answer["content"].as_object().into_iter().flatten();
        let mut document = contents.map(|(media, content)| {
            let kind = kind(&content["schema"]);
            format!("{kind} ({media})")
        });
        let status = if status == "default" {
            "4xx, 5xx"
        } else {
            status
        };
        (
            status.to_owned(),
            text(&answer["description"]),
            document.next_back(),
        )
    });
    Operation {
        method: method.to_uppercase(),
        path: path.to_owned(),
        summary: text(&found["summary"]),
        about: text(&found["description"]),
        who: who(&found["security"]),
        fields: fields.collect(),
        sends: sends.collect(),
        answers: answers.collect(),
    }
}

fn who(security: &Value) -> String {
    let Some(doors) = security.as_array() else {
        return "Anybody.".into();
    };
    let open = doors
        .iter()
        .any(|door| door.as_object().is_some_and(serde_json::Map::is_empty));
    let scope = doors.iter().find_map(|door| door["key"][0].as_str());
    match (open, scope) {
        (true, Some(scope)) => format!("Anybody; a key needs the scope {scope}."),
        (false, Some(scope)) => format!("A key with the scope {scope}, or a signed-in browser."),
        (_, None) => "A signed-in browser.".into(),
    }
}

fn documents(api: &Value) -> Vec<ApiDocument> {
    let schemas = api["components"]["schemas"]
        .as_object()
        .into_iter()
        .flatten();
    let documents = schemas.map(|(name, schema)| {
        let needed = schema["required"].as_array();
        let members = schema["properties"].as_object().into_iter().flatten();
        let members = members.map(|(name, member)| Field {
            name: name.clone(),
            kind: kind(member),
            optional: needed.is_none_or(|needed| !needed.iter().any(|need| need == name)),
            about: text(&member["description"]),
        });
        let mut about = text(&schema["description"]);
        let values = schema["enum"].as_array().into_iter().flatten();
        let values: Vec<String> = values.map(text).collect();
        if !values.is_empty() {
            about += &format!(" One of {}.", values.join(", "));
        }
        ApiDocument {
            name: name.clone(),
            about,
            members: members.collect(),
        }
    });
    documents.collect()
}

/// A schema's type, in words; names of documents stand between backquotes.
fn kind(schema: &Value) -> String {
    if let Some(name) = named(schema) {
        return name;
    }
    let several = schema["oneOf"].as_array().or(schema["anyOf"].as_array());
    if let Some(several) = several {
        let kinds = several.iter().filter(|one| one["type"] != "null").map(kind);
        return kinds.collect::<Vec<_>>().join(" or ");
    }
    let name = match &schema["type"] {
        Value::Array(names) => {
            let names = names.iter().map(text).filter(|name| name != "null");
            names.collect::<Vec<_>>().join(" or ")
        }
        name => text(name),
    };
    match name.as_str() {
        "" => "anything".into(),
        "array" => format!("list of {}", kind(&schema["items"])),
        "object" if schema["properties"].is_null() => "object".into(),
        name => name.to_owned(),
    }
}

fn named(schema: &Value) -> Option<String> {
    let (_, name) = schema["$ref"].as_str()?.rsplit_once('/')?;
    Some(format!("`{name}`"))
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn every_operation_and_document_is_shown_with_a_word_on_it() {
        let reference = of(String::new());
        let operations: Vec<_> = reference
            .groups
            .iter()
            .flat_map(|g| &g.operations)
            .collect();
        assert!(operations.len() > 35, "{}", operations.len());
        for operation in &operations {
            let name = format!("{} {}", operation.method, operation.path);
            assert!(!operation.summary.is_empty(), "{name}");
            assert!(operation.answers.len() > 1, "{name}");
            for field in &operation.fields {
                assert!(!field.about.is_empty(), "{name}: {}", field.name);
            }
        }
        for document in &reference.documents {
            assert!(!document.about.is_empty(), "{}", document.name);
        }
        let submit = operations
            .iter()
            .find(|o| o.path.ends_with("{lab}/submissions"))
            .unwrap();
        assert_eq!(
            submit.who,
            "Anybody; a key needs the scope submissions:write."
        );
        assert!(
            submit
                .sends
                .contains(&"application/json: `ModuleFields`".to_owned())
        );
    }
}
