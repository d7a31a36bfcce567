//! Client lists as salons keep them and programs export them, read as their owner would read them.

use std::ops::ControlFlow;

use clientele_formats::{Options, Parsed, parse};
use clientele_model::{Address, Birthday, ClientDraft, ClientKind, ErrorCode, Language};

fn read(bytes: &[u8], country: &str) -> Parsed {
    parse("list.csv", bytes, &Options::default(), country, &mut |_, _| {
        ControlFlow::Continue(())
    })
    .unwrap()
}

fn people(text: &str, country: &str) -> Vec<ClientDraft> {
    let parsed = read(text.as_bytes(), country);
    assert_eq!(parsed.refused, []);
    parsed.records.into_iter().map(|record| record.draft).collect()
}

fn name(draft: &ClientDraft) -> [&str; 3] {
    [&draft.given_name, &draft.patronymic, &draft.family_name].map(String::as_str)
}

fn phones(draft: &ClientDraft) -> Vec<(&str, &str)> {
    draft.phones.iter().map(|p| (&*p.label, &*p.typed)).collect()
}

fn day(year: i16, month: u8, day: u8) -> Option<Birthday> {
    Some(Birthday {
        year: (year > 0).then_some(year),
        month,
        day,
    })
}

#[test]
fn the_list_of_a_booking_program() {
    let text = "Имя;Телефон;Email;Категории;Дата рождения;Пол;Скидка;Номер карты;Комментарий;Аллергии;Язык;Telegram\n\
                Иванова Мария Петровна;\"8 916 123-45-67, 8 (495) 765-43-21\";maria@mail.ru;VIP, Соседка;12.03.1980;Женский;\
                10%;0042;\"Любит чай.\nНе звонить утром\";латекс;русский;@maria\n\
                ;+79161234568;;;;;;;;;;\n\
                ;;;;;;;;кто-то;;;\n\
                ООО «Ромашка»;;office@romashka.ru;;;;;;;;;\n";
    let parsed = read(text.as_bytes(), "RU");
    let drafts: Vec<_> = parsed.records.iter().map(|r| &r.draft).collect();
    let maria = drafts[0];
    assert_eq!(name(maria), ["Мария", "Петровна", "Иванова"]);
    assert_eq!(
        phones(maria),
        [("", "8 916 123-45-67"), ("", "8 (495) 765-43-21")]
    );
    assert_eq!(maria.emails[0].address, "maria@mail.ru");
    assert_eq!(maria.tags, ["VIP", "Соседка"]);
    assert_eq!(maria.birthday, day(1980, 3, 12));
    assert_eq!(maria.card_number, "0042");
    assert_eq!(
        maria.notes,
        "Любит чай.\nНе звонить утром\nПол: Женский\nСкидка: 10%"
    );
    assert_eq!(maria.never, "латекс");
    assert_eq!(maria.language, Some(Language::Ru));
    assert_eq!(
        (&*maria.messengers[0].service, &*maria.messengers[0].handle),
        ("Telegram", "@maria")
    );
    assert_eq!(drafts[1].display_name(), "+79161234568");
    assert_eq!(
        (drafts[2].kind, &*drafts[2].company_name),
        (ClientKind::Company, "ООО «Ромашка»")
    );
    let lines: Vec<_> = parsed.records.iter().map(|r| r.line).collect();
    assert_eq!(lines, [2, 4, 6]);
    assert_eq!(
        (parsed.refused[0].line, parsed.refused[0].refusal.code),
        (5, ErrorCode::ImportRowEmpty)
    );
}

#[test]
fn a_bulgarian_sheet_of_an_old_program() {
    let text = "Клиенти на салон „Ирис“;;;;;;\r\n\r\n\
                №;Име и фамилия;GSM;Рожден ден;Град;Адрес;Забележка\r\n\
                1;Мария Петрова Иванова;0888/123456;3.5.1975 г.;София;\"ул. „Шипка“ 5; ет. 2\";=1+1\r\n\
                2;Цветелина Стоянова;0899 111 222 / 0888 333 444;--;;;\r\n\
                №;Име и фамилия;GSM;Рожден ден;Град;Адрес;Забележка\r\n\
                3;Иван;;29 февруари;;;\r\n";
    let (bytes, ..) = encoding_rs::WINDOWS_1251.encode(text);
    let parsed = read(&bytes, "BG");
    let table = parsed.table.unwrap();
    assert_eq!(
        (&*table.encoding, &*table.delimiter, table.header_row),
        ("windows-1251", ";", Some(2))
    );
    let drafts: Vec<_> = parsed.records.iter().map(|r| &r.draft).collect();
    assert_eq!(name(drafts[0]), ["Мария", "Петрова", "Иванова"]);
    assert_eq!(phones(drafts[0]), [("GSM", "0888/123456")]);
    assert_eq!(drafts[0].birthday, day(1975, 5, 3));
    assert_eq!(drafts[0].addresses[0].street, "ул. „Шипка“ 5; ет. 2");
    assert_eq!(drafts[0].addresses[0].city, "София");
    assert_eq!(
        drafts[0].notes, "=1+1",
        "an apostrophe comes with our own export only"
    );
    assert_eq!(name(drafts[1]), ["Цветелина", "", "Стоянова"]);
    assert_eq!(
        phones(drafts[1]),
        [("GSM", "0899 111 222"), ("GSM", "0888 333 444")]
    );
    assert_eq!(drafts[2].birthday, day(0, 2, 29));
    assert_eq!(drafts.len(), 3);
}

#[test]
fn google_contacts_of_today() {
    let text = "First Name,Middle Name,Last Name,Nickname,Organization Name,Organization Title,Birthday,Notes,Labels,\
                E-mail 1 - Label,E-mail 1 - Value,Phone 1 - Label,Phone 1 - Value,Phone 2 - Label,Phone 2 - Value,\
                Address 1 - Label,Address 1 - Formatted,Address 1 - Street,Address 1 - City,Address 2 - Label,\
                Address 2 - Formatted,Address 2 - Street,Relation 1 - Label,Relation 1 - Value\n\
                Анна,,Иванова,Ани,Ателие,шивачка, --03-21,,* myContacts ::: Приятели,* Other,a@b.bg ::: c@d.bg,\
                Mobile,+359 888 123 456 ::: +359 888 123 457,Work,02 987 65 43,Home,\"ул. 1\nСофия\",ул. 1,София,Work,\
                \"Пловдив, ул. 2\",,Дъщеря,Ева\n";
    let anna = &people(text, "BG")[0];
    assert_eq!(name(anna), ["Анна", "", "Иванова"]);
    assert_eq!(
        (&*anna.other_names[0].label, &*anna.other_names[0].name),
        ("Nickname", "Ани")
    );
    assert_eq!((&*anna.company_name, anna.kind), ("Ателие", ClientKind::Person));
    assert_eq!(anna.birthday, day(0, 3, 21));
    assert_eq!(anna.tags, ["Приятели"]);
    let emails: Vec<_> = anna.emails.iter().map(|e| (&*e.label, &*e.address)).collect();
    assert_eq!(emails, [("Other", "a@b.bg"), ("Other", "c@d.bg")]);
    assert_eq!(
        phones(anna),
        [
            ("Mobile", "+359 888 123 456"),
            ("Mobile", "+359 888 123 457"),
            ("Work", "02 987 65 43")
        ]
    );
    let [home, work] = &anna.addresses[..] else {
        panic!("{:?}", anna.addresses)
    };
    assert_eq!(
        (&*home.label, &*home.street, &*home.city),
        ("Home", "ул. 1", "София")
    );
    assert_eq!((&*work.label, &*work.street), ("Work", "Пловдив, ул. 2"));
    let person = &anna.contact_persons[0];
    assert_eq!((&*person.role, &*person.name), ("Дъщеря", "Ева"));
    assert_eq!(anna.notes, "Organization Title: шивачка");
}

#[test]
fn outlook_writes_months_first() {
    let text = "\"Title\",\"First Name\",\"Last Name\",\"Company\",\"Business Street\",\"Business Street 2\",\
                \"Business City\",\"Business Country/Region\",\"Home Phone\",\"Mobile Phone\",\"Birthday\",\
                \"Assistant's Name\",\"Assistant's Phone\",\"Spouse\",\"E-mail Address\",\"E-mail Type\",\
                \"E-mail Display Name\",\"Gender\",\"Priority\",\"Private\"\r\n\
                \"\",\"John\",\"Doe\",\"Acme\",\"1 Main St\",\"Floor 2\",\"Boston\",\"USA\",\"(617) 555-0100\",\"\",\
                \"3/4/1980\",\"Ann Lee\",\"617 555 0101\",\"Jane\",\"j@d.com\",\"SMTP\",\"John Doe (j@d.com)\",\
                \"Unspecified\",\"Normal\",\"False\"\r\n\
                \"\",\"Mia\",\"Day\",\"\",\"\",\"\",\"\",\"\",\"\",\"617-555-0102\",\"12/31/1979\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\
                \"Normal\",\"False\"\r\n\
                \"\",\"\",\"\",\"Acme\",\"\",\"\",\"\",\"\",\"\",\"\",\"0/0/00\",\"\",\"\",\"\",\"\",\"\",\"\",\"Unspecified\",\"Normal\",\
                \"False\"\r\n";
    let [john, mia, acme] = &people(text, "US")[..] else {
        panic!()
    };
    assert_eq!(john.birthday, day(1980, 3, 4), "the other row proves it");
    assert_eq!(mia.birthday, day(1979, 12, 31));
    assert_eq!(
        john.addresses,
        [Address {
            label: "Business".into(),
            street: "1 Main St\nFloor 2".into(),
            city: "Boston".into(),
            country: "USA".into(),
            ..Address::default()
        }]
    );
    assert_eq!(phones(john), [("Home", "(617) 555-0100")]);
    let persons: Vec<_> = john
        .contact_persons
        .iter()
        .map(|p| (&*p.role, &*p.name, &*p.phone))
        .collect();
    assert_eq!(
        persons,
        [("Assistant", "Ann Lee", "617 555 0101"), ("Spouse", "Jane", "")]
    );
    assert_eq!(john.notes, "");
    assert_eq!(
        (acme.kind, &*acme.company_name, &*acme.notes),
        (ClientKind::Company, "Acme", "")
    );
}

#[test]
fn lists_without_any_header() {
    let drafts = people("Иванова Мария Петровна\nПетров Иван Ильич\n", "RU");
    assert_eq!(name(&drafts[0]), ["Мария", "Петровна", "Иванова"]);
    let drafts = people("0888 123 456\n0899 111 222\n", "BG");
    assert_eq!(phones(&drafts[1]), [("", "0899 111 222")]);
    let drafts = people(
        "Анна,0888123456,просто бележка\nМария,0888123457,\nЕва,0888123458,\n",
        "BG",
    );
    assert_eq!(name(&drafts[0]), ["Анна", "", ""]);
    assert_eq!(phones(&drafts[2]), [("", "0888123458")]);
}

#[test]
fn a_text_table_of_a_spreadsheet() {
    let text = "Name\tVorname\tTelefon privat\tGeburtsdatum\tOrt\tPLZ\r\nGroß\tJürgen\t030 123456\t01.02.1990\tBerlin\t10115\r\n";
    let bytes: Vec<u8> = format!("\u{FEFF}{text}")
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let parsed = read(&bytes, "DE");
    assert_eq!(parsed.table.as_ref().unwrap().encoding, "UTF-16LE");
    let draft = &parsed.records[0].draft;
    assert_eq!(name(draft), ["Jürgen", "", "Groß"]);
    assert_eq!(phones(draft), [("privat", "030 123456")]);
    assert_eq!(draft.birthday, day(1990, 2, 1));
    assert_eq!(
        (&*draft.addresses[0].city, &*draft.addresses[0].postal_code),
        ("Berlin", "10115")
    );
}
