//! The schema of traces, and as much of JSON Schema as it uses.

use serde_json::Value;

/// Keywords that say nothing about a value.
const TEXTS: [&str; 4] = ["$schema", "$defs", "title", "description"];

/// `docs/trace.schema.json`.
pub(crate) struct Schema(Value);

type Checked = Result<(), String>;

impl Schema {
    pub(crate) fn read() -> Self {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/trace.schema.json");
        let text = std::fs::read_to_string(path).unwrap();
        Self(serde_json::from_str(&text).unwrap())
    }

    /// Whether a value is as the schema says; else what is not.
    pub(crate) fn check(&self, value: &Value) -> Checked {
        self.fits(&self.0, value)
    }

    fn fits(&self, schema: &Value, value: &Value) -> Checked {
        for (keyword, said) in schema.as_object().expect("a schema is an object") {
            self.keyword(keyword, said, schema, value)
                .map_err(|wrong| format!("{keyword}: {wrong}"))?;
        }
        Ok(())
    }

    fn keyword(&self, keyword: &str, said: &Value, schema: &Value, value: &Value) -> Checked {
        match keyword {
            "$ref" => {
                let place = said.as_str().and_then(|it| it.strip_prefix('#'));
                self.fits(
                    self.0.pointer(place.unwrap()).expect("what is named"),
                    value,
                )
            }
            "const" => holds(said == value, said),
            "enum" => holds(said.as_array().unwrap().contains(value), said),
            "minimum" => holds(value.as_u64() >= said.as_u64(), said),
            "type" => holds(is_of(said.as_str().unwrap(), value), said),
            "required" => {
                let keys = said
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|key| key.as_str().unwrap());
                let mut missing = keys.filter(|key| value.get(key).is_none());
                missing
                    .next()
                    .map_or(Ok(()), |key| Err(format!("no {key}")))
            }
            "properties" => {
                for (key, of) in said.as_object().unwrap() {
                    if let Some(value) = value.get(key) {
                        self.fits(of, value)
                            .map_err(|wrong| format!("{key}: {wrong}"))?;
                    }
                }
                Ok(())
            }
            "items" => value.as_array().map_or(Ok(()), |all| {
                all.iter().try_for_each(|it| self.fits(said, it))
            }),
            "oneOf" => self.one_of(said.as_array().unwrap(), value),
            text if TEXTS.contains(&text) => Ok(()),
            _ => panic!("{keyword} is not known here, in {schema}"),
        }
    }

    /// Of those that do not fit, the one that is for the type of the value says why.
    fn one_of(&self, all: &[Value], value: &Value) -> Checked {
        let checked: Vec<_> = all.iter().map(|it| self.fits(it, value)).collect();
        if checked.iter().filter(|it| it.is_ok()).count() == 1 {
            return Ok(());
        }
        let wrong = checked.into_iter().filter_map(Result::err);
        let mut near = wrong.filter(|it| !it.contains("type: const"));
        Err(near.next().unwrap_or_else(|| "none of them".to_owned()))
    }
}

fn holds(fits: bool, said: &Value) -> Checked {
    if fits {
        Ok(())
    } else {
        Err(format!("it is not {said}"))
    }
}

fn is_of(kind: &str, value: &Value) -> bool {
    match kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_u64() || value.is_i64(),
        _ => panic!("{kind} is not known here"),
    }
}
