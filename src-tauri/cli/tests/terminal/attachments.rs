//! Photos and files on a card.

use serde_json::json;

use crate::salon::Salon;

/// A GIF of one point.
const PICTURE: &[u8] = b"GIF89a\x01\0\x01\0\x80\0\0\xaa\xaa\xaa\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;";

#[test]
fn files_come_onto_a_card_are_listed_saved_and_taken_off() {
    let salon = Salon::new();
    let anna = salon.json(["client", "add", "--given-name", "Анна"])["id"].take();
    let anna = anna.as_str().unwrap();
    salon.write("лице.gif", PICTURE);
    salon.write("съгласие.txt", "да");
    let added = salon.json(["attach", anna, "съгласие.txt"]);
    assert_eq!(added["ids"].as_array().unwrap().len(), 1);
    salon.json(["attach", anna, "лице.gif", "--photo"]);
    let rows = salon.json(["attachments", anna]);
    assert_eq!(rows[0]["name"], "лице.gif");
    assert_eq!(
        (&rows[0]["is_photo"], &rows[0]["is_picture"]),
        (&json!(true), &json!(true))
    );
    assert_eq!(
        (&rows[1]["media_type"], &rows[1]["size_bytes"]),
        (&json!("text/plain"), &json!(4))
    );
    let consent = rows[1]["id"].as_str().unwrap();
    salon.json(["save", consent, "--out", "back.txt"]);
    assert_eq!(std::fs::read_to_string(salon.path("back.txt")).unwrap(), "да");
    salon.json(["detach", consent]);
    assert_eq!(salon.json(["attachments", anna]).as_array().unwrap().len(), 1);
    assert_eq!(salon.json(["undo"])["of"], "attachment_trashed");
    assert_eq!(salon.json(["attachments", anna]).as_array().unwrap().len(), 2);
    assert_eq!(salon.json(["check"])["ok"], true);
}

#[test]
fn what_is_refused_is_said_and_nothing_is_added() {
    let salon = Salon::new();
    let anna = salon.json(["client", "add", "--given-name", "Анна"])["id"].take();
    let anna = anna.as_str().unwrap();
    salon.write("empty", "");
    salon.write("note.txt", "x");
    salon
        .run(["attach", anna, "empty"])
        .assert_refused(1, "attachment.empty");
    salon
        .run(["attach", anna, "absent"])
        .assert_refused(1, "file.failed");
    salon
        .run(["attach", anna, "note.txt", "--photo"])
        .assert_refused(1, "attachment.no_picture");
    let nobody = "019a0000-0000-7000-8000-000000000000";
    salon
        .run(["save", nobody, "--out", "x"])
        .assert_refused(1, "not_found");
    salon.run(["detach", nobody]).assert_refused(1, "not_found");
    assert_eq!(salon.json(["attachments", anna]), json!([]));
}
