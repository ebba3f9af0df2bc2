//! A test collection as files: documents, queries and judgments.

use serde::Deserialize;
use std::collections::HashMap;
use std::path::Path;

/// A document or a query.
#[derive(Deserialize)]
pub struct Text {
    #[serde(alias = "_id")]
    id: serde_json::Value,
    #[serde(default)]
    title: Option<String>,
    #[serde(default)]
    pub text: Option<String>,
}

impl Text {
    pub fn id(&self) -> String {
        self.id.as_str().map_or_else(|| self.id.to_string(), str::to_owned)
    }

    pub fn title(&self) -> &str {
        self.title.as_deref().unwrap_or("")
    }

    pub fn body(&self) -> &str {
        self.text.as_deref().unwrap_or("")
    }

    pub fn whole(&self) -> String {
        [self.title(), self.body()].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n")
    }
}

/// The grade of each document that was judged for a query.
pub type Judgments = HashMap<String, HashMap<String, i32>>;

pub fn json_lines<T: serde::de::DeserializeOwned>(path: &Path) -> Result<Vec<T>, String> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(at, line)| {
            serde_json::from_str(line).map_err(|error| format!("{}:{}: {error}", path.display(), at + 1))
        })
        .collect()
}

pub fn judgments(path: &Path) -> Result<Judgments, String> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let mut found = Judgments::new();
    for (at, line) in text.lines().enumerate() {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let (query, document, grade) = match fields.as_slice() {
            [] => continue,
            [query, document, grade] | [query, _, document, grade] => (query, document, grade),
            _ => return Err(format!("{}:{}: not query, document, grade", path.display(), at + 1)),
        };
        match grade.parse::<f64>() {
            Ok(grade) => {
                found.entry((*query).to_owned()).or_default().insert((*document).to_owned(), grade as i32);
            }
            Err(_) if at == 0 => {} // the header
            Err(_) => {
                return Err(format!("{}:{}: the grade {grade} is not a number", path.display(), at + 1));
            }
        }
    }
    Ok(found)
}
