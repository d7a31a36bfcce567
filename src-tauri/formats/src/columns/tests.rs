//! Headers as the exports of real programs write them, and columns without any.

use super::*;

/// The columns of a table given as lines with `|` between the cells; the first line holds the headers.
fn columns_of(table: &str) -> Vec<Column> {
    let mut lines = table
        .lines()
        .map(|line| line.split('|').map(str::trim).collect::<Vec<_>>());
    let headers: Vec<String> = lines.next().unwrap().iter().map(ToString::to_string).collect();
    guess(&headers, &lines.collect::<Vec<_>>(), "BG")
}

fn check(headers: &str, expected: &[Column]) {
    assert_eq!(columns_of(headers), expected, "{headers}");
}

#[test]
fn names_go_by_their_neighbours() {
    use Column::{FamilyName, FullName, GivenName, Patronymic};
    check("Имя | Фамилия | Отчество", &[GivenName, FamilyName, Patronymic]);
    check("Име | Презиме | Фамилия", &[GivenName, Patronymic, FamilyName]);
    check("Name | Vorname", &[FamilyName, GivenName]);
    check("Nom | Prénom", &[FamilyName, GivenName]);
    check("Nombre | Apellidos", &[GivenName, FamilyName]);
    check(
        "First Name | Last Name | Name",
        &[GivenName, FamilyName, FullName],
    );
    for alone in [
        "Имя",
        "Име",
        "Name",
        "NAME",
        "ФИО",
        "Ф.И.О.",
        "Клиент",
        "Име и фамилия",
        "full_name",
        "clientName",
    ] {
        check(alone, &[FullName]);
    }
}

#[test]
fn a_sheet_of_a_salon() {
    use Column::*;
    check(
        "№ | ФИО клиента | Мобильный телефон | Эл. почта | Дата рождения | Категория | Номер карты | \
         Откуда узнала | Комментарий | Аллергии | Пожелания | Скидка | Всего посещений",
        &[
            Ignore, FullName, Phone, Email, Birthday, Tags, CardNumber, Source, Notes, Never, Expects, Extra,
            Extra,
        ],
    );
    check(
        "Име | GSM | Имейл | Рожден ден | Град | Пощенски код | Адрес | Държава | Забележка | Източник | Вайбер",
        &[
            FullName, Phone, Email, Birthday, City, PostalCode, Address, Country, Notes, Source, Messenger,
        ],
    );
}

#[test]
fn address_books_of_programs() {
    use Column::*;
    check(
        "First Name | Middle Name | Last Name | Phonetic First Name | Nickname | File As | Organization Name | \
         Organization Title | Birthday | Notes | Photo | Labels | E-mail 1 - Label | E-mail 1 - Value | \
         Phone 1 - Label | Phone 1 - Value | Address 1 - Label | Address 1 - Formatted | Address 1 - Street | \
         Address 1 - City | Address 1 - PO Box | Address 1 - Region | Address 1 - Postal Code | \
         Address 1 - Country | Relation 1 - Label | Relation 1 - Value",
        &[
            GivenName,
            Patronymic,
            FamilyName,
            Ignore,
            OtherName,
            Ignore,
            CompanyName,
            Extra,
            Birthday,
            Notes,
            Ignore,
            Tags,
            EmailLabel,
            Email,
            PhoneLabel,
            Phone,
            AddressLabel,
            AddressWhole,
            Address,
            City,
            Address,
            Region,
            PostalCode,
            Country,
            ContactPersonRole,
            ContactPersonName,
        ],
    );
    check(
        "Title | First Name | Last Name | Company | Business Street | Business Street 2 | Business City | \
         Business State | Business Postal Code | Business Country/Region | Home Phone | Business Fax | \
         Assistant's Phone | Birthday | Assistant's Name | E-mail Address | E-mail Type | E-mail Display Name | \
         E-mail 2 Address | Spouse | Web Page | Priority | Referred By",
        &[
            Extra,
            GivenName,
            FamilyName,
            CompanyName,
            Address,
            Address,
            City,
            Region,
            PostalCode,
            Country,
            Phone,
            Phone,
            ContactPersonPhone,
            Birthday,
            ContactPersonName,
            Email,
            Ignore,
            Ignore,
            Email,
            ContactPersonName,
            Extra,
            Ignore,
            Source,
        ],
    );
    check(
        "Birth Year | Birth Month | Birth Day | Screen Name | Secondary Email | Pager Number",
        &[BirthYear, BirthMonth, BirthDay, Messenger, Email, Phone],
    );
    check("Birth Day", &[Birthday]);
}

#[test]
fn cells_speak_where_headers_do_not() {
    use Column::*;
    check(
        "Kontakt|Info\n Анна Иванова | 0888123456\n Мария Петрова | 0888123457",
        &[FullName, Phone],
    );
    check(
        "Όνομα|Τηλ\nΜαρία Παππά|+30 21 2345 6789\nΕλένη Ράλλη|+30 21 2345 6780",
        &[FullName, Phone],
    );
    check("|\nАнна|a@b.bg\nМария|m@b.bg", &[FullName, Email]);
    check(
        "||\nАнна|Иванова|a@b.bg\nМария|Петрова|m@b.bg",
        &[GivenName, FamilyName, Email],
    );
    check(
        "Name|Status|Mail\nAnna Bell|Active|a@b.bg\nMia Day|Active|m@b.bg",
        &[FullName, Extra, Email],
    );
    check("Клиент\n0888123456\n0888123457", &[Phone]);
    check("|\nИванова Мария Петровна|5\nЛев|6", &[FullName, Ignore]);
    check("|\nwin|kitten", &[Ignore, Ignore]);
    check(
        "a|b|c\n0,611553068|81.20416129|01-01-2013",
        &[Extra, Extra, Extra],
    );
    check("Phone\nask", &[Extra]);
    check(
        "children|company|name\n2|NULL|1\n0|40|2\n0||3",
        &[Extra, Extra, Extra],
    );
}

#[test]
fn labels_are_what_a_header_says_beyond_its_meaning() {
    for (header, expected) in [
        ("Mobile Phone", "Mobile"),
        ("Phone 1 - Value", ""),
        ("Мобильный телефон", "Мобильный"),
        ("Телефон клиента (рабочий)", "рабочий"),
        ("E-mail 2 Address", ""),
        ("Business Country/Region", "Business"),
        ("Assistant's Phone", "Assistant"),
        ("Home Address PO Box", "Home"),
        ("Телефон", ""),
    ] {
        assert_eq!(label(header), expected, "{header}");
    }
}

#[test]
fn the_row_of_headers_is_found() {
    let find = |rows: &[&str]| {
        let rows: Vec<_> = rows
            .iter()
            .enumerate()
            .map(|(at, row)| (at, row.split('|').collect()))
            .collect();
        find_header_row(&rows, "BG")
    };
    assert_eq!(find(&["Имя|Телефон", "Анна|0888123456"]), Some(0));
    assert_eq!(
        find(&["Клиенты салона|", "Имя|Телефон", "Анна|0888123456"]),
        Some(1)
    );
    assert_eq!(find(&["Анна|0888123456", "Мария|0888123457"]), None);
    assert_eq!(
        find(&["Όνομα|Τηλ", "Μαρία|+302123456789", "Ελένη|+302123456780"]),
        Some(0)
    );
    assert_eq!(find(&["kitten|win"]), None);
    assert_eq!(find(&[]), None);
}
