//! The printed key: what is typed back, with slips and without.

use super::*;

#[test]
fn a_printed_key_is_read_back_however_it_is_typed() {
    for _ in 0..200 {
        let key = RecoveryKey::random();
        let printed = key.to_print();
        assert_eq!(printed.len(), 44, "{printed}");
        let sloppy = printed
            .to_lowercase()
            .replace('-', "  ")
            .replace('0', "o")
            .replace('1', "l");
        let cyrillic = printed.replace('A', "А").replace('K', "к").replace('M', "М");
        for typed in [printed.clone(), sloppy, cyrillic, format!(" {printed}\n")] {
            assert!(
                RecoveryKey::from_typed(&typed).is_ok_and(|read| read == key),
                "{typed}"
            );
        }
    }
}

#[test]
fn every_slip_of_one_letter_is_told() {
    let printed = RecoveryKey::random().to_print();
    for (at, letter) in printed.char_indices().filter(|(_, c)| *c != '-') {
        for other in ALPHABET.iter().map(|a| char::from(*a)).filter(|a| *a != letter) {
            let mut typed = printed.clone();
            typed.replace_range(at..=at, &other.to_string());
            let read = RecoveryKey::from_typed(&typed);
            assert!(
                read.is_err_and(|e| e.code() == ErrorCode::RecoveryKeyMistyped),
                "{typed}"
            );
        }
    }
    for typed in [
        "",
        "-",
        "абв",
        &printed[..printed.len() - 1],
        &format!("{printed}0"),
    ] {
        assert!(RecoveryKey::from_typed(typed).is_err(), "{typed}");
    }
}

#[test]
fn the_wrapping_opens_for_its_own_key_and_book_only() {
    let (book, key, recovery) = (BookId::random(), BookKey::random(), RecoveryKey::random());
    let wrapped = recovery.wrap(book, &key);
    assert!(recovery.unwrap(book, &wrapped).is_ok_and(|k| k == key));
    let wrong = |result: Result<BookKey>| result.is_err_and(|e| e.code() == ErrorCode::RecoveryKeyWrong);
    assert!(wrong(RecoveryKey::random().unwrap(book, &wrapped)));
    assert!(wrong(recovery.unwrap(BookId::random(), &wrapped)));
    let mut cut = wrapped;
    cut.sealed.pop();
    assert!(wrong(recovery.unwrap(book, &cut)));
}

#[test]
fn a_key_is_never_printed_by_accident() {
    let key = BookKey::from_hex(&"ab".repeat(32)).unwrap();
    assert!(
        !format!("{key:?}{:?}", RecoveryKey::random()).contains("ab"),
        "{key:?}"
    );
}

#[test]
fn a_key_file_holds_64_hexadecimal_digits() {
    for (text, good) in [
        ("ab".repeat(32), true),
        (format!("  {}\n", "0F".repeat(32)), true),
        ("ab".repeat(31), false),
        ("xy".repeat(32), false),
        ("яй".repeat(16), false),
        (String::new(), false),
    ] {
        assert_eq!(BookKey::from_hex(&text).is_some(), good, "{text:?}");
    }
}
