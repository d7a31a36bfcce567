//! Writes into a book and visits head office, again and again, until it is killed.
//!
//! Run by the convergence tests: `crash-visitor BOOK KEY_HEX WORD`. Standard output carries frames: a letter, a
//! length, bytes. `S` says what was saved and must be there whenever the process dies: the client and a word.
//! `O` and `C` are messages for the server, whose answers come on standard input.

use std::io::{Read, Write};
use std::path::Path;

use clientele_core::book::Book;
use clientele_core::clients;
use clientele_core::keys::BookKey;
use clientele_core::workspace::Actor;
use clientele_model::ClientDraft;
use clientele_sync::{Ask, Contact};

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, path, key, word] = &arguments[..] else {
        panic!("usage: crash-visitor BOOK KEY_HEX WORD")
    };
    let key = BookKey::from_hex(key).expect("a key of 64 hexadecimal digits");
    let book = Book::open(Path::new(path), &key).expect("the book opens after every crash");
    for n in 0.. {
        let word = format!("{word}x{n}");
        let draft = ClientDraft {
            given_name: "Анна".into(),
            family_name: word.clone(),
            ..ClientDraft::default()
        };
        let id = clients::add(&book, &Actor::owner(), draft)
            .expect("a client")
            .value;
        tell(b'S', format!("{id} {word}").as_bytes());
        visit(&book);
    }
}

fn visit(book: &Book) {
    let mut contact = Contact::begin(book).expect("it is paired");
    while let Some(ask) = contact.ask().expect("a question") {
        match ask {
            Ask::Open(bytes) => tell(b'O', &bytes),
            Ask::Call(bytes) => tell(b'C', &bytes),
            Ask::Pair(_) => unreachable!("it is paired"),
        }
        let mut length = [0; 4];
        let mut stdin = std::io::stdin().lock();
        stdin.read_exact(&mut length).expect("an answer");
        let mut answer = vec![0; u32::from_be_bytes(length) as usize];
        stdin.read_exact(&mut answer).expect("an answer");
        if contact.answer(&answer).is_err() {
            return;
        }
    }
}

fn tell(what: u8, bytes: &[u8]) {
    let mut out = std::io::stdout().lock();
    let length = u32::try_from(bytes.len()).expect("a message").to_be_bytes();
    out.write_all(&[what])
        .and_then(|()| out.write_all(&length))
        .and_then(|()| out.write_all(bytes))
        .and_then(|()| out.flush())
        .expect("somebody listens");
}
