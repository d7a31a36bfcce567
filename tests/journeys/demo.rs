//! The demo book and head office: what is invented never comes among what is true.

use clientele_api::types::*;
use clientele_model::{ErrorCode, Language};
use clientele_tests::office::Office;
use clientele_tests::{Machine, create};

#[test]
fn the_demo_book_is_never_paired_and_its_code_stays_good() {
    let office = Office::new();
    let machine = Machine::new();
    let api = machine.start_by_hand();
    let language = Language::En;
    api.book_demo(BookDemo { language }).expect("the demo book");
    let code = office.code(None).to_text();
    let pair = |code: &str| {
        let (code, device_name) = (code.to_owned(), "Front desk".to_owned());
        api.head_office_pair(HeadOfficePair { code, device_name })
    };
    assert_eq!(pair(&code).unwrap_err().code, ErrorCode::HeadOfficeDemo);
    // Whatever was typed: the reason is the book.
    assert_eq!(pair("no code").unwrap_err().code, ErrorCode::HeadOfficeDemo);
    assert_eq!(api.head_office(Nothing).unwrap(), HeadOffice::default());
    assert_eq!(api.visit_now().unwrap_err().code, ErrorCode::HeadOfficeOff);

    // Head office never heard of it: a book of one's own takes the same code.
    create(&api);
    let paired = pair(&code).expect("a pairing").paired.expect("paired");
    assert_eq!(paired.device_name, "Front desk");
    assert_eq!(
        api.devices_list(Nothing).unwrap().len(),
        0,
        "before the first visit"
    );
    api.visit_now().expect("head office answers");
    assert_eq!(api.devices_list(Nothing).unwrap().len(), 1);

    // Nor is it filled with invented clients afterwards.
    assert_eq!(api.demo_fill(5, 1).unwrap_err().code, ErrorCode::BadRequest);
    assert_eq!(api.status(Nothing).unwrap().clients, 0);
}
