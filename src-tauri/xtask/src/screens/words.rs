//! What the company in the pictures is called, and what its people write, in each language.

/// The words of one language.
pub struct Words {
    /// The company.
    pub company: &'static str,
    /// What a branch would rather be called.
    pub own_name: &'static str,
    /// Where it is.
    pub country: &'static str,
    /// In what it counts.
    pub currency: &'static str,
    /// Its branches.
    pub branches: [&'static str; 2],
    /// The device in head office.
    pub head: &'static str,
    /// The device at the first branch's desk.
    pub desk: &'static str,
    /// A device of the second branch.
    pub chair: &'static str,
    /// A device that nobody uses any more.
    pub laptop: &'static str,
    /// A note that two wrote at once.
    pub notes: [&'static str; 2],
    /// A phone that two corrected at once.
    pub phones: [&'static str; 2],
    /// What a client wanted who was thrown away meanwhile.
    pub call: &'static str,
}

const ENGLISH: Words = Words {
    company: "Juniper & Co.",
    own_name: "Juniper on the High Street",
    country: "GB",
    currency: "GBP",
    branches: ["High Street", "Riverside"],
    head: "Head office",
    desk: "Front desk",
    chair: "Riverside, chair 2",
    laptop: "Old laptop",
    notes: [
        "Prefers Tuesday mornings. Comes with her daughter.",
        "Prefers Tuesday mornings; parks in the yard, so ring first.",
    ],
    phones: ["020 7946 0123", "020 7946 0132"],
    call: "Asked whether the appointment on Friday can be an hour later.",
};

const RUSSIAN: Words = Words {
    company: "Салоны «Можжевельник»",
    own_name: "Можжевельник на Арбате",
    country: "RU",
    currency: "RUB",
    branches: ["Арбат", "Набережная"],
    head: "Головной офис",
    desk: "Стойка администратора",
    chair: "Набережная, второе кресло",
    laptop: "Старый ноутбук",
    notes: [
        "Удобнее утром по вторникам. Приходит с дочерью.",
        "Удобнее утром по вторникам; ставит машину во дворе, звонить заранее.",
    ],
    phones: ["+7 495 123-45-67", "+7 495 123-45-76"],
    call: "Спрашивает, можно ли в пятницу прийти на час позже.",
};

const BULGARIAN: Words = Words {
    company: "Салони „Хвойна“",
    own_name: "Хвойна на Витошка",
    country: "BG",
    currency: "EUR",
    branches: ["Витошка", "Лозенец"],
    head: "Централа",
    desk: "Рецепция",
    chair: "Лозенец, втори стол",
    laptop: "Стар лаптоп",
    notes: [
        "Предпочита вторник сутрин. Идва с дъщеря си.",
        "Предпочита вторник сутрин; паркира в двора, да се звъни предварително.",
    ],
    phones: ["02 987 65 43", "02 987 65 34"],
    call: "Пита дали в петък може да дойде час по-късно.",
};

/// Those of a language.
pub fn words(language: &str) -> &'static Words {
    match language {
        "ru" => &RUSSIAN,
        "bg" => &BULGARIAN,
        _ => &ENGLISH,
    }
}
