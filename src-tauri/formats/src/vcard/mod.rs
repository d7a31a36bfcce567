//! vCard files: many cards, every version, every encoding, and cards that break off.
//!
//! Why not a vCard library: the one that comes closest (`calcard`) gives no line numbers, takes text whose
//! encoding nobody says for Latin, and reads a card that breaks off together with the next one. Over its own
//! 244 test files both find the same people; they differ where an encoding has to be guessed.

mod fill;
mod lines;
mod own;
mod property;

use std::cell::OnceCell;

use clientele_model::{ErrorCode, Refusal};
use encoding_rs::{Encoding, UTF_8};

use crate::{Options, Program, Sink, text_encoding};
use lines::Lines;
use property::Property;

/// The caller hears about the progress after so many lines.
const LINES_PER_REPORT: u64 = 4096;

/// So many bytes of an unsaid encoding are enough to tell it.
const DETECTION_BYTES: usize = 64 * 1024;

/// What is read of one card so far.
struct Open {
    line: u64,
    properties: Vec<Property>,
    /// How many cards stand inside this one (the `AGENT` of vCard 2.1).
    inner: u32,
}

/// Reads all cards of a file.
pub(crate) fn read(
    bytes: &[u8],
    options: &Options,
    country: &str,
    sink: &mut dyn Sink,
) -> Result<(), Refusal> {
    let named = options
        .encoding
        .as_deref()
        .map(text_encoding::by_name)
        .transpose()?;
    // UTF-16 is undone for the file as a whole; in all others a colon is a colon.
    let whole = named
        .filter(|e| !e.is_ascii_compatible())
        .or_else(|| text_encoding::marked(bytes));
    let decoded = whole.filter(|e| *e != UTF_8).map(|e| e.decode(bytes).0);
    let bytes = decoded.as_ref().map_or(bytes, |text| text.as_bytes());
    let bytes = bytes.strip_prefix("\u{FEFF}".as_bytes()).unwrap_or(bytes);

    let guessed = OnceCell::new();
    let fallback =
        || -> &'static Encoding { named.unwrap_or_else(|| guessed.get_or_init(|| guess(bytes, country))) };
    let mut reader = Reader {
        open: None,
        any: false,
        source: None,
        sink,
    };
    let mut lines = Lines::new(bytes);
    let (total, mut read) = (bytes.len() as u64, 0);
    while let Some(line) = lines.next() {
        read += 1;
        if read % LINES_PER_REPORT == 0 && reader.sink.progress(lines.at() as u64, total).is_break() {
            return Err(ErrorCode::ImportCancelled.into());
        }
        reader.take(line.number, &line.bytes, &fallback)?;
    }
    reader.break_off()?;
    if !reader.any {
        return Err(ErrorCode::ImportNoPeople.into());
    }
    if reader.sink.progress(total, total).is_break() {
        return Err(ErrorCode::ImportCancelled.into());
    }
    Ok(())
}

struct Reader<'s> {
    open: Option<Open>,
    /// Was there any card at all?
    any: bool,
    /// Who wrote it, once a property has given it away.
    source: Option<Program>,
    sink: &'s mut dyn Sink,
}

impl Reader<'_> {
    fn take(
        &mut self,
        number: u64,
        line: &[u8],
        fallback: &dyn Fn() -> &'static Encoding,
    ) -> Result<(), Refusal> {
        if is(line, "BEGIN:VCARD") {
            let agent = |open: &Open| open.properties.last().is_some_and(|p| p.name == "AGENT");
            match &mut self.open {
                Some(open) if open.inner > 0 || agent(open) => open.inner += 1,
                _ => {
                    self.break_off()?;
                    self.open = Some(Open {
                        line: number,
                        properties: Vec::new(),
                        inner: 0,
                    });
                }
            }
        } else if is(line, "END:VCARD") {
            match &mut self.open {
                Some(open) if open.inner > 0 => {
                    open.inner -= 1;
                    // Without this a card that follows an agent would be one, too.
                    open.properties.pop();
                }
                _ => {
                    if let Some(open) = self.open.take() {
                        self.any = true;
                        self.sink
                            .take(open.line, fill::draft(&open.properties, fallback))?;
                    }
                }
            }
        } else if let Some(open) = &mut self.open
            && open.inner == 0
            && let Some(property) = Property::read(line, fallback)
        {
            if self.source.is_none()
                && let Some(program) = writer(&property.name, line)
            {
                self.source = Some(program);
                self.sink.source(program);
            }
            open.properties.push(property);
        }
        Ok(())
    }

    /// A card without an end: whatever came after is lost, so it is not passed off as whole.
    fn break_off(&mut self) -> Result<(), Refusal> {
        let Some(open) = self.open.take() else {
            return Ok(());
        };
        let refusal = Refusal::new(ErrorCode::ImportRowBroken).with("detail", "END:VCARD");
        self.any = true;
        self.sink.take(open.line, Err(refusal))
    }
}

/// The program that writes such a property, if only one does.
fn writer(name: &str, line: &[u8]) -> Option<Program> {
    const LOOKED_AT_BYTES: usize = 200;
    let says = |what: &str| {
        let line = &line[..line.len().min(LOOKED_AT_BYTES)];
        line.windows(what.len()).any(|part| part == what.as_bytes())
    };
    match name {
        "PRODID" if says("Apple") => Some(Program::Apple),
        "PRODID" if says("Mozilla") || says("Thunderbird") => Some(Program::Thunderbird),
        "PRODID" if says("Outlook") => Some(Program::Outlook),
        "PRODID" if says("Clientele") => Some(Program::Clientele),
        "X-ANDROID-CUSTOM" => Some(Program::Android),
        "CATEGORIES" if says("myContacts") => Some(Program::Google),
        "X-GTALK" => Some(Program::Google),
        "X-ABUID" | "X-ABSHOWAS" | "X-ABADR" => Some(Program::Apple),
        name if name.starts_with("X-MS-OL-") => Some(Program::Outlook),
        name if name.starts_with("X-MOZILLA-") => Some(Program::Thunderbird),
        _ => None,
    }
}

fn is(line: &[u8], what: &str) -> bool {
    line.len() < 256
        && str::from_utf8(line).is_ok_and(|line| {
            line.split_once(':').is_some_and(|(name, value)| {
                what.split_once(':').is_some_and(|(n, v)| {
                    name.trim().eq_ignore_ascii_case(n) && value.trim().eq_ignore_ascii_case(v)
                })
            })
        })
}

/// The encoding of the values for which nothing says it: judged by all of them together, since one name
/// alone says too little.
fn guess(bytes: &[u8], country: &str) -> &'static Encoding {
    let mut sample = Vec::new();
    for line in Lines::new(bytes) {
        if let Some(property) = Property::read(&line.bytes, &|| UTF_8)
            && let Some(value) = property.unexplained()
        {
            sample.extend_from_slice(value);
            sample.push(b'\n');
        }
        if sample.len() > DETECTION_BYTES {
            break;
        }
    }
    text_encoding::detect(&sample, country)
}
