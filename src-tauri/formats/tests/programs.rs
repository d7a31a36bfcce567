//! Exports of known programs, whole and word for word, in the languages in which they write them.

use std::ops::ControlFlow;

use clientele_formats::{Column, Options, Parsed, Program, parse};
use clientele_model::{Address, ClientDraft};

fn read(name: &str, bytes: &[u8]) -> Parsed {
    parse(name, bytes, &Options::default(), "BG", &mut |_, _| {
        ControlFlow::Continue(())
    })
    .unwrap()
}

/// A table of these headers with one row, in which only these columns are filled; `#2` is the second of a name.
fn table(headers: &[&str], filled: &[(&str, &str)]) -> String {
    let mut row = vec![""; headers.len()];
    for (header, value) in filled {
        let (name, time) = header
            .split_once('#')
            .map_or((*header, 1), |(name, time)| (name, time.parse().unwrap()));
        let mut places = headers.iter().enumerate().filter(|(_, known)| **known == name);
        let (at, _) = places
            .nth(time - 1)
            .unwrap_or_else(|| panic!("no column {header}"));
        row[at] = value;
    }
    format!("\"{}\"\n\"{}\"\n", headers.join("\",\""), row.join("\",\""))
}

fn phones(draft: &ClientDraft) -> Vec<(&str, &str)> {
    draft.phones.iter().map(|p| (&*p.label, &*p.typed)).collect()
}

fn emails(draft: &ClientDraft) -> Vec<(&str, &str)> {
    draft.emails.iter().map(|e| (&*e.label, &*e.address)).collect()
}

fn address(label: &str, street: &str, city: &str, postal_code: &str, country: &str) -> Address {
    Address {
        label: label.into(),
        street: street.into(),
        city: city.into(),
        postal_code: postal_code.into(),
        country: country.into(),
        ..Address::default()
    }
}

const OUTLOOK_RU: &str = "Обращение|Имя|Отчество|Фамилия|Суффикс|Организация|Отдел|Должность|Улица (раб. адрес)|\
    Улица 2 (раб. адрес)|Улица 3 (раб. адрес)|Город (раб. адрес)|Область (раб. адрес)|Индекс (раб. адрес)|\
    Страна или регион (раб. адрес)|Улица (дом. адрес)|Улица 2 (дом. адрес)|Улица 3 (дом. адрес)|\
    Город (дом. адрес)|Область (дом. адрес)|Почтовый код (дом.)|Страна или регион (дом. адрес)|\
    Улица (другой адрес)|Улица  2 (другой адрес)|Улица  3 (другой адрес)|Город  (другой адрес)|\
    Область  (другой адрес)|Индекс  (другой адрес)|Страна или регион  (другой адрес)|Телефон помощника|\
    Рабочий факс|Рабочий телефон|Телефон раб. 2|Обратный вызов|Телефон в машине|Основной телефон организации|\
    Домашний факс|Домашний телефон|Телефон дом. 2|ISDN|Телефон переносной|Другой факс|Другой телефон|Пейджер|\
    Основной телефон|Радиотелефон|Телетайп/телефон с титрами|Телекс|Важность|Веб-страница|Годовщина|\
    День рождения|Дети|Заметки|Имя помощника|Инициалы|Категории|Ключевые слова|Код организации|Личный код|\
    Отложено|Пол|Пользователь 1|Пользователь 2|Пользователь 3|Пользователь 4|Пометка|\
    Почтовый ящик (дом. адрес)|Почтовый ящик (другой адрес)|Почтовый ящик (раб. адрес)|Профессия|Расположение|\
    Расположение комнаты|Расстояние|Руководитель|Сведения о доступности в Интернете|Сервер каталогов|\
    Супруг(а)|Счет|Счета|Хобби|Частное|Адрес эл. почты|Тип эл. почты|Краткое имя эл. почты|Адрес 2 эл. почты|\
    Тип 2 эл. почты|Краткое 2 имя эл. почты|Адрес 3 эл. почты|Тип 3 эл. почты|Краткое 3 имя эл. почты|Язык";

#[test]
fn outlook_in_russian() {
    let headers: Vec<&str> = OUTLOOK_RU.split('|').collect();
    let text = table(
        &headers,
        &[
            ("Имя", "Светлана"),
            ("Отчество", "Ивановна"),
            ("Фамилия", "Морозова"),
            ("Организация", "ООО Ромашка"),
            ("Улица (раб. адрес)", "Тверская, 1"),
            ("Город (раб. адрес)", "Москва"),
            ("Индекс (раб. адрес)", "125009"),
            ("Страна или регион (раб. адрес)", "Россия"),
            ("Улица (дом. адрес)", "Лесная, 2"),
            ("Город (дом. адрес)", "Химки"),
            ("Почтовый код (дом.)", "141400"),
            ("Город  (другой адрес)", "Тула"),
            ("Рабочий телефон", "+7 495 123-45-67"),
            ("Телефон раб. 2", "+7 495 123-45-68"),
            ("Телефон переносной", "+7 916 123-45-67"),
            ("Важность", "Обычная"),
            ("Частное", "Ложь"),
            ("Пол", "Не определен"),
            ("Годовщина", "0.0.00"),
            ("День рождения", "21.03.1980"),
            ("Супруг(а)", "Пётр"),
            ("Категории", "VIP;Соседи"),
            ("Адрес эл. почты", "svetlana@example.ru"),
            ("Тип эл. почты", "SMTP"),
            ("Краткое имя эл. почты", "Светлана (svetlana@example.ru)"),
            ("Адрес 2 эл. почты", "morozova@example.ru"),
        ],
    );
    let (bytes, ..) = encoding_rs::WINDOWS_1251.encode(&text);
    let parsed = read("контакты.csv", &bytes);
    assert_eq!(parsed.source, Some(Program::Outlook));
    assert!(!parsed.table.unwrap().columns.contains(&Column::FullName));
    let draft = &parsed.records[0].draft;
    assert_eq!(
        [&draft.given_name, &draft.patronymic, &draft.family_name],
        ["Светлана", "Ивановна", "Морозова"]
    );
    assert_eq!(draft.company_name, "ООО Ромашка");
    assert_eq!(
        phones(draft),
        [
            ("Рабочий", "+7 495 123-45-67"),
            ("Рабочий", "+7 495 123-45-68"),
            ("Мобильный", "+7 916 123-45-67")
        ]
    );
    assert_eq!(
        emails(draft),
        [("", "svetlana@example.ru"), ("", "morozova@example.ru")]
    );
    assert_eq!(
        draft.addresses,
        [
            address("Рабочий", "Тверская, 1", "Москва", "125009", "Россия"),
            address("Домашний", "Лесная, 2", "Химки", "141400", ""),
            address("Другой", "", "Тула", "", ""),
        ]
    );
    assert_eq!(
        draft.birthday.map(|b| (b.year, b.month, b.day)),
        Some((Some(1980), 3, 21))
    );
    assert_eq!(draft.tags, ["VIP", "Соседи"]);
    assert_eq!(
        (&*draft.contact_persons[0].name, &*draft.contact_persons[0].role),
        ("Пётр", "Супруг(а)")
    );
    assert_eq!(draft.notes, "", "what Outlook says of everybody says nothing");
}

#[test]
fn outlook_in_bulgarian() {
    let headers = [
        "Обръщение",
        "Собствено име",
        "Бащино име",
        "Фамилно име",
        "Фирма",
        "Улица (сл. адрес)",
        "Град (сл. адрес)",
        "Пощенски код (сл. адрес)",
        "Страна/регион (служ. адрес)",
        "Улица",
        "Улица 2 \u{a0}(дом. адрес)",
        "Град",
        "Пощенски код",
        "Страна/регион (дом. адрес)",
        "Служебен телефон",
        "Домашен телефон",
        "Мобилен телефон",
        "Рожден ден",
        "Имейл адрес",
        "Тип имейл",
        "Показвано име в имейл",
        "Имейл адрес 2",
        "Бележки",
        "Приоритет",
    ];
    let text = table(
        &headers,
        &[
            ("Собствено име", "Анна"),
            ("Бащино име", "Петрова"),
            ("Фамилно име", "Иванова"),
            ("Улица (сл. адрес)", "бул. Витоша 1"),
            ("Град (сл. адрес)", "София"),
            ("Страна/регион (служ. адрес)", "България"),
            ("Улица", "ул. Шипка 5"),
            ("Улица 2 \u{a0}(дом. адрес)", "вх. Б"),
            ("Град", "Пловдив"),
            ("Пощенски код", "4000"),
            ("Страна/регион (дом. адрес)", "България"),
            ("Мобилен телефон", "0888 123 456"),
            ("Служебен телефон", "02/987 65 43"),
            ("Имейл адрес", "anna@example.bg"),
            ("Тип имейл", "SMTP"),
            ("Имейл адрес 2", "a.ivanova@example.bg"),
            ("Приоритет", "Нормален"),
        ],
    );
    let parsed = read("контакти.csv", text.as_bytes());
    assert_eq!(parsed.source, Some(Program::Outlook));
    let draft = &parsed.records[0].draft;
    assert_eq!(
        [&draft.given_name, &draft.patronymic, &draft.family_name],
        ["Анна", "Петрова", "Иванова"]
    );
    assert_eq!(
        phones(draft),
        [("Служебен", "02/987 65 43"), ("Мобилен", "0888 123 456")]
    );
    assert_eq!(
        emails(draft),
        [("", "anna@example.bg"), ("", "a.ivanova@example.bg")]
    );
    assert_eq!(
        draft.addresses,
        [
            address("Служебен", "бул. Витоша 1", "София", "", "България"),
            address("Домашен", "ул. Шипка 5\nвх. Б", "Пловдив", "4000", "България"),
        ]
    );
    assert_eq!(draft.notes, "");
}

#[test]
fn thunderbird_in_three_languages() {
    let check = |headers: &[&str], filled: &[(&str, &str)], phone: (&str, &str), home: &str, work: &str| {
        let parsed = read("a.csv", table(headers, filled).as_bytes());
        assert_eq!(parsed.source, Some(Program::Thunderbird), "{headers:?}");
        let draft = &parsed.records[0].draft;
        assert_eq!((&*draft.given_name, &*draft.family_name), ("Анна", "Иванова"));
        assert_eq!(draft.other_names.len(), 0, "the display name says nothing new");
        assert_eq!(draft.emails.len(), 2);
        assert_eq!(phones(draft), [phone]);
        let cities: Vec<&str> = draft.addresses.iter().map(|a| &*a.city).collect();
        assert_eq!(cities, ["Пловдив", "София"]);
        let labels: Vec<&str> = draft.addresses.iter().map(|a| &*a.label).collect();
        assert_eq!(labels, [home, work]);
        assert_eq!(
            draft.birthday.map(|b| (b.year, b.month, b.day)),
            Some((Some(1980), 3, 21))
        );
    };
    check(
        &[
            "First Name",
            "Last Name",
            "Display Name",
            "Nickname",
            "Primary Email",
            "Secondary Email",
            "Mobile Number",
            "Home Address",
            "Home City",
            "Work Address",
            "Work City",
            "Birth Year",
            "Birth Month",
            "Birth Day",
        ],
        &[
            ("First Name", "Анна"),
            ("Last Name", "Иванова"),
            ("Display Name", "Анна Иванова"),
            ("Primary Email", "a@example.com"),
            ("Secondary Email", "b@example.com"),
            ("Mobile Number", "0888123456"),
            ("Home City", "Пловдив"),
            ("Work City", "София"),
            ("Birth Year", "1980"),
            ("Birth Month", "3"),
            ("Birth Day", "21"),
        ],
        ("Mobile", "0888123456"),
        "Home",
        "Work",
    );
    check(
        &[
            "Имя",
            "Фамилия",
            "Отображаемое имя",
            "Псевдоним",
            "Адрес электронной почты",
            "Альтернативный адрес электронной почты",
            "Номер сотового телефона",
            "Адрес",
            "Город",
            "Адрес (раб.)",
            "Город (раб.)",
            "Год рождения",
            "Месяц рождения",
            "День рождения",
        ],
        &[
            ("Имя", "Анна"),
            ("Фамилия", "Иванова"),
            ("Отображаемое имя", "Анна Иванова"),
            ("Адрес электронной почты", "a@example.com"),
            ("Альтернативный адрес электронной почты", "b@example.com"),
            ("Номер сотового телефона", "0888123456"),
            ("Город", "Пловдив"),
            ("Город (раб.)", "София"),
            ("Год рождения", "1980"),
            ("Месяц рождения", "3"),
            ("День рождения", "21"),
        ],
        ("Мобильный", "0888123456"),
        "Домашний",
        "Рабочий",
    );
    check(
        &[
            "Име",
            "Фамилия",
            "Показвано име",
            "Псевдоним",
            "Основна е-поща",
            "Допълнителна е-поща",
            "Мобилен телефон",
            "Домашен адрес",
            "Местоживеене",
            "Държава",
            "Служебен адрес",
            "Месторабота",
            "Държава",
            "Година на раждане",
            "Месец на раждане",
            "Ден на раждане",
        ],
        &[
            ("Име", "Анна"),
            ("Фамилия", "Иванова"),
            ("Показвано име", "Анна Иванова"),
            ("Основна е-поща", "a@example.com"),
            ("Допълнителна е-поща", "b@example.com"),
            ("Мобилен телефон", "0888123456"),
            ("Местоживеене", "Пловдив"),
            ("Държава#2", "България"),
            ("Месторабота", "София"),
            ("Година на раждане", "1980"),
            ("Месец на раждане", "3"),
            ("Ден на раждане", "21"),
        ],
        ("Мобилен", "0888123456"),
        "Домашен",
        "Служебен",
    );
}

#[test]
fn google_old_and_new() {
    let old = table(
        &[
            "Name",
            "Given Name",
            "Additional Name",
            "Family Name",
            "Group Membership",
            "E-mail 1 - Type",
            "E-mail 1 - Value",
            "E-mail 2 - Type",
            "E-mail 2 - Value",
            "Phone 1 - Type",
            "Phone 1 - Value",
            "Phone 2 - Type",
            "Phone 2 - Value",
        ],
        &[
            ("Name", "Анна Иванова"),
            ("Given Name", "Анна"),
            ("Family Name", "Иванова"),
            ("Group Membership", "VIP ::: * myContacts"),
            ("E-mail 1 - Type", "* Home"),
            ("E-mail 1 - Value", "a@example.com ::: b@example.com"),
            ("Phone 1 - Type", "Mobile"),
            ("Phone 1 - Value", "0888123456 ::: 0899123456"),
        ],
    );
    let new = table(
        &[
            "First Name",
            "Middle Name",
            "Last Name",
            "Labels",
            "E-mail 1 - Label",
            "E-mail 1 - Value",
            "E-mail 2 - Label",
            "E-mail 2 - Value",
            "Phone 1 - Label",
            "Phone 1 - Value",
            "Phone 2 - Label",
            "Phone 2 - Value",
        ],
        &[
            ("First Name", "Анна"),
            ("Last Name", "Иванова"),
            ("Labels", "VIP ::: * myContacts"),
            ("E-mail 1 - Label", "* Home"),
            ("E-mail 1 - Value", "a@example.com"),
            ("E-mail 2 - Value", "b@example.com"),
            ("Phone 1 - Label", "Mobile"),
            ("Phone 1 - Value", "0888123456"),
            ("Phone 2 - Label", "Work"),
            ("Phone 2 - Value", "0899123456"),
        ],
    );
    for text in [old, new] {
        let parsed = read("contacts.csv", text.as_bytes());
        assert_eq!(parsed.source, Some(Program::Google));
        let draft = &parsed.records[0].draft;
        assert_eq!((&*draft.given_name, &*draft.family_name), ("Анна", "Иванова"));
        assert_eq!(draft.tags, ["VIP"]);
        assert_eq!(
            emails(draft).iter().map(|e| e.1).collect::<Vec<_>>(),
            ["a@example.com", "b@example.com"]
        );
        assert_eq!(emails(draft)[0].0, "Home");
        assert_eq!(phones(draft)[0], ("Mobile", "0888123456"));
        assert_eq!(phones(draft)[1].1, "0899123456");
    }
}

#[test]
fn cards_say_who_wrote_them() {
    let card = |lines: &str| format!("BEGIN:VCARD\nVERSION:3.0\nFN:Anna\n{lines}\nEND:VCARD\n");
    for (lines, program) in [
        ("PRODID:-//Apple Inc.//iPhone OS 17.5//EN", Some(Program::Apple)),
        (
            "X-ABUID:5AD380FD-B2DE-4261-BA99-DE1D1DB52FBE",
            Some(Program::Apple),
        ),
        (
            "X-ANDROID-CUSTOM:vnd.android.cursor.item/nickname;Ani;1",
            Some(Program::Android),
        ),
        ("X-MS-OL-DEFAULT-POSTAL-ADDRESS:2", Some(Program::Outlook)),
        ("CATEGORIES:myContacts", Some(Program::Google)),
        ("CATEGORIES:VIP", None),
        ("NOTE:Apple", None),
    ] {
        let parsed = read("a.vcf", card(lines).as_bytes());
        assert_eq!((parsed.source, parsed.records.len()), (program, 1), "{lines}");
    }
    let own = clientele_formats::export::vcards(&[ClientDraft {
        given_name: "Anna".into(),
        ..Default::default()
    }]);
    assert_eq!(read("a.vcf", own.as_bytes()).source, Some(Program::Clientele));
    let own = clientele_formats::export::csv(
        [ClientDraft {
            given_name: "Anna".into(),
            ..Default::default()
        }]
        .iter(),
    );
    assert_eq!(read("a.csv", &own).source, Some(Program::Clientele));
}
