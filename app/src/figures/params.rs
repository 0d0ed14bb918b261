//! Reading a figure's parameters: what is not known or out of range is a slip of the author.

use std::collections::BTreeMap;

use content::{Slip, Value};

/// Parameters being read, and the slips found so far.
pub(super) struct Params<'a> {
    values: &'a BTreeMap<String, Value>,
    slips: Vec<Slip>,
}

impl<'a> Params<'a> {
    /// Reads `values`, which may only have these names.
    pub fn new(values: &'a BTreeMap<String, Value>, names: &[&str]) -> Self {
        let mut params = Self {
            values,
            slips: Vec::new(),
        };
        for name in values.keys().filter(|name| !names.contains(&name.as_str())) {
            params.unknown("parameter", name, names.iter().copied());
        }
        params
    }

    /// Notes something that is wrong.
    pub fn slip(&mut self, message: String) {
        self.slips.push(Slip {
            message,
            ..Slip::default()
        });
    }

    /// Notes a name that does not exist.
    pub fn unknown<'n>(
        &mut self,
        what: &str,
        name: &str,
        known: impl IntoIterator<Item = &'n str>,
    ) {
        self.slips.push(Slip {
            message: format!("no {what} “{name}”"),
            name: name.to_owned(),
            known: known.into_iter().map(str::to_owned).collect(),
        });
    }

    /// A name that may be absent.
    pub fn text(&mut self, name: &str) -> Option<&'a str> {
        match self.values.get(name)? {
            Value::Text(text) => Some(text),
            _ => {
                self.slip(format!("`{name}` is a name in quotes"));
                None
            }
        }
    }

    /// A name that must be there.
    pub fn needed(&mut self, name: &str) -> Option<&'a str> {
        if !self.values.contains_key(name) {
            self.slip(format!("`{name}` is missing"));
        }
        self.text(name)
    }

    /// Names; none where the parameter is absent.
    pub fn list(&mut self, name: &str) -> Vec<&'a str> {
        let Some(value) = self.values.get(name) else {
            return Vec::new();
        };
        let texts = match value {
            Value::List(values) => values.iter().map(text).collect(),
            _ => None,
        };
        texts.unwrap_or_else(|| {
            self.slip(format!("`{name}` is a list of names in quotes"));
            Vec::new()
        })
    }

    /// A whole number within bounds that may be absent.
    pub fn number(&mut self, name: &str, (least, most): (i64, i64)) -> Option<i64> {
        match self.values.get(name)? {
            Value::Integer(value) if (least..=most).contains(value) => Some(*value),
            _ => {
                self.slip(format!("`{name}` is a whole number from {least} to {most}"));
                None
            }
        }
    }

    /// What was read, if nothing was wrong.
    pub fn done<T>(mut self, read: Option<T>) -> Result<T, Vec<Slip>> {
        match read {
            Some(read) if self.slips.is_empty() => Ok(read),
            _ => {
                if self.slips.is_empty() {
                    self.slip("the parameters cannot be read".to_owned());
                }
                Err(self.slips)
            }
        }
    }
}

fn text(value: &Value) -> Option<&str> {
    match value {
        Value::Text(text) => Some(text),
        _ => None,
    }
}
