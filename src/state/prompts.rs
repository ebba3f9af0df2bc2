//! Prompt templates that the person keeps under names, each with its versions.

use crate::state::settings::{clean, storage};
use crate::types::{PromptIssue, PromptTemplate};
use serde::{Deserialize, Serialize};

/// One for all copies of the site on an origin, as the settings are.
const KEY: &str = "sidecite.prompts";
/// The last ones that could not be read, as they were.
const UNREADABLE_KEY: &str = "sidecite.prompts.unreadable";
/// Most prompts that are kept.
const MAX_PROMPTS: usize = 50;
/// Most versions of a prompt: the oldest goes first.
const MAX_VERSIONS: usize = 20;

/// The kept prompts, the one saved last first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PromptLibrary {
    /// The prompts.
    pub prompts: Vec<SavedPrompt>,
}

/// A prompt under a name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SavedPrompt {
    /// Its name.
    pub name: String,
    /// Its versions, the newest first; never empty.
    pub versions: Vec<PromptVersion>,
}

/// A prompt as it was saved.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PromptVersion {
    /// Its number, from 1.
    pub number: u32,
    /// When it was saved, in milliseconds since 1970.
    pub saved_millis: u64,
    /// The texts.
    pub template: PromptTemplate,
}

impl PromptLibrary {
    /// Keeps `template` under `name`, as a new version where the name is known and the text is new. Gives whether the name can
    /// be used.
    pub fn save(&mut self, name: &str, template: PromptTemplate, now_millis: u64) -> bool {
        let Some(name) = clean(name) else { return false };
        let known = self.prompts.iter().position(|prompt| prompt.name == name);
        let mut prompt =
            known.map_or_else(|| SavedPrompt { name, versions: Vec::new() }, |at| self.prompts.remove(at));
        if prompt.versions.first().is_none_or(|newest| newest.template != template) {
            let number = prompt.versions.first().map_or(0, |newest| newest.number) + 1;
            prompt.versions.insert(0, PromptVersion { number, saved_millis: now_millis, template });
            prompt.versions.truncate(MAX_VERSIONS);
        }
        self.prompts.insert(0, prompt);
        self.prompts.truncate(MAX_PROMPTS);
        true
    }

    /// Deletes a prompt with its versions. Gives it and its place.
    pub fn delete(&mut self, name: &str) -> Option<(usize, SavedPrompt)> {
        let at = self.prompts.iter().position(|prompt| prompt.name == name)?;
        Some((at, self.prompts.remove(at)))
    }

    /// Name and version of the prompt with this text.
    pub fn find(&self, template: &PromptTemplate) -> Option<(&str, u32)> {
        self.prompts.iter().find_map(|prompt| {
            let version = prompt.versions.iter().find(|version| version.template == *template)?;
            Some((prompt.name.as_str(), version.number))
        })
    }

    /// What this browser keeps. What cannot be read is kept beside it as it was.
    pub fn load() -> Self {
        let Some(storage) = storage() else { return Self::default() };
        let Some(json) = storage.get_item(KEY).ok().flatten() else { return Self::default() };
        match serde_json::from_str::<Self>(&json) {
            Ok(library) => library.sanitized(),
            Err(_) => {
                let _ = storage.set_item(UNREADABLE_KEY, &json);
                Self::default()
            }
        }
    }

    /// Keeps it. Gives whether the browser had room for it.
    pub fn store(&self) -> bool {
        let json = serde_json::to_string(self).ok();
        json.zip(storage()).is_some_and(|(json, storage)| storage.set_item(KEY, &json).is_ok())
    }

    /// Forgets all of them.
    pub(in crate::state) fn clear() {
        if let Some(storage) = storage() {
            let _ = storage.remove_item(KEY);
            let _ = storage.remove_item(UNREADABLE_KEY);
        }
    }

    fn sanitized(mut self) -> Self {
        for prompt in &mut self.prompts {
            let usable = |version: &PromptVersion| {
                !version.template.check().iter().any(|issue| matches!(issue, PromptIssue::TooLong { .. }))
            };
            prompt.versions.retain(usable);
        }
        self.prompts.retain(|prompt| !prompt.versions.is_empty());
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn template(system: &str) -> PromptTemplate {
        PromptTemplate { system: system.into(), user: "{{evidence}} {{question}}".into() }
    }

    #[test]
    fn a_changed_text_is_a_new_version_and_the_same_text_is_not() {
        let mut library = PromptLibrary::default();
        assert!(!library.save("  ", template("a"), 1));
        assert!(library.save(" Brief ", template("a"), 1) && library.save("Brief", template("a"), 2));
        assert!(library.save("Long", template("c"), 3) && library.save("Brief", template("b"), 4));
        let names: Vec<&str> = library.prompts.iter().map(|prompt| prompt.name.as_str()).collect();
        assert_eq!(names, ["Brief", "Long"]);
        let versions = library.prompts[0].versions.iter();
        assert_eq!(
            versions.map(|version| (version.number, version.saved_millis)).collect::<Vec<_>>(),
            [(2, 4), (1, 1)]
        );
        assert_eq!(library.find(&template("a")), Some(("Brief", 1)));
        assert_eq!(library.find(&template("z")), None);
        let (at, deleted) = library.delete("Long").unwrap();
        assert_eq!((at, deleted.name.as_str(), library.prompts.len()), (1, "Long", 1));
    }

    #[test]
    fn the_oldest_versions_go_and_numbers_stay() {
        let mut library = PromptLibrary::default();
        for at in 0..MAX_VERSIONS as u64 + 5 {
            library.save("p", template(&at.to_string()), at);
        }
        let versions = &library.prompts[0].versions;
        assert_eq!((versions.len(), versions[0].number, versions.last().unwrap().number), (20, 25, 6));
    }

    #[test]
    fn what_is_too_long_to_use_is_not_taken_in() {
        let mut library = PromptLibrary::default();
        library.save("long", template(&"x".repeat(30_000)), 1);
        library.save("short", template("x"), 1);
        assert_eq!(library.sanitized().prompts.len(), 1);
    }
}
