//! Keys by their place on the keyboard, as `KeyboardEvent.code` names them, whatever letter the layout prints there.

use crate::display::Display;
use crate::error::{Error, Result};

/// Presses keys together and releases them: `Slash`, `Control+KeyK`, `Control+Shift+KeyZ`.
///
/// They go through the X server to the focused window, so the program sees exactly what a keyboard would send,
/// with `event.code` and `event.key` under the layout of the moment.
///
/// # Errors
/// When a key is not known.
pub fn press(display: &Display, chord: &str) -> Result<()> {
    let mut codes = Vec::new();
    for name in chord.split('+') {
        let code = code(name).ok_or_else(|| Error::new(format!("no key is called {name:?}")))?;
        // xdotool takes a single figure for the key that prints it; the one key whose code is such a number has a name.
        codes.push(if code < 10 {
            name.to_owned()
        } else {
            code.to_string()
        });
    }
    let mut arguments: Vec<&str> = Vec::new();
    for code in &codes {
        arguments.extend(["keydown", code]);
    }
    for code in codes.iter().rev() {
        arguments.extend(["keyup", code]);
    }
    display.xdotool(&arguments).map(drop)
}

/// The X key code of a physical key: those of evdev plus eight, the same on every Linux.
fn code(name: &str) -> Option<u8> {
    const ROWS: [(u8, &str); 4] = [
        (10, "1234567890"),
        (24, "QWERTYUIOP"),
        (38, "ASDFGHJKL"),
        (52, "ZXCVBNM"),
    ];
    let in_rows = |symbol: &str| {
        ROWS.iter()
            .find_map(|(first, row)| Some(first + u8::try_from(row.find(symbol)?).ok()?))
    };
    if let Some(symbol) = name.strip_prefix("Key").or_else(|| name.strip_prefix("Digit")) {
        return (symbol.len() == 1).then(|| in_rows(symbol)).flatten();
    }
    Some(match name {
        "Escape" => 9,
        "Minus" => 20,
        "Equal" => 21,
        "Backspace" => 22,
        "Tab" => 23,
        "Enter" => 36,
        "Control" => 37,
        "Semicolon" => 47,
        "Quote" => 48,
        "Shift" => 50,
        "Comma" => 59,
        "Period" => 60,
        "Slash" => 61,
        "Alt" => 64,
        "Space" => 65,
        "F1" => 67,
        "F2" => 68,
        "F5" => 71,
        "Home" => 110,
        "ArrowUp" => 111,
        "PageUp" => 112,
        "ArrowLeft" => 113,
        "ArrowRight" => 114,
        "End" => 115,
        "ArrowDown" => 116,
        "PageDown" => 117,
        "Delete" => 119,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_letters_in_their_rows() {
        assert_eq!(code("KeyQ"), Some(24));
        assert_eq!(code("KeyK"), Some(45));
        assert_eq!(code("KeyM"), Some(58));
        assert_eq!(code("Digit0"), Some(19));
        assert_eq!(code("KeyQW"), None);
        assert_eq!(code("Any"), None);
    }
}
