//! A web page of one file: no scripts, nothing fetched, and every word that a person typed is text.

use std::fmt::Write;

use super::AccessExport;
use super::sheet::{Block, Change, Section, Sheet, sheet};

/// Nothing may be run or fetched, whatever stands in the page: the style above all is all there is.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

const STYLE: &str = "\
:root { color-scheme: light dark; }
body { max-width: 46rem; margin: 2rem auto; padding: 0 1rem; font: 1rem/1.5 system-ui, sans-serif; }
h1 { font-size: 1.6rem; line-height: 1.25; overflow-wrap: anywhere; }
h2 { margin: 2.5rem 0 .75rem; padding-bottom: .25rem; border-bottom: 1px solid; font-size: 1.2rem; }
h3 { margin: 0 0 .25rem; font-size: 1rem; font-weight: 600; overflow-wrap: anywhere; }
p, dd, td, th { overflow-wrap: anywhere; }
time { font-weight: 400; opacity: .75; }
.said { white-space: pre-wrap; }
.note { display: block; font-size: .875rem; opacity: .75; }
dl { display: grid; grid-template-columns: minmax(8rem, 1fr) 3fr; gap: .4rem 1rem; }
dt { opacity: .75; }
dd { margin: 0; }
article { margin: 0 0 1.1rem; break-inside: avoid-page; }
article p { margin: 0; }
table { width: 100%; border-collapse: collapse; table-layout: fixed; font-size: .9rem; }
th, td { padding: .2rem .5rem .2rem 0; border-top: 1px solid #8886; text-align: start; vertical-align: top; }
th { width: 12rem; font-weight: 400; opacity: .75; }
.none { opacity: .6; }
@media print {
  :root { color-scheme: light; }
  body { max-width: none; margin: 0; padding: 0; font-size: 10pt; }
  h2, h3 { break-after: avoid; }
  tr { break-inside: avoid; }
  @page { margin: 18mm; }
}
";

/// The page.
pub(super) fn html(export: &AccessExport) -> String {
    let sheet = sheet(export);
    let mut page = Page(String::new());
    page.sheet(&sheet);
    page.0
}

struct Page(String);

impl Page {
    /// Markup of our own.
    fn put(&mut self, markup: &str) {
        self.0.push_str(markup);
    }

    /// Words, whoever wrote them.
    fn say(&mut self, text: &str) {
        for c in text.chars() {
            match c {
                '&' => self.put("&amp;"),
                '<' => self.put("&lt;"),
                '>' => self.put("&gt;"),
                '"' => self.put("&quot;"),
                '\'' => self.put("&#39;"),
                '\n' | '\t' => self.0.push(c),
                // A page may not hold these; the JSON has them.
                c if c.is_control() => self.0.push('\u{FFFD}'),
                c => self.0.push(c),
            }
        }
    }

    /// An element with words. Their direction is their own: a name from the right-to-left world does not turn
    /// the page round.
    fn element(&mut self, name: &str, class: &str, text: &str) {
        let class = match class {
            "" => String::new(),
            class => format!(" class=\"{class}\""),
        };
        let _ = write!(self.0, "<{name}{class} dir=\"auto\">");
        self.say(text);
        let _ = write!(self.0, "</{name}>");
    }

    fn sheet(&mut self, sheet: &Sheet) {
        let language = sheet.language;
        let _ = write!(
            self.0,
            "<!doctype html>\n<html lang=\"{language}\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"robots\" content=\"noindex\">\n<title>"
        );
        self.say(&sheet.title);
        let _ = write!(
            self.0,
            "</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n"
        );
        self.element("h1", "", &sheet.title);
        self.put("\n");
        for sentence in &sheet.lead {
            self.element("p", "", sentence);
            self.put("\n");
        }
        for section in &sheet.sections {
            self.section(sheet, section);
        }
        self.put("</main>\n</body>\n</html>\n");
    }

    fn section(&mut self, sheet: &Sheet, section: &Section) {
        self.put("<section>\n");
        self.element("h2", "", section.title);
        self.put("\n");
        if let Some(lead) = section.lead {
            self.element("p", "", lead);
            self.put("\n");
        }
        let are_facts = matches!(section.blocks.first(), Some(Block::Fact { .. }));
        self.put(if are_facts { "<dl>\n" } else { "" });
        for block in &section.blocks {
            self.block(sheet, block);
        }
        self.put(if are_facts { "</dl>\n" } else { "" });
        self.put("</section>\n");
    }

    fn block(&mut self, sheet: &Sheet, block: &Block) {
        match block {
            Block::Fact { name, value, note } => {
                self.element("dt", "", name);
                self.put("<dd>");
                self.element("span", "said", value);
                if !note.is_empty() {
                    self.element("span", "note", note);
                }
                self.put("</dd>\n");
            }
            Block::Event { when, head, text } => {
                self.head(when, head);
                if !text.is_empty() {
                    self.element("p", "said", text);
                }
                self.put("</article>\n");
            }
            Block::Step { when, head, changes } => {
                self.head(when, head);
                self.changes(sheet, changes);
                self.put("</article>\n");
            }
        }
    }

    /// A table of three columns; of two where there was nothing before.
    fn changes(&mut self, sheet: &Sheet, changes: &[Change]) {
        if changes.is_empty() {
            return;
        }
        let words = sheet.words;
        let are_changed = changes.iter().any(|change| change.was.is_some());
        self.put("<table>");
        if are_changed {
            self.put("<thead><tr>");
            for column in [words.field, words.was, words.is] {
                self.put("<th scope=\"col\">");
                self.say(column);
                self.put("</th>");
            }
            self.put("</tr></thead>");
        }
        self.put("<tbody>");
        for Change { field, was, is } in changes {
            self.put("<tr><th scope=\"row\" dir=\"auto\">");
            self.say(field);
            self.put("</th>");
            let values = if are_changed { vec![was, is] } else { vec![is] };
            for value in values {
                match value {
                    Some(value) => self.element("td", "said", value),
                    None => self.element("td", "none", words.nothing),
                }
            }
            self.put("</tr>");
        }
        self.put("</tbody></table>");
    }

    fn head(&mut self, when: &str, head: &str) {
        self.put("<article><h3>");
        self.element("span", "", head);
        self.put(" ");
        self.element("time", "", when);
        self.put("</h3>");
    }
}
