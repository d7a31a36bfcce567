//! All pictures of one size on a sheet: a row for each screen, a column for each language and theme.

use std::path::PathBuf;

use clientele_window_tests::picture::Picture;

use super::list::Screen;
use super::{folder, path};
use crate::sh::Result;

/// Each side of a picture is divided by this.
const REDUCED_BY: usize = 4;
const GAP: usize = 12;

/// Lays out what was taken so far; a picture that was never taken leaves its place empty.
pub fn lay_out<'a>(
    size: &str,
    screens: &[Screen],
    languages: impl IntoIterator<Item = &'a str>,
    themes: [&str; 2],
) -> Result<PathBuf> {
    let columns: Vec<(&str, &str)> = languages
        .into_iter()
        .flat_map(|language| themes.map(|theme| (language, theme)))
        .collect();
    let mut cells = Vec::new();
    for (row, screen) in screens.iter().enumerate() {
        for (column, (language, theme)) in columns.iter().enumerate() {
            if let Ok(picture) = Picture::open(&path(screen.name, language, theme, size)) {
                cells.push((row, column, picture.reduced(REDUCED_BY)));
            }
        }
    }
    let width = cells.iter().map(|(.., cell)| cell.width).max().unwrap_or(0) + GAP;
    let height = cells.iter().map(|(.., cell)| cell.height).max().unwrap_or(0) + GAP;
    let mut sheet = Picture::blank(width * columns.len() + GAP, height * screens.len() + GAP, 128);
    for (row, column, cell) in &cells {
        sheet.paste(cell, column * width + GAP, row * height + GAP);
    }
    let path = folder().join(format!("sheet-{size}.png"));
    sheet.save(&path)?;
    Ok(path)
}
