//! Many contacts in an old encoding come in, are broken off half-way, come in again, and leave in one step.
//!
//! How many says `CLIENTELE_LARGE_IMPORT_ROWS`; without it [`ROWS`], which a program that was not optimised takes in
//! about a minute on a machine with other things to do.

use std::path::Path;
use std::time::{Duration, Instant};

use clientele_window_tests::{Clientele, Error, Result, Setup, journey};

use crate::steps::make_a_book;

/// So many rows, where nobody says otherwise.
const ROWS: u64 = 12_000;

/// The same rows every time.
const SEED: u64 = 20_261_122;

/// The longest that so large an import may take.
const PATIENCE: Duration = Duration::from_secs(1800);

/// Names from beside this checkout, by country and sort; a few of our own where they are not there.
struct Names {
    first: Vec<String>,
    last: Vec<String>,
}

fn names() -> Result<Names> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/contacts");
    let (mut first, mut last) = (Vec::new(), Vec::new());
    for file in ["names_ru.csv", "names_bg.csv"] {
        let Ok(text) = std::fs::read_to_string(folder.join(file)) else {
            println!("shared/data/contacts/{file} is not beside this checkout: names made here are imported");
            continue;
        };
        for line in text.lines().skip(1) {
            let mut cells = line.split(',');
            let (kind, name) = (cells.next(), cells.nth(1));
            let list = if kind == Some("first") {
                &mut first
            } else {
                &mut last
            };
            list.extend(name.filter(|name| in_1251(name).is_some()).map(str::to_owned));
        }
    }
    if first.is_empty() {
        first = ["Анна", "Борис", "Вера", "Йордан"].map(String::from).to_vec();
    }
    if last.is_empty() {
        last = ["Абаджиева", "Ёлкин", "Щърбанов", "Кюрия"]
            .map(String::from)
            .to_vec();
    }
    Ok(Names { first, last })
}

/// The bytes of a text in windows-1251; none where that has no such letter.
fn in_1251(text: &str) -> Option<Vec<u8>> {
    let byte = |c: char| match c {
        '\0'..='\u{7F}' => u8::try_from(c).ok(),
        'А'..='я' => u8::try_from(u32::from(c) - 0x410 + 0xC0).ok(),
        'Ё' => Some(0xA8),
        'ё' => Some(0xB8),
        _ => None,
    };
    text.chars().map(byte).collect()
}

/// Whoever throws these dice throws the same every time (xorshift).
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 16).unwrap_or(0) % bound.max(1)
    }
}

/// A table with semicolons in windows-1251: every row somebody else, by a number of their own.
fn write_contacts(file: &Path, rows: u64) -> Result<()> {
    println!("seed {SEED}, {rows} rows");
    let (names, mut dice) = (names()?, Dice(SEED));
    let mut bytes = in_1251("Имя;Фамилия;Телефон;E-mail;Дата рождения;Заметки\r\n").unwrap_or_default();
    for n in 0..rows {
        let first = &names.first[dice.below(names.first.len())];
        let last = &names.last[dice.below(names.last.len())];
        let (day, month, year) = (1 + dice.below(28), 1 + dice.below(12), 1940 + dice.below(70));
        let note = ["", "цвет 7.1", "звонить утром; не в пятницу", "аллергия"][dice.below(4)];
        let note = if note.contains(';') {
            format!("\"{note}\"")
        } else {
            note.to_owned()
        };
        let mail = if n % 3 == 0 {
            format!("client{n}@example.com")
        } else {
            String::new()
        };
        let row = format!(
            "{first};{last};+7 916 {:03} {:02} {:02};{mail};{day:02}.{month:02}.{year};{note}\r\n",
            n / 10_000,
            n / 100 % 100,
            n % 100
        );
        bytes.extend(in_1251(&row).unwrap_or_default());
    }
    Ok(std::fs::write(file, bytes)?)
}

/// Waits for as long as such an import takes.
fn wait<T>(what: &str, mut ask: impl FnMut() -> Result<Option<T>>) -> Result<T> {
    let started = Instant::now();
    while started.elapsed() < PATIENCE {
        if let Some(answer) = ask()? {
            println!("{what}: {:.1} s", started.elapsed().as_secs_f32());
            return Ok(answer);
        }
        std::thread::sleep(Duration::from_millis(40));
    }
    Err(Error::new(format!("waited in vain: {what}")))
}

/// How far the bar is, where there is one.
fn percent(clientele: &Clientele) -> Result<Option<u64>> {
    let script = "return document.querySelector('[data-testid=import-progress]')?.dataset.percent ?? null";
    let shown = clientele.script(script)?;
    Ok(shown.as_str().and_then(|percent| percent.parse().ok()))
}

/// Waits until the status line counts nobody.
fn nobody(clientele: &Clientele) -> Result<()> {
    wait("nobody in the book", || {
        Ok((clientele.attribute("status-clients", "data-count")? == "0").then_some(()))
    })
}

fn is_there(clientele: &Clientele, id: &str) -> Result<Option<()>> {
    Ok((clientele.count(id)? > 0).then_some(()))
}

#[test]
fn many_contacts_are_broken_off_half_way_imported_and_undone() {
    journey("large_import", Setup::default(), |clientele| {
        let rows = std::env::var("CLIENTELE_LARGE_IMPORT_ROWS").ok();
        let rows = rows.map_or(ROWS, |rows| rows.parse().expect("a number of rows"));
        make_a_book(clientele)?;
        let file = clientele.folder().join("контакты.csv");
        write_contacts(&file, rows)?;

        clientele.press("Control+Digit4")?;
        clientele.click("import-choose")?;
        clientele.answer_file_dialog(&file)?;
        wait("the preview", || is_there(clientele, "import-preview"))?;
        assert_eq!(
            clientele.attribute("import-preview", "data-created")?,
            rows.to_string()
        );
        let encoding = "return document.querySelector('[data-testid=import-encoding]').textContent.trim()";
        assert_eq!(clientele.script(encoding)?, "windows-1251");

        // The bar moves, never back. Broken off when half of all is in the book, but for the last word.
        clientele.click("import-run")?;
        let mut seen: Vec<u64> = Vec::new();
        wait("half of it written", || {
            let percent = percent(clientele)?.unwrap_or(0);
            if seen.last() != Some(&percent) {
                seen.push(percent);
            }
            // Reading, comparing, writing: a third each.
            Ok((percent >= 83).then_some(()))
        })?;
        println!("the bar stood at {seen:?}");
        assert!(seen.windows(2).all(|pair| pair[0] <= pair[1]), "{seen:?}");
        assert!(
            seen.iter().filter(|percent| (1..=83).contains(*percent)).count() >= 3,
            "{seen:?}"
        );
        assert_eq!(clientele.attribute("import-progress", "data-part")?, "writing");
        // Whoever looks for a client meanwhile is answered.
        let asked = Instant::now();
        clientele.call("search", serde_json::json!({ "query": "анна", "limit": 10 }))?;
        println!(
            "a search meanwhile: {:.0} ms",
            asked.elapsed().as_secs_f32() * 1000.0
        );
        clientele.click("import-cancel")?;
        wait("the end of what was broken off", || {
            is_there(clientele, "import-preview")
        })?;
        nobody(clientele)?;
        let report = clientele.call("book_check", serde_json::Value::Null)?;
        assert_eq!(
            (report["ok"].as_bool(), report["clients"].as_u64()),
            (Some(true), Some(0)),
            "{report}"
        );
        assert_eq!(report["steps"], 1, "the making of the book, and no more");

        // The same file once more, to its end.
        clientele.click("import-run")?;
        wait("the whole import", || is_there(clientele, "import-result"))?;
        assert_eq!(
            clientele.attribute("import-result", "data-created")?,
            rows.to_string()
        );
        clientele.click("import-undo")?;
        wait("the undo", || {
            let undone = clientele.attribute("import-result", "data-undone")?;
            Ok((undone == "true").then_some(()))
        })?;
        nobody(clientele)
    });
}
