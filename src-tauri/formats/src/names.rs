//! Splitting a whole name into given name, patronymic and family name.
//!
//! No list of names can be complete, so this goes by the endings that Russian and Bulgarian names
//! have, and by the order of the words where endings say nothing.

use std::collections::HashSet;
use std::sync::LazyLock;

use clientele_model::text;

/// A name in its parts; parts that are not there are empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Name {
    pub(crate) given: String,
    pub(crate) patronymic: String,
    pub(crate) family: String,
}

impl Name {
    fn new(given: &[Word], patronymic: &[Word], family: &[Word]) -> Self {
        let join = |words: &[Word]| words.iter().map(|word| word.text).collect::<Vec<_>>().join(" ");
        Self {
            given: join(given),
            patronymic: join(patronymic),
            family: join(family),
        }
    }
}

/// Given names that end like family names.
static GIVEN_LIKE_FAMILY: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    list(
        "алевтина алина ангелина антонина арина бориска валентин валентина васка вениамин галина \
         дарина дина ева евелина екатерина елина еленко жасмина ирина калин калина карина каролина \
         катерина константин кристин кристина лев лина магдалина марин марина мартин мартина невенко \
         николина нина павлин павлина параскев полина пров регина росина роска руска сабина светлин \
         светлина стоян тоска христина цветелина эвелина яков янина eva irina marina polina galina \
         kristina martina nina karina alina katerina ekaterina valentina angelina carolina",
    )
});

/// Endings that hardly any given name has.
static FAMILY_ENDINGS: LazyLock<Vec<&str>> = LazyLock::new(|| {
    list(
        "ов ова ев ева ский ская цкий цкая ски ска цки цка ской енко чук щук ых дзе швили ov ova ev \
         eva ski ska sky skaya",
    )
});

/// Endings that many family names and some given names have (Никитин and Веселин).
static DOUBTFUL_ENDINGS: LazyLock<Vec<&str>> = LazyLock::new(|| list("ин ина ын ына юк их ян"));

static PATRONYMIC_ENDINGS: LazyLock<Vec<&str>> =
    LazyLock::new(|| list("ович евич ич овна евна ична инична ovich evich ovna evna"));

/// Words that belong to the family name after them.
static PARTICLES: LazyLock<HashSet<&str>> =
    LazyLock::new(|| list("van von de da di del della der den la le ten ter dos du el бен ван фон де"));

fn list<T: FromIterator<&'static str>>(words: &'static str) -> T {
    words.split(' ').collect()
}

/// A word of a name and what its ending says.
#[derive(Clone, Copy)]
struct Word<'w> {
    text: &'w str,
    /// Петрович, Ивановна, Ильинична, and оглы or кызы.
    is_patronymic: bool,
    is_son_or_daughter: bool,
    /// How much it looks like a family name: 0 not at all, 1 perhaps, 2 surely.
    family: u8,
}

impl<'w> Word<'w> {
    fn new(text: &'w str) -> Self {
        let folded = text::fold(text);
        let plain = folded.trim_matches(|c: char| !c.is_alphanumeric());
        let is_son_or_daughter = matches!(plain, "оглы" | "кызы" | "оглу");
        let family = if GIVEN_LIKE_FAMILY.contains(plain) {
            0
        } else if ends(plain, &FAMILY_ENDINGS, 2) {
            2
        } else {
            u8::from(ends(plain, &DOUBTFUL_ENDINGS, 2))
        };
        Self {
            text,
            is_patronymic: is_son_or_daughter || ends(plain, &PATRONYMIC_ENDINGS, 3),
            is_son_or_daughter,
            family,
        }
    }
}

/// Splits a whole name. What stands before a comma is the family name; a patronymic or a Bulgarian middle
/// name is known by its ending; failing all that, the last word is the family name.
pub(crate) fn split(whole: &str) -> Name {
    if let Some((family, rest)) = whole.split_once(',') {
        let (family, rest) = (words(family), words(rest));
        if !family.is_empty() && !rest.is_empty() {
            return match rest.split_last() {
                Some((last, given)) if !given.is_empty() && last.is_patronymic => {
                    Name::new(given, &[*last], &family)
                }
                _ => Name::new(&rest, &[], &family),
            };
        }
    }
    let words = words(whole.trim_end_matches(','));
    match words[..] {
        [] => Name::default(),
        [only] if only.family == 2 => Name::new(&[], &[], &[only]),
        [only] => Name::new(&[only], &[], &[]),
        [first, second] => split_two(first, second),
        [first, second, third] => split_three(first, second, third).unwrap_or_else(|| split_many(&words)),
        _ => split_many(&words),
    }
}

fn split_two(first: Word, second: Word) -> Name {
    if second.is_patronymic && second.family == 0 && first.family == 0 {
        Name::new(&[first], &[second], &[])
    } else if first.family > second.family {
        Name::new(&[second], &[], &[first])
    } else {
        Name::new(&[first], &[], &[second])
    }
}

fn split_three(first: Word, second: Word, third: Word) -> Option<Name> {
    let family_first = || Name::new(&[second], &[third], &[first]);
    let family_last = || Name::new(&[first], &[second], &[third]);
    // Bulgarian middle names end like the sure family names.
    if second.is_patronymic {
        Some(family_last())
    } else if third.is_patronymic {
        Some(family_first())
    } else if second.family == 2 && third.family > 0 {
        Some(family_last())
    } else if first.family > 0 && second.family == 0 && third.family == 2 {
        Some(family_first())
    } else {
        None
    }
}

/// Four words and more, and three that no ending explains: a patronymic splits the name, a particle
/// begins the family name, else it is the last word.
fn split_many(words: &[Word]) -> Name {
    if let Some(at) = words.iter().position(|w| w.is_patronymic).filter(|at| *at > 0) {
        // "Гасан оглы": the son of Гасан.
        let from = at - usize::from(words[at].is_son_or_daughter && at > 1);
        let (before, patronymic, after) = (&words[..from], &words[from..=at], &words[at + 1..]);
        return match before.split_first() {
            Some((family, given)) if after.is_empty() && !given.is_empty() => {
                Name::new(given, patronymic, &[*family])
            }
            _ => Name::new(before, patronymic, after),
        };
    }
    let last = words.len() - 1;
    let particle = words
        .iter()
        .position(|w| PARTICLES.contains(text::fold(w.text).as_str()));
    let family = particle.filter(|at| (1..last).contains(at)).unwrap_or(last);
    Name::new(&words[..family], &[], &words[family..])
}

fn words(text: &str) -> Vec<Word<'_>> {
    text.split_whitespace().map(Word::new).collect()
}

/// Is one of these words a patronymic?
pub(crate) fn has_patronymic(words: &[&str]) -> bool {
    words.iter().any(|word| Word::new(word).is_patronymic)
}

/// Ends the word so, with at least `stem` letters before?
fn ends(word: &str, endings: &[&str], stem: usize) -> bool {
    endings.iter().any(|ending| {
        word.strip_suffix(ending)
            .is_some_and(|before| before.chars().count() >= stem)
    })
}

/// Is this the name of a company rather than of a person? Told by its legal form, first or last.
pub(crate) fn is_company(name: &str) -> bool {
    static FORMS: LazyLock<HashSet<&str>> = LazyLock::new(|| {
        list(
            "ооо оао зао пао ао ип чп тоо оод еоод ад еад ет сд дззд gmbh ltd llc inc corp \
             corporation plc ag kg ug bv nv srl sarl sas oy ood eood",
        )
    });
    let is_form = |word: &str| {
        let word: String = word.chars().filter(|c| c.is_alphanumeric()).collect();
        FORMS.contains(word.as_str())
    };
    let folded = text::fold(name);
    folded.split_once(' ').is_some_and(|(first, _)| is_form(first))
        || folded.rsplit_once(' ').is_some_and(|(_, last)| is_form(last))
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
