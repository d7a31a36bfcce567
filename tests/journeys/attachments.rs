//! Photos and files on a card, as the window and the command line come to them.

use std::path::PathBuf;

use clientele_api::types::{
    AttachmentPhoto, AttachmentRef, AttachmentsChoose, AttachmentsDropped, AttachmentsPasted, ClientRef,
    ClientSave, DroppedRef, Nothing, PastedFile,
};
use clientele_api::{Api, Event, Refusal};
use clientele_core::attachments::{Attachment, FILE_BYTES_MAX};
use clientele_core::workspace::StepLabel;
use clientele_formats::attachments::jpeg;
use clientele_model::{AttachmentId, ClientDraft, ClientId, ErrorCode};
use clientele_tests::{Machine, create};

fn salon() -> (Machine, Api<Machine>, ClientId) {
    let machine = Machine::new();
    let api = machine.start();
    create(&api);
    let after = ClientDraft {
        given_name: "Анна".into(),
        ..ClientDraft::default()
    };
    let anna = api.client_save(ClientSave {
        id: None,
        before: None,
        after,
    });
    let anna = anna.unwrap().value;
    (machine, api, anna)
}

/// A picture of one colour.
fn picture(colour: u8) -> Vec<u8> {
    jpeg(400, 300, [colour, 90, 140].repeat(400 * 300)).unwrap()
}

fn put(machine: &Machine, name: &str, bytes: &[u8]) -> PathBuf {
    let path = machine.path(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

fn choose(
    api: &Api<Machine>,
    path: PathBuf,
    client_id: ClientId,
    as_photo: bool,
) -> Result<AttachmentId, Refusal> {
    api.host().dialogs.lock().unwrap().push_back(path);
    let written = api.attachments_choose(AttachmentsChoose { client_id, as_photo })?;
    Ok(written.value[0])
}

fn list(api: &Api<Machine>, id: ClientId) -> Vec<Attachment> {
    api.attachments_list(ClientRef { id }).unwrap()
}

fn last_event(machine: &Machine) -> Event {
    machine.events.lock().unwrap().pop().expect("an event")
}

fn code<T: std::fmt::Debug>(result: Result<T, Refusal>) -> ErrorCode {
    result.unwrap_err().code
}

#[test]
fn a_photo_is_chosen_seen_changed_saved_and_taken_back() {
    let (machine, api, anna) = salon();
    let bytes = picture(200);
    let face = choose(&api, put(&machine, "Лице на Анна.JPG", &bytes), anna, true).unwrap();
    assert_eq!(api.client_get(ClientRef { id: anna }).unwrap().photo, Some(face));
    let row = &list(&api, anna)[0];
    assert!(row.is_photo && row.is_picture && row.is_here, "{row:?}");
    assert_eq!(
        (row.name.as_str(), row.media_type.as_str()),
        ("Лице на Анна.JPG", "image/jpeg")
    );
    // The window looks at it by its address.
    let small = api.picture(&format!("/thumb/{face}")).unwrap();
    let whole = api.picture(&format!("/whole%2F{face}")).unwrap();
    assert_eq!(
        (small.media_type.as_str(), whole.media_type.as_str()),
        ("image/jpeg", "image/jpeg")
    );
    assert!(small.bytes.len() < 16 * 1024 && whole.bytes == bytes);
    // Saved under a name of the user's choice.
    let out = machine.path("copy.jpg");
    machine.dialogs.lock().unwrap().push_back(out.clone());
    api.attachment_save(AttachmentRef { id: face }).unwrap();
    assert!(std::fs::read(&out).unwrap() == bytes);
    let onto_book = machine.path("data/book.clientele");
    assert_eq!(
        code(api.attachment_to(&onto_book, face)),
        ErrorCode::ExportOntoBook
    );
    // Not the photo any more; back; into the trash; back.
    let off = AttachmentPhoto {
        id: face,
        is_photo: false,
    };
    api.attachment_photo(off).unwrap();
    assert_eq!(api.client_get(ClientRef { id: anna }).unwrap().photo, None);
    assert_eq!(api.undo(Nothing).unwrap().value.of, Some(StepLabel::PhotoChanged));
    api.attachment_trash(AttachmentRef { id: face }).unwrap();
    assert!(list(&api, anna).is_empty());
    assert_eq!(api.trash_list(Nothing).unwrap()[0].title, "Лице на Анна.JPG");
    api.attachment_restore(AttachmentRef { id: face }).unwrap();
    assert!(list(&api, anna)[0].is_photo);
    assert!(api.book_check(Nothing).unwrap().ok);
}

#[test]
fn what_could_run_or_breaks_its_reader_is_only_ever_saved() {
    let (machine, api, anna) = salon();
    let svg = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>".to_vec();
    let mut broken = picture(1);
    broken.truncate(300);
    // A picture that claims to be larger than any memory.
    let mut bomb = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x75\x2f\0\0\x75\x2f\x08\x06\0\0\0".to_vec();
    bomb.extend([0; 64]);
    let files = [
        ("a.svg", svg),
        ("page.html", b"<!doctype html><script>alert(1)</script>".to_vec()),
        ("broken.jpg", broken),
        ("bomb.png", bomb),
        ("program.jpg", b"MZ\x90\0".to_vec()),
    ];
    for (name, bytes) in files {
        let path = put(&machine, name, &bytes);
        assert_eq!(
            code(choose(&api, path.clone(), anna, true)),
            ErrorCode::AttachmentNoPicture,
            "{name}"
        );
        let id = choose(&api, path, anna, false).unwrap_or_else(|refusal| panic!("{name}: {refusal}"));
        for what in ["thumb", "whole"] {
            assert_eq!(
                code(api.picture(&format!("/{what}/{id}"))),
                ErrorCode::NotFound,
                "{name}"
            );
        }
        let out = machine.path("saved");
        api.attachment_to(&out, id).unwrap();
        assert!(std::fs::read(&out).unwrap() == bytes, "{name}");
    }
    // Where nobody can look at pictures, a picture is a file.
    machine.set_reader(machine.path("nobody"));
    let id = choose(&api, put(&machine, "good.jpg", &picture(2)), anna, false).unwrap();
    assert_eq!(code(api.picture(&format!("/thumb/{id}"))), ErrorCode::NotFound);
}

#[test]
fn an_address_leads_to_pictures_of_the_open_book_alone() {
    let (machine, api, anna) = salon();
    let face = choose(&api, put(&machine, "a.jpg", &picture(3)), anna, true).unwrap();
    let elsewhere = AttachmentId::new();
    for address in [
        "",
        "/",
        "/thumb",
        "/thumb/",
        "/thumb/../../etc/passwd",
        "/etc/passwd",
        &format!("/thumb/{elsewhere}"),
        &format!("/thumb/{anna}"),
        &format!("/other/{face}"),
        &format!("/whole/{face}/x"),
    ] {
        assert_eq!(code(api.picture(address)), ErrorCode::NotFound, "{address}");
    }
    api.book_close(Nothing).unwrap();
    assert_eq!(
        code(api.picture(&format!("/thumb/{face}"))),
        ErrorCode::BookNotOpen
    );
}

#[test]
fn files_that_are_dropped_go_where_they_fall() {
    let (machine, api, anna) = salon();
    let dropped = |paths: &[PathBuf]| {
        api.dropped_at(paths.to_vec(), (700.0, 300.0));
        match last_event(&machine) {
            Event::FilesDropped { id, names, x, y } => {
                assert_eq!((x, y), (700.0, 300.0));
                (id, names)
            }
            other => panic!("{other:?}"),
        }
    };
    let (face, note) = (
        put(&machine, "a.jpg", &picture(4)),
        put(&machine, "бележка.txt", "да".as_bytes()),
    );
    let (id, names) = dropped(&[face, note]);
    assert_eq!(names, ["a.jpg", "бележка.txt"], "names, and no path");
    let onto = AttachmentsDropped {
        id: id.clone(),
        client_id: anna,
    };
    let written = api.attachments_dropped(onto.clone()).unwrap();
    assert_eq!(written.value.len(), 2);
    assert_eq!(list(&api, anna).len(), 2);
    assert_eq!(code(api.attachments_dropped(onto)), ErrorCode::DropGone, "once");
    assert_eq!(code(api.import_dropped(DroppedRef { id })), ErrorCode::DropGone);
    api.undo(Nothing).unwrap();
    assert!(
        list(&api, anna).is_empty(),
        "what was dropped at once is one step"
    );
    // Beside the card, a list of clients.
    let (id, _) = dropped(&[put(
        &machine,
        "c.csv",
        "Име;Телефон\nБорис;0888 123 456\n".as_bytes(),
    )]);
    api.import_dropped(DroppedRef { id }).unwrap();
    let told = last_event(&machine);
    assert!(
        matches!(&told, Event::ImportDropped { preview } if preview.created == 1),
        "{told:?}"
    );
    // A folder, and too many.
    let (id, _) = dropped(&[machine.path("data")]);
    assert_eq!(
        code(api.attachments_dropped(AttachmentsDropped { id, client_id: anna })),
        ErrorCode::FileFailed
    );
    let (id, _) = dropped(&vec![machine.path("a.jpg"); 21]);
    assert_eq!(
        code(api.attachments_dropped(AttachmentsDropped { id, client_id: anna })),
        ErrorCode::TooMany
    );
}

#[test]
fn what_is_too_large_is_not_even_read() {
    let (machine, api, anna) = salon();
    let path = machine.path("film.mov");
    let file = std::fs::File::create(&path).unwrap();
    file.set_len(40 * 1024 * 1024 * 1024).unwrap();
    let refusal = choose(&api, path.clone(), anna, false).unwrap_err();
    assert_eq!(refusal.code, ErrorCode::AttachmentTooLarge);
    assert_eq!(
        (refusal.params["name"].as_str(), refusal.params["max"].as_str()),
        ("film.mov", "26214400")
    );
    file.set_len(FILE_BYTES_MAX).unwrap();
    let id = choose(&api, path, anna, false).unwrap();
    assert_eq!(list(&api, anna)[0].size_bytes, FILE_BYTES_MAX);
    api.attachment_to(&machine.path("back"), id).unwrap();
    assert_eq!(
        std::fs::metadata(machine.path("back")).unwrap().len(),
        FILE_BYTES_MAX
    );
    assert_eq!(
        code(choose(&api, machine.path("absent"), anna, false)),
        ErrorCode::FileFailed
    );
    assert_eq!(
        code(api.attachments_choose(AttachmentsChoose {
            client_id: anna,
            as_photo: false
        })),
        ErrorCode::DialogCancelled
    );
}

#[test]
fn what_is_pasted_is_added_like_what_is_dropped() {
    let (_machine, api, anna) = salon();
    let pasted = |files: &[(&str, &str)]| {
        let files = files.iter().map(|(name, content)| PastedFile {
            name: (*name).to_owned(),
            content: (*content).to_owned(),
        });
        let files = files.collect();
        api.attachments_pasted(AttachmentsPasted {
            client_id: anna,
            files,
        })
    };
    // A GIF of one point, without a name; and a file whose name is a path.
    let point = "R0lGODlhAQABAIAAAKqqqgAAACwAAAAAAQABAAACAkQBADs=";
    let written = pasted(&[("", point), ("/home/anna/бележка.txt", "0LTQsA==")]).unwrap();
    assert_eq!(written.step.unwrap().label, StepLabel::AttachmentsAdded);
    let mut rows = list(&api, anna);
    rows.sort_by(|one, other| one.name.cmp(&other.name));
    let told: Vec<_> = rows.iter().map(|row| (&*row.name, row.is_picture)).collect();
    assert_eq!(told, [("image.png", true), ("бележка.txt", false)]);
    assert_eq!(rows[1].size_bytes, 4);
    // What is no file is told, and nothing is added.
    assert_eq!(code(pasted(&[])), ErrorCode::ClipboardNothing);
    assert_eq!(code(pasted(&[("a.png", "")])), ErrorCode::ClipboardNothing);
    assert_eq!(code(pasted(&[("a.png", "%%%")])), ErrorCode::BadRequest);
    assert_eq!(code(pasted(&[("a.png", point); 21])), ErrorCode::TooMany);
    let large = "AAAA".repeat(usize::try_from(FILE_BYTES_MAX).unwrap() / 3 + 2);
    assert_eq!(code(pasted(&[("a.bin", &large)])), ErrorCode::AttachmentTooLarge);
    assert_eq!(list(&api, anna).len(), 2);
}
