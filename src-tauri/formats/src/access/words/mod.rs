//! The words of the readable forms, in the language of the book. What a field or a step is called is the same
//! as in the window.

mod bg;
mod en;
mod ru;

use clientele_model::Language;

/// Names of the program's own data: what stands in the book, and what people call it.
pub(super) type Names = &'static [(&'static str, &'static str)];

/// All words of one language. Texts with `{}` take one value.
pub(super) struct Words {
    pub title: &'static str,
    pub lead: &'static str,
    pub made_at: &'static str,
    pub times: &'static str,
    pub card: &'static str,
    pub merged: &'static str,
    pub merged_lead: &'static str,
    pub contacts: &'static str,
    pub no_contacts: &'static str,
    pub history: &'static str,
    pub history_lead: &'static str,
    pub taken_off: &'static str,
    pub in_trash: &'static str,
    pub read_as: &'static str,
    pub from_file: &'static str,
    pub file_elsewhere: &'static str,
    pub file_damaged: &'static str,
    pub field: &'static str,
    pub was: &'static str,
    pub is: &'static str,
    pub nothing: &'static str,
    pub page: &'static str,
    pub not_drawn: &'static str,
    /// Forms of a date: with the time of day, and alone.
    pub moment: &'static str,
    pub day: &'static str,
    pub day_without_year: &'static str,
    pub months: [&'static str; 12],
    pub no_name: &'static str,
    pub staff: Names,
    pub kinds: Names,
    pub directions: Names,
    pub contact_kinds: Names,
    pub channels: Names,
    pub steps: Names,
    /// What stands before the fraction of a number.
    pub decimal: &'static str,
    /// Fields by name, and where one name means several things, by table and name.
    pub fields: Names,
    pub languages: Names,
}

/// The words of a language.
pub(super) fn words(language: Language) -> &'static Words {
    match language {
        Language::En => &en::WORDS,
        Language::Ru => &ru::WORDS,
        Language::Bg => &bg::WORDS,
    }
}

/// The languages by their own names, the same everywhere.
const LANGUAGES: Names = &[("en", "English"), ("ru", "Русский"), ("bg", "Български")];

/// What people call it; a name of a newer version stands as it is.
pub(super) fn named(names: Names, name: &str) -> &str {
    names
        .iter()
        .find(|(known, _)| *known == name)
        .map_or(name, |(_, called)| called)
}

impl Words {
    /// What a field of a table is called.
    pub fn field_of(&self, entity: &str, field: &str) -> String {
        let own = format!("{entity}.{field}");
        let called = named(self.fields, &own);
        if called == own {
            named(self.fields, field).to_owned()
        } else {
            called.to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(words: &Words) -> Vec<Vec<&'static str>> {
        [
            words.staff,
            words.kinds,
            words.directions,
            words.contact_kinds,
            words.channels,
            words.steps,
            words.fields,
            words.languages,
        ]
        .iter()
        .map(|names| names.iter().map(|(name, _)| *name).collect())
        .collect()
    }

    #[test]
    fn every_language_names_the_same_things() {
        let english = names(words(Language::En));
        for language in Language::ALL {
            assert_eq!(names(words(language)), english, "{language:?}");
            let all = words(language);
            for text in [
                all.title,
                all.lead,
                all.taken_off,
                all.in_trash,
                all.read_as,
                all.from_file,
            ] {
                assert_eq!(text.matches("{}").count(), 1, "{language:?}: {text}");
            }
            assert_eq!(all.page.matches("{}").count(), 2, "{language:?}");
        }
    }

    #[test]
    fn one_name_may_mean_two_things() {
        let words = words(Language::En);
        assert_eq!(words.field_of("contacts", "kind"), "Sort of contact");
        assert_eq!(words.field_of("clients", "kind"), "Person or company");
        assert_eq!(
            words.field_of("clients", "of_a_newer_version"),
            "of_a_newer_version"
        );
    }
}
