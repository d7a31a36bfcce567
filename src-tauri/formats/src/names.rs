//! Splitting a whole name into given name, patronymic and family name.
//!
//! No list of names can be complete, so this goes by the endings that Russian and Bulgarian names
//! have, and by the order of the words where endings say nothing.

use clientele_model::text;

/// A name in its parts; parts that are not there are empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Name {
    pub(crate) given: String,
    pub(crate) patronymic: String,
    pub(crate) family: String,
}

impl Name {
    fn new(given: &[&str], patronymic: &[&str], family: &[&str]) -> Self {
        Self {
            given: given.join(" "),
            patronymic: patronymic.join(" "),
            family: family.join(" "),
        }
    }
}

/// Given names that end like family names.
const GIVEN_LIKE_FAMILY: &str = "\
    алевтина алина ангелина антонина арина бориска валентин валентина васка вениамин галина дарина \
    дина ева евелина екатерина елина еленко жасмина ирина калин калина карина каролина катерина \
    константин кристин кристина лев лина магдалина марин марина мартин мартина невенко николина нина \
    павлин павлина параскев полина пров регина росина роска руска сабина светлин светлина стоян \
    тоска христина цветелина эвелина яков янина eva irina marina polina galina kristina martina nina \
    karina alina katerina ekaterina valentina angelina carolina";

/// Endings that hardly any given name has.
const FAMILY_ENDINGS: &str = "\
    ов ова ев ева ский ская цкий цкая ски ска цки цка ской енко чук щук ых дзе швили ov ova ev eva \
    ski ska sky skaya";

/// Endings that many family names and some given names have (Никитин and Веселин).
const DOUBTFUL_ENDINGS: &str = "\
    ин ина ын ына юк их ян";

const PATRONYMIC_ENDINGS: &str = "\
    ович евич ич овна евна ична инична ovich evich ovna evna";

/// Words that belong to the family name after them.
const PARTICLES: &str = "\
    van von de da di del della der den la le ten ter dos du el бен ван фон де";

/// Splits a whole name. What stands before a comma is the family name; a patronymic or a Bulgarian middle
/// name is known by its ending; failing all that, the last word is the family name.
pub(crate) fn split(whole: &str) -> Name {
    if let Some((family, rest)) = whole.split_once(',') {
        let (family, rest) = (words(family), words(rest));
        if !family.is_empty() && !rest.is_empty() {
            return match rest.split_last() {
                Some((last, given)) if !given.is_empty() && is_patronymic(last) => {
                    Name::new(given, &[last], &family)
                }
                _ => Name::new(&rest, &[], &family),
            };
        }
    }
    let words = words(whole.trim_end_matches(','));
    match words[..] {
        [] => Name::default(),
        [only] if family_likeness(only) == 2 => Name::new(&[], &[], &[only]),
        [only] => Name::new(&[only], &[], &[]),
        [first, second] => split_two(first, second),
        [first, second, third] => split_three(first, second, third).unwrap_or_else(|| split_many(&words)),
        _ => split_many(&words),
    }
}

/// A patronymic such as Петрович, Ивановна, Ильинична, or one with оглы, кызы.
pub(crate) fn is_patronymic(word: &str) -> bool {
    ends(word, PATRONYMIC_ENDINGS, 3) || is_son_or_daughter(word)
}

fn is_son_or_daughter(word: &str) -> bool {
    matches!(text::fold(word).as_str(), "оглы" | "кызы" | "оглу")
}

fn split_two<'a>(first: &'a str, second: &'a str) -> Name {
    if is_patronymic(second) && !is_family(second) && !is_family(first) {
        Name::new(&[first], &[second], &[])
    } else if family_likeness(first) > family_likeness(second) {
        Name::new(&[second], &[], &[first])
    } else {
        Name::new(&[first], &[], &[second])
    }
}

fn split_three<'a>(first: &'a str, second: &'a str, third: &'a str) -> Option<Name> {
    let family_first = || Name::new(&[second], &[third], &[first]);
    let family_last = || Name::new(&[first], &[second], &[third]);
    if is_patronymic(second) {
        Some(family_last())
    } else if is_patronymic(third) {
        Some(family_first())
    } else if is_bulgarian_middle(second) && is_family(third) {
        Some(family_last())
    } else if is_family(first) && !is_family(second) && is_bulgarian_middle(third) {
        Some(family_first())
    } else {
        None
    }
}

/// Four words and more, and three that no ending explains: a patronymic splits the name, a particle
/// begins the family name, else it is the last word.
fn split_many(words: &[&str]) -> Name {
    if let Some(at) = words.iter().position(|w| is_patronymic(w)).filter(|at| *at > 0) {
        // "Гасан оглы": the son of Гасан.
        let from = if is_son_or_daughter(words[at]) && at > 1 {
            at - 1
        } else {
            at
        };
        let (before, patronymic, after) = (&words[..from], &words[from..=at], &words[at + 1..]);
        return match before.split_first() {
            Some((family, given)) if after.is_empty() && !given.is_empty() => {
                Name::new(given, patronymic, &[family])
            }
            _ => Name::new(before, patronymic, after),
        };
    }
    let particle = words
        .iter()
        .position(|w| is_among(&text::fold(w), PARTICLES))
        .filter(|at| (1..words.len() - 1).contains(at));
    let family = particle.unwrap_or(words.len() - 1);
    Name::new(&words[..family], &[], &words[family..])
}

fn words(text: &str) -> Vec<&str> {
    text.split_whitespace().collect()
}

/// How much a word looks like a family name: 0 not at all, 1 perhaps, 2 surely.
fn family_likeness(word: &str) -> u8 {
    if is_among(&text::fold(word), GIVEN_LIKE_FAMILY) {
        0
    } else if ends(word, FAMILY_ENDINGS, 2) {
        2
    } else {
        u8::from(ends(word, DOUBTFUL_ENDINGS, 2))
    }
}

fn is_family(word: &str) -> bool {
    family_likeness(word) > 0
}

/// Bulgarian middle names end like the sure family names.
fn is_bulgarian_middle(word: &str) -> bool {
    family_likeness(word) == 2
}

fn is_among(word: &str, words: &str) -> bool {
    words.split(' ').any(|other| other == word)
}

/// Ends the word so, with at least `stem` letters before?
fn ends(word: &str, endings: &str, stem: usize) -> bool {
    let word = word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    endings.split(' ').any(|ending| {
        word.strip_suffix(ending)
            .is_some_and(|before| before.chars().count() >= stem)
    })
}

/// Is this the name of a company rather than of a person? Told by its legal form, first or last.
pub(crate) fn is_company(name: &str) -> bool {
    const FORMS: &str = "\
        ооо оао зао пао ао ип чп тоо оод еоод ад еад ет сд дззд gmbh ltd llc inc corp corporation plc ag \
        kg ug bv nv srl sarl sas oy ood eood";
    let is_form = |word: &str| {
        let word: String = word.chars().filter(|c| c.is_alphanumeric()).collect();
        is_among(&word, FORMS)
    };
    let folded = text::fold(name);
    match words(&folded)[..] {
        [first, .., last] => is_form(first) || is_form(last),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fall_into_their_parts() {
        for (whole, given, patronymic, family) in [
            ("", "", "", ""),
            ("Мария", "Мария", "", ""),
            ("Иванова", "", "", "Иванова"),
            ("Веселин Илиев", "Веселин", "", "Илиев"),
            ("Иванова Веселина", "Веселина", "", "Иванова"),
            ("Никитина Галина", "Галина", "", "Никитина"),
            ("Мария Иванова", "Мария", "", "Иванова"),
            ("Иванова Мария", "Мария", "", "Иванова"),
            ("Марина Иванова", "Марина", "", "Иванова"),
            ("Иванова Марина", "Марина", "", "Иванова"),
            ("Лев Толстой", "Лев", "", "Толстой"),
            ("Анна Петровна", "Анна", "Петровна", ""),
            ("Иванова Мария Петровна", "Мария", "Петровна", "Иванова"),
            ("Мария Петровна Иванова", "Мария", "Петровна", "Иванова"),
            ("Роман Аркадьевич Абрамович", "Роман", "Аркадьевич", "Абрамович"),
            ("Ильин Илья Ильич", "Илья", "Ильич", "Ильин"),
            ("Никитина Ольга Никитична", "Ольга", "Никитична", "Никитина"),
            (
                "Иванова-Петрова Анна-Мария Львовна",
                "Анна-Мария",
                "Львовна",
                "Иванова-Петрова",
            ),
            ("Мария Петрова Иванова", "Мария", "Петрова", "Иванова"),
            ("Иван Стоянов Вазовски", "Иван", "Стоянов", "Вазовски"),
            (
                "Мария Петрова Ангелова-Димитрова",
                "Мария",
                "Петрова",
                "Ангелова-Димитрова",
            ),
            ("Иванова Мария Петрова", "Мария", "Петрова", "Иванова"),
            ("Ivan Petrov Stoyanov", "Ivan", "Petrov", "Stoyanov"),
            ("John Doe", "John", "", "Doe"),
            ("Anna Maria Schmidt", "Anna Maria", "", "Schmidt"),
            ("Ludwig van Beethoven", "Ludwig", "", "van Beethoven"),
            ("Maria de la Cruz", "Maria", "", "de la Cruz"),
            ("Doe, John", "John", "", "Doe"),
            ("Иванова, Мария Петровна", "Мария", "Петровна", "Иванова"),
            ("Doe,", "Doe", "", ""),
            ("Алиев Рашид Гасан оглы", "Рашид", "Гасан оглы", "Алиев"),
            ("Рашид Гасан оглы Алиев", "Рашид", "Гасан оглы", "Алиев"),
            ("최신일", "최신일", "", ""),
        ] {
            let name = split(whole);
            assert_eq!(
                (&*name.given, &*name.patronymic, &*name.family),
                (given, patronymic, family),
                "{whole}"
            );
        }
    }

    #[test]
    fn companies_are_known_by_their_legal_form() {
        for name in [
            "ООО «Ромашка»",
            "Ателие Ирис ЕООД",
            "ЕТ „Мария“",
            "Dummy GmbH",
            "Acme, Inc.",
        ] {
            assert!(is_company(name), "{name}");
        }
        for name in ["Мария Иванова", "Аделина Етова", "Inc", "Ад", "IBM"] {
            assert!(!is_company(name), "{name}");
        }
    }
}
