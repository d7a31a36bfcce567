//! The same name in two alphabets: Юлия, Yulia, Iuliia and Julia sound alike, and so they are found by one another.
//!
//! Every word is written down as it sounds, in Cyrillic letters without the distinctions that the usual Russian and
//! Bulgarian transliterations lose (й, и, ы; щ, шт; double letters). A word that stands in the book has one such
//! form, its likeliest; a word that is typed may have several, since a Latin c may be ц or к, and ъ is written a or u.

use std::sync::LazyLock;

/// Forms of one typed word that are sought.
const FORMS_MAX: usize = 16;

/// Letters in one form of a word that are read in another way than the likeliest.
const UNUSUAL_MAX: usize = 2;

/// Letters and what they may sound like, the likeliest first. The longest come first.
const LETTERS: &[(&str, &[&str])] = &[
    ("shch", &["шт"]),
    ("chr", &["хр", "кр"]),
    ("tch", &["ч", "тч"]),
    ("jou", &["жу", "иу", "джу"]),
    ("you", &["иу", "ио"]),
    ("sch", &["ш", "шт", "сч"]),
    ("dzh", &["дж"]),
    ("zh", &["ж"]),
    ("ch", &["ч"]),
    ("sh", &["ш"]),
    ("kh", &["х"]),
    ("ph", &["ф"]),
    ("th", &["т"]),
    ("ck", &["к"]),
    ("ts", &["ц"]),
    ("tz", &["ц"]),
    ("dj", &["дж"]),
    ("yu", &["иу"]),
    ("ju", &["иу", "жу", "джу"]),
    ("ya", &["иа"]),
    ("ja", &["иа", "жа", "джа"]),
    ("ye", &["е", "ие"]),
    ("je", &["е", "же", "дже"]),
    ("yo", &["ио", "е"]),
    ("jo", &["ио", "е", "жо", "джо"]),
    ("io", &["ио", "е"]),
    ("ou", &["у"]),
    ("oo", &["у", "о"]),
    ("ff", &["в", "ф"]),
    ("a", &["а"]),
    ("b", &["б"]),
    ("c", &["к", "ц"]),
    ("d", &["д"]),
    ("e", &["е"]),
    ("f", &["ф"]),
    ("g", &["г"]),
    ("h", &["х"]),
    ("i", &["и"]),
    ("j", &["ж", "и", "дж"]),
    ("k", &["к"]),
    ("l", &["л"]),
    ("m", &["м"]),
    ("n", &["н"]),
    ("o", &["о"]),
    ("p", &["п"]),
    ("q", &["к"]),
    ("r", &["р"]),
    ("s", &["с"]),
    ("t", &["т"]),
    ("u", &["у", "а"]),
    ("v", &["в"]),
    ("w", &["в"]),
    ("x", &["кс", "х"]),
    ("y", &["и", "а"]),
    ("z", &["з", "ц"]),
    ("тс", &["ц"]),
    ("оу", &["у"]),
    ("йе", &["е"]),
    ("ье", &["е"]),
    ("ьо", &["ио"]),
    ("ъе", &["е"]),
    ("ъю", &["иу"]),
    ("ъя", &["иа"]),
    ("й", &["и"]),
    ("ы", &["и"]),
    ("і", &["и"]),
    ("е", &["е", "ио"]),
    ("э", &["е"]),
    ("є", &["е"]),
    ("ґ", &["г"]),
    ("ю", &["иу"]),
    ("я", &["иа"]),
    ("щ", &["шт"]),
    ("ц", &["ц", "к"]),
    ("ъ", &["а", "у", ""]),
    ("ь", &[""]),
    ("'", &[""]),
    ("’", &[""]),
    ("`", &[""]),
];

/// Letters and their sounds.
type Listed = &'static (&'static str, &'static [&'static str]);

/// [`LETTERS`] by their first one.
static BY_FIRST: LazyLock<Vec<Vec<Listed>>> = LazyLock::new(|| {
    let mut by_first = vec![Vec::new(); 256];
    for listed in LETTERS {
        by_first[place_of(listed.0)].push(listed);
    }
    by_first
});

/// Where in [`BY_FIRST`] to look; several letters may share a place.
fn place_of(word: &str) -> usize {
    match word.chars().next() {
        Some(c) if c.is_ascii() => c as usize,
        Some(c) => 128 + (c as usize & 127),
        None => 0,
    }
}

/// Reads the letters at the beginning of a word: how many bytes they are, and what they may sound like. Letters that
/// are not listed sound as they are written.
fn read(word: &str) -> (usize, &'static [&'static str]) {
    let mut listed = BY_FIRST[place_of(word)].iter();
    let listed = listed.find(|(letters, _)| word.starts_with(letters));
    let one = || word.chars().next().map_or(1, char::len_utf8);
    listed.map_or_else(|| (one(), &[][..]), |(letters, sounds)| (letters.len(), *sounds))
}

/// Adds a sound: what is the same twice in a row is heard once.
fn hear(heard: &mut String, sound: &str) {
    for c in sound.chars() {
        if !heard.ends_with(c) {
            heard.push(c);
        }
    }
}

/// How a word that stands in the book sounds.
pub(crate) fn of_written(word: &str) -> String {
    let mut heard = String::with_capacity(word.len());
    let mut at = 0;
    while at < word.len() {
        let (length, sounds) = read(&word[at..]);
        hear(&mut heard, sounds.first().unwrap_or(&&word[at..at + length]));
        at += length;
    }
    heard
}

/// What a typed word may sound like, the likeliest first.
pub(crate) fn of_typed(word: &str) -> Vec<String> {
    let mut forms = vec![(String::with_capacity(2 * word.len()), 0)];
    let mut at = 0;
    while at < word.len() {
        let (length, sounds) = read(&word[at..]);
        let mut more = Vec::new();
        for (heard, unusual) in &mut forms {
            for sound in sounds.iter().skip(1) {
                if *unusual < UNUSUAL_MAX {
                    let mut other = heard.clone();
                    hear(&mut other, sound);
                    more.push((other, *unusual + 1));
                }
            }
            hear(heard, sounds.first().unwrap_or(&&word[at..at + length]));
        }
        more.truncate(FORMS_MAX.saturating_sub(forms.len()));
        forms.extend(more);
        at += length;
    }
    let mut known = std::collections::HashSet::new();
    let forms = forms.into_iter().map(|(heard, _)| heard);
    forms
        .filter(|heard| heard.chars().nth(1).is_some() && known.insert(heard.clone()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found_by(typed: &str, written: &str) -> bool {
        let sound = of_written(&clientele_model::text::fold(written));
        let typed = of_typed(&clientele_model::text::fold(typed));
        typed.iter().any(|form| sound.contains(form.as_str()))
    }

    #[test]
    fn names_are_found_in_the_other_alphabet_both_ways() {
        for (cyrillic, latin) in [
            ("Иванова", "Ivanova"),
            ("Юлия", "Yulia"),
            ("Юлия", "Iuliia"),
            ("Юлия", "Julia"),
            ("Мария", "Maria"),
            ("Мария", "Mariya"),
            ("Щерева", "Shtereva"),
            ("Щербаков", "Shcherbakov"),
            ("Хрущёв", "Khrushchev"),
            ("Хрущёв", "Khrushchyov"),
            ("Христо", "Hristo"),
            ("Христо", "Khristo"),
            ("Христо", "Christo"),
            ("Първанов", "Parvanov"),
            ("Първанов", "Purvanov"),
            ("Цветелина", "Tsvetelina"),
            ("Цветелина", "Cvetelina"),
            ("Ковалёв", "Kovalev"),
            ("Ковалёв", "Kovalyov"),
            ("Алёна", "Alyona"),
            ("Елена", "Yelena"),
            ("Андреев", "Andreyev"),
            ("Татьяна", "Tatyana"),
            ("Татьяна", "Tatiana"),
            ("Кръстьо", "Krastyo"),
            ("Йордан", "Yordan"),
            ("Йордан", "Jordan"),
            ("Сергей", "Sergey"),
            ("Сергей", "Sergei"),
            ("Дмитрий", "Dmitry"),
            ("Дмитрий", "Dmitriy"),
            ("Георги", "Georgy"),
            ("Жуков", "Zhukov"),
            ("Жуков", "Joukov"),
            ("Живко", "Jivko"),
            ("Чайка", "Chayka"),
            ("Чайка", "Chaika"),
            ("Владимир", "Wladimir"),
            ("Иванов", "Ivanoff"),
            ("Александар", "Alexandar"),
            ("Мещеряков", "Meshcheryakov"),
            ("Эдуард", "Eduard"),
            ("Объедков", "Obedkov"),
            ("Филип", "Philip"),
        ] {
            assert!(found_by(latin, cyrillic), "{latin} does not find {cyrillic}");
            assert!(found_by(cyrillic, latin), "{cyrillic} does not find {latin}");
        }
    }

    #[test]
    fn as_it_is_typed_letter_by_letter_it_is_found_too() {
        for (typed, written) in [
            ("ivan", "Иванова"),
            ("anova", "Иванова"),
            ("tsve", "Цветелина"),
            ("укоv", "Жуков"),
        ] {
            assert!(found_by(typed, written), "{typed}, {written}");
        }
        assert!(!found_by("petr", "Иванова"));
        assert!(!found_by("иванова", "Petrova"));
    }

    #[test]
    fn what_may_be_heard_in_many_ways_is_bounded() {
        for typed in ["cucucucucucucucucu", "ъъъъъъъъ", "еееееее", "'''", "y"] {
            let forms = of_typed(typed);
            assert!(forms.len() <= FORMS_MAX, "{typed}: {forms:?}");
        }
        assert!(of_typed("'''").is_empty());
    }
}
