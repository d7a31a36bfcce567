//! `cargo xtask screens`: a picture of every screen in every language, theme and size, and all of them on one sheet.
//! `cargo xtask accessible`: whether everybody can use them.

mod accessible;
mod company;
mod list;
mod sheet;
mod words;

use std::path::PathBuf;
use std::time::Duration;

use clientele_window_tests::picture::Picture;
use clientele_window_tests::{Clientele, Setup};
use serde_json::json;

use crate::platform::{self, Need};
use crate::program;
use crate::sh::{Result, root};
use company::Programs;
use list::{SCREENS, Screen, Stand};

const LANGUAGES: [(&str, &str); 3] = [
    ("en", "en_GB.UTF-8"),
    ("ru", "ru_RU.UTF-8"),
    ("bg", "bg_BG.UTF-8"),
];
/// Nothing moves and no caret blinks: a picture shows a screen as it stays.
const HOLD_STILL: &str = "const style = document.createElement('style');
    style.textContent = '*, ::before, ::after { transition: none !important; animation: none !important; caret-color: transparent !important }';
    document.head.append(style);";
/// How often a picture is taken anew that shows the same as the one before it, and after how long.
const TRIES: u32 = 20;
const REST: Duration = Duration::from_millis(250);
const THEMES: [&str; 2] = ["light", "dark"];
const SIZES: [(&str, u64, u64); 2] = [("1280x800", 1280, 800), ("1024x640", 1024, 640)];

/// Takes the pictures. Arguments narrow them down: names of screens, languages, themes, sizes in any order.
pub fn screens(arguments: &[String]) -> Result {
    let wanted = Wanted::parse(arguments)?;
    let (mut taken, mut last) = (0, None);
    each_screen(&wanted, &mut |clientele, shown| {
        let picture = other_than(clientele, last.as_ref())?;
        picture.save(&path(shown.screen, shown.language, shown.theme, shown.size))?;
        last = Some(picture);
        taken += 1;
        Ok(())
    })?;
    let sheets = SIZES
        .map(|(size, ..)| sheet::lay_out(size, SCREENS, LANGUAGES.map(|(language, _)| language), THEMES));
    for sheet in sheets {
        println!("{}", sheet?.display());
    }
    println!("{taken} pictures in {}", folder().display());
    Ok(())
}

/// Says what stands in the way of anybody on the screens, and fails where there is something. Arguments as for
/// [`screens`]. Returns how many looks were taken.
pub fn accessible(arguments: &[String]) -> Result<usize> {
    let wanted = Wanted::parse(arguments)?;
    let (mut looks, mut complaints) = (0, Vec::new());
    each_screen(&wanted, &mut |clientele, shown| {
        looks += 1;
        let Shown {
            screen,
            language,
            theme,
            size,
        } = shown;
        for complaint in accessible::complaints(clientele)? {
            complaints.push(format!("{screen}, {language}, {theme}, {size}: {complaint}"));
        }
        Ok(())
    })?;
    println!("{looks} looks at screens, {} complaints", complaints.len());
    if complaints.is_empty() {
        Ok(looks)
    } else {
        Err(complaints.join("\n").into())
    }
}

/// How a screen is shown.
#[derive(Clone, Copy)]
struct Shown {
    screen: &'static str,
    language: &'static str,
    theme: &'static str,
    size: &'static str,
}

/// What is done with each screen.
type Look<'a> = &'a mut dyn FnMut(&Clientele, Shown) -> Result;

/// Shows every screen that is wanted, in every way that is wanted.
fn each_screen(wanted: &Wanted, look: Look<'_>) -> Result {
    platform::prepare(&[Need::Build, Need::VirtualDesktop, Need::WindowTests])?;
    let program = program::build(false)?;
    let programs = Programs {
        server: program::build_for_development("clientele-server", &[program::FEATURE])?,
        cli: program::build_for_development("clientele-cli", &[program::FEATURE])?,
    };
    for (language, locale) in LANGUAGES {
        if wanted.has(language, LANGUAGES.map(|(language, _)| language)) {
            let setup = Setup {
                program: Some(program.clone()),
                locale: locale.to_owned(),
                ..Setup::default()
            };
            in_one_language(wanted, language, setup, &programs, look)?;
        }
    }
    Ok(())
}

/// Where the pictures stand.
fn folder() -> PathBuf {
    root().join("target/screens")
}

fn path(screen: &str, language: &str, theme: &str, size: &str) -> PathBuf {
    folder().join(format!("{screen}-{language}-{theme}-{size}.png"))
}

/// Goes once through all screens. The demo book speaks one language, so each language has a program of its own; size and
/// theme change while a screen stands.
fn in_one_language(
    wanted: &Wanted,
    language: &'static str,
    setup: Setup,
    programs: &Programs,
    look: Look<'_>,
) -> Result {
    let mut clientele = Clientele::start(setup.clone())?;
    let mut stand = Stand::new(setup, programs.clone(), language);
    for screens in SCREENS.chunk_by(|one, next| one.when == next.when) {
        let screens: Vec<&Screen> = screens.iter().filter(|screen| wanted.screen(screen)).collect();
        let Some(first) = screens.first() else { continue };
        stand
            .set_scene(&mut clientele, first.when)
            .map_err(|error| error.context(&format!("{:?} in {language}", first.when)))?;
        for screen in screens {
            (screen.open)(&clientele)
                .map_err(|error| error.context(&format!("{} in {language}", screen.name)))?;
            clientele.see(screen.shows)?;
            clientele.script(HOLD_STILL)?;
            for (size, width, height) in SIZES
                .into_iter()
                .filter(|(size, ..)| wanted.has(size, SIZES.map(|(size, ..)| size)))
            {
                clientele.resize(width, height)?;
                for theme in THEMES.into_iter().filter(|theme| wanted.has(theme, THEMES)) {
                    let set = "document.documentElement.dataset.theme = arguments[0]";
                    clientele.session()?.run(set, &[json!(theme)])?;
                    let shown = Shown {
                        screen: screen.name,
                        language,
                        theme,
                        size,
                    };
                    look(&clientele, shown)?;
                }
            }
            clientele.resize(SIZES[0].1, SIZES[0].2)?;
        }
    }
    clientele.close()?;
    Ok(())
}

/// A picture of the window, which looks different from the last one: no two screens, themes or sizes look the same. On a
/// busy machine the old frame may stand for a while.
fn other_than(clientele: &Clientele, last: Option<&Picture>) -> Result<Picture> {
    let mut picture = clientele.picture()?;
    for _ in 0..TRIES {
        if last != Some(&picture) {
            return Ok(picture);
        }
        std::thread::sleep(REST);
        picture = clientele.picture()?;
    }
    Err("the window shows the same as before".into())
}

/// Which pictures were asked for. Of a kind of which nothing was named, all are wanted.
struct Wanted(Vec<String>);

impl Wanted {
    fn parse(arguments: &[String]) -> Result<Self> {
        let known = |word: &str| {
            SCREENS.iter().any(|screen| screen.name == word)
                || LANGUAGES.iter().any(|(language, _)| *language == word)
                || THEMES.contains(&word)
                || SIZES.iter().any(|(size, ..)| *size == word)
        };
        match arguments.iter().find(|word| !known(word)) {
            None => Ok(Self(arguments.to_vec())),
            Some(word) => {
                let names: Vec<&str> = SCREENS.iter().map(|screen| screen.name).collect();
                Err(format!(
                    "there is no screen, language, theme or size {word:?}; the screens are\n  {}",
                    names.join(" ")
                )
                .into())
            }
        }
    }

    fn has<'a>(&self, word: &str, kind: impl IntoIterator<Item = &'a str>) -> bool {
        let names_one = kind
            .into_iter()
            .any(|other| self.0.iter().any(|named| named == other));
        !names_one || self.0.iter().any(|named| named == word)
    }

    fn screen(&self, screen: &Screen) -> bool {
        self.has(screen.name, SCREENS.iter().map(|screen| screen.name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_narrow_down_their_own_kind() {
        let wanted = Wanted::parse(&["ru".to_owned(), "clients".to_owned()]).unwrap();
        assert!(wanted.has("ru", ["en", "ru"]) && !wanted.has("en", ["en", "ru"]));
        assert!(wanted.has("dark", THEMES));
        assert!(Wanted::parse(&["cliets".to_owned()]).is_err());
    }

    #[test]
    fn every_screen_has_a_name_of_its_own() {
        let mut names: Vec<&str> = SCREENS.iter().map(|screen| screen.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), SCREENS.len());
    }
}
