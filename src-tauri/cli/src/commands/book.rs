//! The book as a whole: making it, looking it over.

use clientele_api::types::{BookCreate, BookState, Nothing};
use clientele_api::{Refusal, platform};
use serde::Serialize;
use serde_json::json;

use super::from_json;
use crate::Terminal;
use crate::answer::Answer;
use crate::arguments::{Demo, Init};
use crate::page::Page;
use crate::sentences;
use crate::values::LANGUAGES;

#[derive(Serialize)]
struct Made {
    path: String,
    recovery_key: String,
    keyring_problem: Option<Refusal>,
}

/// Makes a book.
pub fn init(api: &Terminal, ask: Init) -> Result<Answer, Refusal> {
    let here = Here::of(platform::system_locale());
    let language = ask.language.unwrap_or_else(|| here.language.to_owned());
    let country = ask.country.unwrap_or_else(|| here.country(&language));
    let currency = ask.currency.unwrap_or_else(|| currency_of(&country).to_owned());
    let name = ask.name.unwrap_or_else(|| name_in(&language).to_owned());
    let told = format!("{name}: country {country}, currency {currency}, language {language}.");
    let settings = json!({
        "business_name": name, "country": country, "currency": currency, "language": language,
    });
    let made = api.book_create(BookCreate {
        settings: from_json(settings),
    })?;
    let mut page = Page::of(told);
    page.line(format!("Recovery key: {}", made.recovery_key));
    page.line("Print it and keep it away from this machine. It is shown this one time.");
    if let Some(problem) = &made.keyring_problem {
        page.line("This machine does not keep the book's key: only the recovery key opens it.");
        page.line(sentences::line(problem));
    }
    let path = match made.app.book {
        BookState::Open { path, .. } | BookState::Locked { path, .. } => path,
        BookState::None => String::new(),
    };
    let made = Made {
        path,
        recovery_key: made.recovery_key,
        keyring_problem: made.keyring_problem,
    };
    Ok(Answer::new(&made, page))
}

/// What the machine's language says of where it stands.
struct Here {
    language: &'static str,
    country: Option<String>,
}

impl Here {
    fn of(locale: Option<String>) -> Self {
        let locale = locale.unwrap_or_default();
        let mut parts = locale.split(['-', '_', '.']);
        let spoken = parts.next().unwrap_or_default();
        let language = LANGUAGES
            .into_iter()
            .find(|known| *known == spoken)
            .unwrap_or("en");
        let two_letters = |part: &&str| part.len() == 2 && part.bytes().all(|b| b.is_ascii_alphabetic());
        let country = parts.find(two_letters).map(str::to_ascii_uppercase);
        Self { language, country }
    }

    fn country(self, language: &str) -> String {
        self.country.unwrap_or_else(|| {
            let country = match language {
                "bg" => "BG",
                "ru" => "RU",
                _ => "GB",
            };
            country.to_owned()
        })
    }
}

fn currency_of(country: &str) -> &'static str {
    match country.to_ascii_uppercase().as_str() {
        "GB" => "GBP",
        "RU" => "RUB",
        "US" => "USD",
        "CH" => "CHF",
        "RS" => "RSD",
        "RO" => "RON",
        "TR" => "TRY",
        "UA" => "UAH",
        "KZ" => "KZT",
        "BY" => "BYN",
        "PL" => "PLN",
        _ => "EUR",
    }
}

fn name_in(language: &str) -> &'static str {
    match language {
        "bg" => "Моят салон",
        "ru" => "Мой салон",
        _ => "My salon",
    }
}

/// Fills an empty book with a salon of people who do not exist.
pub fn demo(api: &Terminal, ask: &Demo) -> Result<Answer, Refusal> {
    let filled = api.demo_fill(ask.clients, ask.seed)?;
    let step = filled.step.map(|step| step.id.to_string());
    let page = Page::of(format!("Clients: {}.", filled.value));
    Ok(Answer::new(
        &json!({ "clients": filled.value, "step": step }),
        page,
    ))
}

/// Looks whether the book is whole.
pub fn check(api: &Terminal) -> Result<Answer, Refusal> {
    let report = api.book_check(Nothing)?;
    let mut page = Page::of(if report.ok {
        "The book is whole."
    } else {
        "The book is not whole:"
    });
    for problem in &report.problems {
        page.line(format!("  {problem}"));
    }
    page.line(format!(
        "Clients: {}, contacts: {}, steps: {}, changes: {}.",
        report.clients, report.contacts, report.steps, report.changes
    ));
    page.line(format!("Digest of the rows: {}", report.digest));
    Ok(Answer::new(&report, page).but(report.ok))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_says_where_it_stands() {
        for (locale, language, country) in [
            ("bg-BG", "bg", "BG"),
            ("ru_RU.UTF-8", "ru", "RU"),
            ("de-AT", "en", "AT"),
            ("zh-Hans-CN", "en", "CN"),
            ("C", "en", "GB"),
            ("bg", "bg", "BG"),
        ] {
            let here = Here::of(Some(locale.to_owned()));
            assert_eq!(here.language, language, "{locale}");
            assert_eq!(here.country(language), country, "{locale}");
        }
        assert_eq!(currency_of("bg"), "EUR");
    }
}
