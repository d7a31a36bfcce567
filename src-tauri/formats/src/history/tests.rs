//! Contact histories as people keep them, in three languages.

use clientele_model::{ErrorCode, Refusal};

use super::*;

#[derive(Default)]
struct Kept {
    table: Option<HistoryTable>,
    entries: Vec<(u64, Result<HistoryEntry, Refusal>)>,
}

impl HistorySink for Kept {
    fn table(&mut self, _: Format, table: &HistoryTable) -> Result<(), Refusal> {
        self.table = Some(table.clone());
        Ok(())
    }
    fn take(&mut self, line: u64, read: Result<HistoryEntry, Refusal>) -> Result<(), Refusal> {
        self.entries.push((line, read));
        Ok(())
    }
    fn progress(&mut self, _: u64, _: u64) -> Result<(), Refusal> {
        Ok(())
    }
}

fn read_csv(text: &str) -> Kept {
    let mut kept = Kept::default();
    read(
        "a.csv",
        text.as_bytes(),
        &HistoryOptions::default(),
        "BG",
        &mut kept,
    )
    .unwrap();
    kept
}

fn one(text: &str) -> HistoryEntry {
    read_csv(text).entries.remove(0).1.unwrap()
}

#[test]
fn columns_are_known_in_three_languages() {
    use HistoryColumn::*;
    for (headers, columns) in [
        (
            "Date;Time;Type;Comment;Master;Phone",
            [Date, Time, Kind, Text, Staff, Phone],
        ),
        (
            "Дата;Время;Тип;Комментарий;Мастер;Телефон",
            [Date, Time, Kind, Text, Staff, Phone],
        ),
        (
            "Дата на посещение;Час;Вид;Услуга;Фризьор;Номер на карта",
            [Date, Time, Kind, Text, Staff, CardNumber],
        ),
        (
            "Дата визита;Время;Вид;Заметка;Сотрудник;ФИО клиента",
            [Date, Time, Kind, Text, Staff, Name],
        ),
        (
            "When;Hour;Kind;Note;By;E-mail",
            [Date, Time, Kind, Text, Staff, Email],
        ),
        (
            "Дата и час;Начало;Тип;Бележки;Служител;Имейл",
            [Date, Time, Kind, Text, Staff, Email],
        ),
    ] {
        let kept = read_csv(&format!("{headers}\n12.03.2024;14:05;x;y;z;0888123456\n"));
        assert_eq!(kept.table.unwrap().columns, columns, "{headers}");
    }
    // Without headers, by what stands there.
    let kept = read_csv("12.03.2024;0888 123 456;боя\n31.12.2023;+359 899 111 222;маникюр\n");
    assert_eq!(kept.table.unwrap().columns, [Date, Phone, Ignore]);
    assert_eq!(kept.entries.len(), 2);
}

#[test]
fn days_and_times_of_three_countries() {
    for (cell, day, seconds) in [
        ("2024-03-12", (2024, 3, 12), None),
        ("12.03.2024", (2024, 3, 12), None),
        ("12.03.2024 г.", (2024, 3, 12), None),
        ("12.03.24 14:05", (2024, 3, 12), Some(14 * 3600 + 300)),
        ("12/3/2024 9:07:30", (2024, 3, 12), Some(9 * 3600 + 450)),
        ("2024-03-12T14:05:00Z", (2024, 3, 12), Some(14 * 3600 + 300)),
        ("12 марта 2024 08:00", (2024, 3, 12), Some(8 * 3600)),
        ("12 март 2024", (2024, 3, 12), None),
        ("March 12, 2024 2:05 PM", (2024, 3, 12), Some(14 * 3600 + 300)),
    ] {
        let entry = one(&format!("Date;Phone\n{cell};0888123456\n"));
        assert_eq!((entry.day, entry.seconds), (day, seconds), "{cell}");
    }
    // One day proves for all of them that months come first.
    let kept = read_csv("Date,Phone\n3/4/2024,0888123456\n3/31/2024,0888123456\n");
    let days: Vec<_> = kept
        .entries
        .iter()
        .map(|(_, entry)| entry.clone().unwrap().day)
        .collect();
    assert_eq!(days, [(2024, 3, 4), (2024, 3, 31)]);
}

#[test]
fn kinds_are_known_and_what_is_none_is_said() {
    for (word, kind, text) in [
        ("Call", HistoryKind::Call, ""),
        ("Звонок", HistoryKind::Call, ""),
        ("Обаждане", HistoryKind::Call, ""),
        ("SMS", HistoryKind::Message, ""),
        ("E-mail", HistoryKind::Email, ""),
        ("Жалоба", HistoryKind::Complaint, ""),
        ("Оферта", HistoryKind::Offer, ""),
        ("Посещение", HistoryKind::WalkIn, ""),
        ("Бележка", HistoryKind::Note, ""),
        ("Маникюр", HistoryKind::Note, "Маникюр"),
    ] {
        let entry = one(&format!("Date;Type;Phone\n12.03.2024;{word};0888123456\n"));
        assert_eq!((entry.kind, entry.text.as_str()), (kind, text), "{word}");
    }
    // A list of visits says so once, above.
    let entry = one("Дата визита;Услуга;Комментарий;Телефон\n12.03.2024;Стрижка;челка;0888123456\n");
    assert_eq!(
        (entry.kind, entry.text.as_str()),
        (HistoryKind::WalkIn, "Стрижка\nчелка")
    );
}

#[test]
fn rows_and_tables_that_say_too_little_are_refused() {
    let kept =
        read_csv("Date;Phone;Note\n;0888123456;a\n12.03;0888123456;b\n12.03.2024;;c\nсряда;0888123456;d\n");
    let codes: Vec<_> = kept
        .entries
        .iter()
        .map(|(line, entry)| (*line, entry.clone().unwrap_err().code))
        .collect();
    let no_day = ErrorCode::HistoryNoDay;
    assert_eq!(
        codes,
        [
            (2, no_day),
            (3, no_day),
            (4, ErrorCode::HistoryNobody),
            (5, no_day)
        ]
    );
    for text in ["Phone;Note\n0888123456;a\n", "Date;Note\n12.03.2024;a\n"] {
        let (options, mut kept) = (HistoryOptions::default(), Kept::default());
        let refusal = read("a.csv", text.as_bytes(), &options, "BG", &mut kept).unwrap_err();
        assert_eq!(refusal.code, ErrorCode::ImportNoHistory);
        assert!(kept.table.is_some(), "it is shown all the same");
    }
    let card = "BEGIN:VCARD\nVERSION:4.0\nFN:Anna\nEND:VCARD\n";
    let (options, mut kept) = (HistoryOptions::default(), Kept::default());
    let refusal = read("a.vcf", card.as_bytes(), &options, "BG", &mut kept).unwrap_err();
    assert_eq!(refusal.code, ErrorCode::ImportUnknownFormat);
}

#[test]
fn what_the_user_says_of_the_columns_counts() {
    let options = HistoryOptions {
        header: Header::None,
        columns: Some(vec![
            HistoryColumn::Text,
            HistoryColumn::CardNumber,
            HistoryColumn::Date,
        ]),
        ..HistoryOptions::default()
    };
    let mut kept = Kept::default();
    read(
        "a.csv",
        "боя;000123;1.2.2024\n".as_bytes(),
        &options,
        "BG",
        &mut kept,
    )
    .unwrap();
    let entry = kept.entries.remove(0).1.unwrap();
    assert_eq!(
        (entry.card_number.as_str(), entry.text.as_str()),
        ("000123", "боя")
    );
    assert_eq!(entry.day, (2024, 2, 1));
}

#[test]
fn rows_that_were_refused_once_are_read_without_why() {
    let headers: Vec<String> = ["Дата", "Телефон", "Бележка"].map(String::from).to_vec();
    let cells: Vec<String> = ["12.03.2024", "+359888123456", "=x"].map(String::from).to_vec();
    let bytes = crate::export::refused(&headers, "Защо", &[(cells, "няма такъв клиент".into())]);
    let mut kept = Kept::default();
    read("a.csv", &bytes, &HistoryOptions::default(), "BG", &mut kept).unwrap();
    let entry = kept.entries.remove(0).1.unwrap();
    assert_eq!(
        (entry.phones, entry.text.as_str()),
        (vec!["+359888123456".to_owned()], "=x")
    );
}
