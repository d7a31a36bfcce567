//! What the rules for those who are there already make of a file.

use super::tests::{all, file, go_on, names};
use super::*;
use crate::testing::{ClientBuilder, TestBook};

fn plan_by(book: &TestBook, cards: Vec<ClientBuilder>, rules: &Rules) -> Plan {
    book.read(|conn| Plan::by_rules(conn, &Actor::owner(), file(cards), rules, &mut go_on))
        .unwrap()
}

#[test]
fn who_is_there_already_is_completed_created_or_left_out_by_rule_and_by_row() {
    let cards = || {
        let anna = |notes: &str| {
            ClientBuilder::new("Анна Иванова")
                .phone("0888 123 456")
                .notes(notes)
        };
        // Lines 2 to 5: somebody of the book, somebody new, the new one again, the one of the book again.
        let boris = ClientBuilder::new("Борис Петров").phone("0899 111 222");
        vec![anna("първа"), boris.clone(), boris.notes("пак"), anna("втора")]
    };
    let check = |rule, rows: &[(u64, Rule)], counts: (u32, u32, u32), names_after: &[&str], notes: &str| {
        let book = TestBook::new();
        ClientBuilder::new("Анна Иванова")
            .phone("0888 123 456")
            .create(&book);
        let rows = rows
            .iter()
            .map(|(line, rule)| RowRule {
                line: *line,
                rule: *rule,
            })
            .collect();
        let plan = plan_by(&book, cards(), &Rules { rule, rows });
        assert_eq!((plan.created(), plan.matched(), plan.skipped()), counts);
        assert_eq!(
            plan.meant().count(),
            3,
            "the rule changes nothing about whom a row means"
        );
        let done = run(&book, &Actor::owner(), "a.csv", &plan, &mut go_on)
            .unwrap()
            .value;
        assert_eq!((done.created, done.matched, done.skipped), counts);
        assert_eq!(names(&book), names_after);
        let all = all(&book);
        let annas = all.iter().filter(|card| card.given_name == "Анна");
        let mut written: Vec<&str> = annas.map(|card| card.notes.as_str()).collect();
        written.sort_unstable();
        assert_eq!(written.join("/"), notes);
        if done.step.is_some() {
            book.undo(&Actor::owner()).unwrap();
        }
        assert_eq!(names(&book), ["Анна Иванова"]);
        book.assert_whole();
    };
    let two = &["Анна Иванова", "Борис Петров"][..];
    check(Rule::Complete, &[], (1, 3, 0), two, "първа\nвтора");
    check(Rule::Skip, &[], (1, 0, 3), two, "");
    let all_apart = [
        "Анна Иванова",
        "Анна Иванова",
        "Анна Иванова",
        "Борис Петров",
        "Борис Петров",
    ];
    check(Rule::Create, &[], (4, 0, 0), &all_apart, "/втора/първа");
    check(Rule::Skip, &[(5, Rule::Complete)], (1, 1, 2), two, "втора");
    check(
        Rule::Complete,
        &[(2, Rule::Skip), (4, Rule::Skip)],
        (1, 1, 2),
        two,
        "втора",
    );
}
