//! What each column of a table means: by its header, and where that says nothing, by its cells.

pub(crate) mod contents;
pub(crate) mod programs;
pub(crate) mod words;

use clientele_model::text;

use crate::Column;
use contents::Contents;
use words::Meaning;

/// The words of a header in the form in which they are looked up: `FirstName_2` becomes `first name`.
pub(crate) fn fold_header(header: &str) -> String {
    let mut spaced = String::with_capacity(header.len());
    let mut before = ' ';
    for c in header.chars() {
        if before.is_lowercase() && c.is_uppercase() {
            spaced.push(' ');
        }
        spaced.push(if c.is_alphabetic() { c } else { ' ' });
        before = c;
    }
    text::fold(&spaced)
}

/// What this header says on its own.
pub(crate) fn meaning(header: &str) -> Option<Meaning> {
    if header.len() > 200 {
        return None;
    }
    if matches!(header.trim(), "№" | "#") {
        return Some(Meaning::Is(Column::Ignore));
    }
    // "Phone 1 - Type" of Google labels the next column; "E-mail Type" of Outlook is of no use.
    if let Some((thing, "Type" | "Label")) = header.split_once(" - ") {
        let column = match fold_header(thing).as_str() {
            "phone" => Some(Column::PhoneLabel),
            "e mail" | "email" => Some(Column::EmailLabel),
            "address" => Some(Column::AddressLabel),
            _ => None,
        };
        if let Some(column) = column {
            return Some(Meaning::Is(column));
        }
    }
    words::meaning(&fold_header(header))
}

/// What makes the label of an entry: the words of its header that do not merely say what it is.
pub(crate) fn label(header: &str) -> String {
    header
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty() && !word.bytes().all(|b| b.is_ascii_digit()))
        .filter(|word| fold_header(word).split(' ').any(|w| !words::is_generic(w)))
        .collect::<Vec<_>>()
        .join(" ")
}

/// Can a person be told by one of these columns?
pub(crate) fn are_useful(columns: &[Column]) -> bool {
    columns.iter().any(|column| {
        matches!(
            column,
            Column::FullName
                | Column::GivenName
                | Column::FamilyName
                | Column::CompanyName
                | Column::OtherName
                | Column::Phone
                | Column::Email
                | Column::Messenger
        )
    })
}

/// Guesses the meaning of every column. `headers` are empty texts where there are none; `rows` are the
/// first rows below them.
pub(crate) fn guess(headers: &[String], rows: &[Vec<&str>], country: &str) -> Vec<Column> {
    let meanings: Vec<Option<Meaning>> = headers.iter().map(|header| meaning(header)).collect();
    let contents: Vec<Contents> = (0..headers.len())
        .map(|at| Contents::of(rows.iter().filter_map(|row| row.get(at).copied()), country))
        .collect();
    let mut columns = by_headers(&meanings);
    for (at, column) in columns.iter_mut().enumerate() {
        *column = reconcile(
            *column,
            meanings[at].is_some(),
            !headers[at].trim().is_empty(),
            contents[at],
        );
    }
    if !columns
        .iter()
        .any(|c| matches!(c, Column::FullName | Column::GivenName | Column::FamilyName))
    {
        find_names(&mut columns, &meanings, &contents, rows);
    }
    columns
}

/// What the headers say, taken together.
fn by_headers(meanings: &[Option<Meaning>]) -> Vec<Column> {
    let has = |column| meanings.contains(&Some(Meaning::Is(column)));
    let name = match (has(Column::GivenName), has(Column::FamilyName)) {
        (true, false) => Column::FamilyName,
        (false, true) => Column::GivenName,
        _ => Column::FullName,
    };
    let birth_day = if has(Column::BirthMonth) {
        Column::BirthDay
    } else {
        Column::Birthday
    };
    meanings
        .iter()
        .map(|meaning| match meaning {
            Some(Meaning::Is(column)) => *column,
            Some(Meaning::Name) => name,
            Some(Meaning::BirthDay) => birth_day,
            None => Column::Extra,
        })
        .collect()
}

/// The header's word and the cells', where they disagree.
fn reconcile(column: Column, known: bool, headed: bool, contents: Contents) -> Column {
    match column {
        Column::FullName | Column::Extra | Column::Phone if contents.are_emails() => Column::Email,
        Column::FullName if contents.are_phones() => Column::Phone,
        Column::Extra if !known && contents.are_phones() => Column::Phone,
        Column::Phone if contents.have_no_digits() => Column::Extra,
        Column::FullName
        | Column::GivenName
        | Column::FamilyName
        | Column::CompanyName
        | Column::OtherName
        | Column::ContactPersonName
            if contents.are_no_names() =>
        {
            Column::Extra
        }
        Column::Extra if !headed => Column::Ignore,
        column => column,
    }
}

/// Looks for names among the columns that no header explains.
fn find_names(
    columns: &mut [Column],
    meanings: &[Option<Meaning>],
    contents: &[Contents],
    rows: &[Vec<&str>],
) {
    let open: Vec<usize> = (0..columns.len())
        .filter(|at| meanings[*at].is_none() && matches!(columns[*at], Column::Extra | Column::Ignore))
        .collect();
    let people_here = columns.iter().any(|c| matches!(c, Column::Email | Column::Phone));
    let whole = open.iter().copied().find(|at| {
        contents[*at].are_people() && people_here || columns.len() < 3 && contents[*at].are_surely_people()
    });
    if let Some(whole) = whole {
        columns[whole] = Column::FullName;
        for at in open.into_iter().filter(|at| *at != whole) {
            match repeats(rows, whole, at) {
                Some(Part::First) => columns[at] = Column::GivenName,
                Some(Part::Last) => columns[at] = Column::FamilyName,
                None => {}
            }
        }
        let has = |column| columns.contains(&column);
        if has(Column::GivenName) != has(Column::FamilyName) {
            // One part alone would hide the other: the whole name says more.
            for column in columns
                .iter_mut()
                .filter(|c| matches!(c, Column::GivenName | Column::FamilyName))
            {
                *column = Column::Ignore;
            }
        }
    } else if people_here {
        let mut single = open.into_iter().filter(|at| contents[*at].are_single_words());
        match (single.next(), single.next()) {
            (Some(given), Some(family)) if given + 1 == family => {
                columns[given] = Column::GivenName;
                columns[family] = Column::FamilyName;
            }
            (Some(only), _) => columns[only] = Column::FullName,
            _ => {}
        }
    }
}

enum Part {
    First,
    Last,
}

/// Does the column `at` say again what the first or last word of the column `whole` says?
fn repeats(rows: &[Vec<&str>], whole: usize, at: usize) -> Option<Part> {
    let (mut first, mut last, mut filled) = (0, 0, 0);
    for row in rows {
        let (Some(whole), Some(part)) = (row.get(whole), row.get(at)) else {
            continue;
        };
        let (whole, part) = (whole.trim(), part.trim());
        if part.is_empty() {
            continue;
        }
        filled += 1;
        first += usize::from(whole.starts_with(part));
        last += usize::from(whole.ends_with(part));
    }
    if filled > 0 && first * 5 >= filled * 4 {
        Some(Part::First)
    } else if filled > 0 && last * 5 >= filled * 4 {
        Some(Part::Last)
    } else {
        None
    }
}

/// The row that holds the headers, if one does: the one among the first with the most known words.
pub(crate) fn find_header_row(rows: &[(usize, Vec<&str>)], country: &str) -> Option<usize> {
    const ROWS_TRIED: usize = 30;
    let is_data = |row: &[&str]| {
        row.iter().any(|cell| {
            clientele_model::text::is_email(cell.trim()) || contents::is_phone(cell.trim(), country)
        })
    };
    let filled = |row: &[&str]| row.iter().filter(|cell| !cell.trim().is_empty()).count();
    let known = |row: &[&str]| row.iter().filter(|cell| meaning(cell).is_some()).count();
    let best = rows
        .iter()
        .take(ROWS_TRIED)
        .filter(|(_, row)| !is_data(row))
        .map(|(at, row)| (known(row), *at, filled(row)))
        .max_by_key(|(known, at, _)| (*known, std::cmp::Reverse(*at)))?;
    if best.0 > 0 && (best.0 > 1 || best.2 <= best.0 * 4) {
        return Some(best.1);
    }
    // A first row of words above columns of phones or e-mails heads them in a language not known here.
    let ((at, first), below) = rows.split_first()?;
    let words = first
        .iter()
        .all(|cell| !cell.trim().is_empty() && text::digits(cell).len() < 4);
    let columns_below = (0..first.len()).any(|at| {
        let cells = below.iter().filter_map(|(_, row)| row.get(at).copied());
        let contents = Contents::of(cells, country);
        contents.filled > 1 && (contents.are_emails() || contents.are_phones())
    });
    (words && !is_data(first) && columns_below).then_some(*at)
}

#[cfg(test)]
mod tests;
