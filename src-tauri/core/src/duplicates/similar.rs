//! Who may be the same client: by what they share, and by what they are called.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};
use std::hash::{BuildHasher, Hasher, RandomState};

use clientele_model::text::fold;
use clientele_model::{ClientDraft, ClientId, ClientKind, RowId, phone};
use rusqlite::Connection;

use super::store::{self, Named, Shared};
use super::{Duplicate, DuplicateList, Suspect, Why};
use crate::book::Book;
use crate::clients::{self, Sight};
use crate::{Result, search, settings};

/// A value that more cards share than this is an office's, a family's or a filler's: it joins only those who are
/// called alike.
const GROUP_MAX: usize = 8;

/// A name that more cards bear than this says nothing.
const NAMESAKES_MAX: usize = 8;

/// Names of fewer letters are not compared with slips: too many differ by one.
const SLIP_CHARS_MIN: usize = 8;

/// Pairs that are ranked; whoever has more works through these first.
const PAIRS_MAX: usize = 20_000;

/// The likeliest pairs of this book.
///
/// # Errors
/// What SQLite says.
pub fn list(conn: &Connection, limit: u32, sight: Sight) -> Result<DuplicateList> {
    let country = settings::load(conn)?.country;
    let cards = store::named(conn, sight)?;
    let keys: Vec<String> = cards.iter().map(Named::key).collect();
    let pairs = pairs(conn, &cards, &keys)?;
    let mut ranked: Vec<((usize, usize), Vec<Why>)> = pairs
        .into_iter()
        .map(|(pair, why)| (pair, why.into_iter().collect()))
        .collect();
    let recency = |pair: &(usize, usize)| cards[pair.0].last_contact_at.max(cards[pair.1].last_contact_at);
    ranked.sort_by_cached_key(|(pair, why)| {
        (
            Reverse((score(why), recency(pair))),
            cards[pair.0].id,
            cards[pair.1].id,
        )
    });
    let total = u32::try_from(ranked.len()).unwrap_or(u32::MAX);
    let mut rows = Vec::new();
    for ((one, other), why) in ranked.into_iter().take(limit.clamp(1, 500) as usize) {
        let in_use = |at: usize| {
            (
                cards[at].last_contact_at,
                Reverse(cards[at].created_at),
                Reverse(cards[at].id),
            )
        };
        let (keep, gone) = if in_use(one) >= in_use(other) {
            (one, other)
        } else {
            (other, one)
        };
        let shown = |at: usize| store::suspect(conn, cards[at].id.into(), &country);
        if let (Some(keep), Some(gone)) = (shown(keep)?, shown(gone)?) {
            rows.push(Duplicate { keep, gone, why });
        }
    }
    Ok(DuplicateList { total, rows })
}

fn score(why: &[Why]) -> u32 {
    let one = |why: &Why| match why {
        Why::CardNumber => 5,
        Why::Phone | Why::Email => 4,
        Why::SameName => 3,
        Why::SimilarName => 2,
    };
    why.iter().map(one).sum()
}

type Pairs = HashMap<(usize, usize), BTreeSet<Why>>;

/// Every pair that something speaks for, by places in `cards`.
fn pairs(conn: &Connection, cards: &[Named], keys: &[String]) -> Result<Pairs> {
    let places: HashMap<RowId, usize> = cards.iter().zip(0..).map(|(card, at)| (card.id, at)).collect();
    let mut pairs = Pairs::new();
    for (what, why) in [
        (Shared::CardNumber, Why::CardNumber),
        (Shared::Phone, Why::Phone),
        (Shared::Email, Why::Email),
    ] {
        for group in store::sharing(conn, what)? {
            let group: Vec<usize> = group.iter().filter_map(|id| places.get(id).copied()).collect();
            let few = group.len() <= GROUP_MAX;
            for pair in every_two(&group) {
                if few || alike(&keys[pair.0], &keys[pair.1]).is_some() {
                    note(&mut pairs, pair, why);
                }
            }
        }
    }
    for (pair, why) in called_alike(keys) {
        note(&mut pairs, pair, why);
    }
    // Whom something else joins is told also by name, though many bear it.
    for (pair, why) in &mut pairs {
        why.extend(alike(&keys[pair.0], &keys[pair.1]));
        if why.contains(&Why::SameName) {
            why.remove(&Why::SimilarName);
        }
    }
    let dismissed = store::dismissed(conn)?;
    pairs.retain(|pair, why| {
        let (one, other) = (&cards[pair.0], &cards[pair.1]);
        let by_name_alone = why
            .iter()
            .all(|why| matches!(why, Why::SameName | Why::SimilarName));
        let differ = one.kind != other.kind
            || (!one.birthday.is_empty() && !other.birthday.is_empty() && one.birthday != other.birthday);
        let told_apart = dismissed.contains(&(one.id.min(other.id), one.id.max(other.id)));
        !(told_apart || by_name_alone && differ)
    });
    Ok(pairs)
}

fn note(pairs: &mut Pairs, pair: (usize, usize), why: Why) {
    if pairs.len() < PAIRS_MAX || pairs.contains_key(&pair) {
        pairs.entry(pair).or_default().insert(why);
    }
}

/// Every two of a group, the smaller place first.
fn every_two(group: &[usize]) -> impl Iterator<Item = (usize, usize)> {
    let others = |at: usize| group.iter().skip(at + 1);
    (0..group.len())
        .flat_map(move |at| others(at).map(move |other| (group[at].min(*other), group[at].max(*other))))
}

/// Pairs of names that are the same, or differ by a slip. Names with one letter left out meet under the same hash: two
/// that differ by one letter left out, put in, put for another or changed places with its neighbour have one such form in
/// common, or are it (as in SymSpell by W. Garbe).
fn called_alike(keys: &[String]) -> Vec<((usize, usize), Why)> {
    let hasher = RandomState::new();
    let mut forms: Vec<(u64, u32)> = Vec::new();
    for (key, at) in keys.iter().zip(0u32..) {
        if key.is_empty() || !key.contains(' ') {
            continue;
        }
        forms.push((hash(&hasher, key.chars()), at));
        let letters: Vec<char> = key.chars().collect();
        if letters.len() >= SLIP_CHARS_MIN {
            for left_out in 0..letters.len() {
                let form = letters.iter().enumerate().filter(|(i, _)| *i != left_out);
                forms.push((hash(&hasher, form.map(|(_, letter)| *letter)), at));
            }
        }
    }
    forms.sort_unstable();
    forms.dedup();
    let mut found = Vec::new();
    for group in forms.chunk_by(|one, other| one.0 == other.0) {
        if group.len() < 2 || group.len() > 4 * NAMESAKES_MAX {
            continue;
        }
        let group: Vec<usize> = group.iter().map(|(_, at)| *at as usize).collect();
        for (one, other) in every_two(&group) {
            found.extend(alike(&keys[one], &keys[other]).map(|why| ((one, other), why)));
        }
    }
    let mut namesakes: HashMap<&str, usize> = HashMap::new();
    for key in keys {
        *namesakes.entry(key).or_default() += 1;
    }
    let few = |at: usize| {
        namesakes
            .get(keys[at].as_str())
            .is_none_or(|count| *count <= NAMESAKES_MAX)
    };
    found.retain(|((one, other), _)| few(*one) && few(*other));
    found
}

fn hash(hasher: &RandomState, letters: impl Iterator<Item = char>) -> u64 {
    let mut state = hasher.build_hasher();
    letters.for_each(|letter| state.write_u32(letter.into()));
    state.finish()
}

/// Are two names, in the form in which they are compared, the same or a slip apart?
fn alike(one: &str, other: &str) -> Option<Why> {
    if one.is_empty() || other.is_empty() {
        None
    } else if one == other {
        Some(Why::SameName)
    } else {
        is_slip(one, other).then_some(Why::SimilarName)
    }
}

/// Is one name the other with one letter left out, put in, put for another, or changed places with its neighbour
/// (Damerau 1964)?
fn is_slip(one: &str, other: &str) -> bool {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let (short, long) = if one.len() <= other.len() {
        (one, other)
    } else {
        (other, one)
    };
    if short.len() < SLIP_CHARS_MIN || long.len() > short.len() + 1 {
        return false;
    }
    let same = short
        .iter()
        .zip(&long)
        .take_while(|(one, other)| one == other)
        .count();
    let (short, long) = (&short[same..], &long[same..]);
    if long.len() > short.len() {
        return short == &long[1..];
    }
    match (short, long) {
        ([_, rest @ ..], [_, other @ ..]) if rest == other => true,
        ([a, b, rest @ ..], [c, d, other @ ..]) => a == d && b == c && rest == other,
        _ => false,
    }
}

impl Named {
    fn key(&self) -> String {
        key(self.kind, &self.given, &self.family, &self.company)
    }
}

/// The form in which names are compared: the words in Latin letters, coarsely, in one order.
fn key(kind: ClientKind, given: &str, family: &str, company: &str) -> String {
    let name = match kind {
        ClientKind::Person => format!("{family} {given}"),
        ClientKind::Company => company.to_owned(),
    };
    let folded = fold(&name);
    let mut words: Vec<String> = folded
        .split(|c: char| !c.is_alphanumeric())
        .map(latin)
        .filter(|word| !word.is_empty())
        .collect();
    words.sort_unstable();
    words.join(" ")
}

/// A folded word as it sounds, in Latin letters: Юлия, Yulia, Iuliia and Julija are one.
fn latin(word: &str) -> String {
    let mut out = String::with_capacity(word.len());
    for c in word.chars() {
        out.push_str(match c {
            'а' | 'ъ' => "a",
            'б' => "b",
            'в' | 'w' => "v",
            'г' => "g",
            'д' => "d",
            'е' | 'э' => "e",
            'ж' => "zh",
            'з' => "z",
            'и' | 'й' | 'ы' | 'y' | 'j' | 'і' | 'ї' => "i",
            'к' | 'q' => "k",
            'л' => "l",
            'м' => "m",
            'н' => "n",
            'о' => "o",
            'п' => "p",
            'р' => "r",
            'с' => "s",
            'т' => "t",
            'у' => "u",
            'ф' => "f",
            'х' => "h",
            'ц' => "ts",
            'ч' => "ch",
            'ш' => "sh",
            'щ' => "sht",
            'ь' => "",
            'ю' => "iu",
            'я' => "ia",
            'x' => "ks",
            other => {
                out.push(other);
                continue;
            }
        });
    }
    for (many, one) in [
        ("shch", "sht"),
        ("kh", "h"),
        ("tz", "ts"),
        ("ph", "f"),
        ("ou", "u"),
        ("ie", "e"),
    ] {
        if out.contains(many) {
            out = out.replace(many, one);
        }
    }
    let mut letters: Vec<char> = out.chars().collect();
    letters.dedup();
    letters.into_iter().collect()
}

/// Who may be the client that somebody is typing, the likeliest first.
///
/// # Errors
/// What SQLite says.
pub fn of_draft(
    book: &Book,
    draft: &ClientDraft,
    except: Option<ClientId>,
    limit: usize,
) -> Result<Vec<(Suspect, Vec<Why>)>> {
    let country = book.read(settings::load)?.country;
    let own = key(
        draft.kind,
        &draft.given_name,
        &draft.family_name,
        &draft.company_name,
    );
    let named = if own.contains(' ') {
        by_name(book, draft, &country)?
    } else {
        BTreeSet::new()
    };
    book.read(|conn| {
        let mut found: HashMap<ClientId, BTreeSet<Why>> = HashMap::new();
        let mut note = |ids: Vec<ClientId>, why: Why| {
            for id in ids {
                found.entry(id).or_default().insert(why);
            }
        };
        let who = |found: Vec<(String, ClientId)>| found.into_iter().map(|(_, id)| id).collect();
        let phones = draft.phones.iter();
        let phones: Vec<_> = phones
            .filter_map(|phone| phone::to_e164(&phone.typed, &country))
            .collect();
        note(who(clients::by_phones(conn, &phones)?), Why::Phone);
        let emails = draft
            .emails
            .iter()
            .map(|email| email.address.trim().to_ascii_lowercase());
        let emails: Vec<_> = emails.filter(|address| !address.is_empty()).collect();
        note(who(clients::by_emails(conn, &emails)?), Why::Email);
        note(
            store::by_card_number(conn, draft.card_number.trim())?,
            Why::CardNumber,
        );
        for id in named {
            let card = clients::load_own(conn, id)?;
            let theirs = key(card.kind, &card.given_name, &card.family_name, &card.company_name);
            if let Some(why) = alike(&own, &theirs) {
                note(vec![id], why);
            }
        }
        let except = except.map_or(Ok(None), |id| clients::home(conn, id).map(Some))?;
        let mut all: Vec<(ClientId, Vec<Why>)> = found
            .into_iter()
            .filter(|(id, _)| Some(*id) != except)
            .map(|(id, why)| (id, why.into_iter().collect()))
            .collect();
        all.sort_by_key(|(id, why)| (Reverse(score(why)), *id));
        let mut shown = Vec::new();
        for (id, why) in all.into_iter().take(limit) {
            shown.extend(store::suspect(conn, id, &country)?.map(|suspect| (suspect, why)));
        }
        Ok(shown)
    })
}

/// Cards that are called so, or nearly.
fn by_name(book: &Book, draft: &ClientDraft, country: &str) -> Result<BTreeSet<ClientId>> {
    const LOOKED_AT_MAX: u8 = 20;
    let (given, family) = (fold(&draft.given_name), fold(&draft.family_name));
    let names = match draft.kind {
        ClientKind::Company => vec![fold(&draft.company_name)],
        ClientKind::Person => vec![format!("{family} {given}"), format!("{given} {family}")],
    };
    let mut all = BTreeSet::new();
    for name in &names {
        let begin_so = book.read(|conn| store::beginning_with(conn, name.trim(), LOOKED_AT_MAX.into()))?;
        all.extend(begin_so);
        let hits = search::search(book, name, LOOKED_AT_MAX.into(), country)?;
        all.extend(hits.into_iter().map(|hit| hit.id));
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_sounds_the_same_in_either_alphabet_and_in_any_order() {
        let person = |given: &str, family: &str| key(ClientKind::Person, given, family, "");
        for (one, other) in [
            (person("Юлия", "Иванова"), person("Yulia", "Ivanova")),
            (person("Юлия", "Иванова"), person("Iuliia", "Ivanova")),
            (person("Щерьо", "Цветков"), person("Shtero", "Tsvetkov")),
            (person("Елена", "Жукова"), person("Yelena", "Zhukova")),
            (person("Анна", "Михайлова"), person("Михайлова", "Анна")),
            (
                person("Екатерина", "Хрусталева"),
                person("Ekaterina", "Khrustalyova").replace("io", "e"),
            ),
        ] {
            assert_eq!(alike(&one, &other), Some(Why::SameName), "{one} | {other}");
        }
    }

    #[test]
    fn one_slip_is_one_slip_and_two_are_two() {
        for (one, other, slip) in [
            ("ivanova maria", "ivanova mari", true),
            ("ivanova maria", "ivanova marai", true),
            ("ivanova maria", "ivanova marria", true),
            ("ivanova maria", "ivamova maria", true),
            ("ivanova maria", "ivanov mari", false),
            ("ivanova maria", "petrova maria", false),
            ("ivan li", "ivan lo", false),
        ] {
            assert_eq!(is_slip(one, other), slip, "{one} | {other}");
            assert_eq!(is_slip(other, one), slip, "{other} | {one}");
        }
    }

    #[test]
    fn slips_are_found_among_many_as_one_by_one() {
        let names = [
            "anna ivanova",
            "ana ivanova",
            "anna ivanoav",
            "boris petrov",
            "anna ivanova",
            "borsi petrov",
        ];
        let keys: Vec<String> = names.map(str::to_owned).to_vec();
        let mut found: Vec<_> = called_alike(&keys).into_iter().map(|(pair, _)| pair).collect();
        found.sort_unstable();
        found.dedup();
        let places: Vec<usize> = (0..keys.len()).collect();
        let due: Vec<_> = every_two(&places)
            .filter(|(one, other)| alike(&keys[*one], &keys[*other]).is_some())
            .collect();
        assert_eq!(found, due);
        assert_eq!(due.len(), 6);
    }
}
