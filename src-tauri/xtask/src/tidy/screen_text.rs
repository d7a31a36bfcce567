//! No screen speaks one language only: every word a person reads comes from the translations.

use super::{Finding, SourceFile};

/// Attributes that are read out or shown.
const SPOKEN: &[&str] = &[
    "title",
    "aria-label",
    "aria-description",
    "aria-roledescription",
    "placeholder",
    "alt",
    "label",
];
/// Elements whose content is the same in every language: names of keys, samples of code.
const UNTRANSLATED: &[&str] = &["kbd", "code"];

/// Finds literal words between the tags and in the spoken attributes of a Svelte file.
pub fn check(file: &SourceFile) -> Vec<Finding> {
    if !file.has_extension(&["svelte"]) || file.is_test() {
        return Vec::new();
    }
    let mut reader = Reader {
        file,
        rest: &file.text,
        line: 1,
        inside: None,
        findings: Vec::new(),
    };
    reader.read();
    reader.findings
}

struct Reader<'a> {
    file: &'a SourceFile,
    rest: &'a str,
    line: usize,
    /// The untranslated element that is open.
    inside: Option<String>,
    findings: Vec<Finding>,
}

impl<'a> Reader<'a> {
    fn read(&mut self) {
        while !self.rest.is_empty() {
            if self.rest.starts_with("<!--") {
                self.skip_past("-->");
            } else if self.rest.starts_with("<script") {
                self.skip_past("</script>");
            } else if self.rest.starts_with("<style") {
                self.skip_past("</style>");
            } else if self.rest.starts_with('{') {
                self.take(expression(self.rest));
            } else if is_tag(self.rest) {
                self.tag();
            } else {
                let end = self
                    .rest
                    .char_indices()
                    .skip(1)
                    .find(|(at, c)| *c == '{' || is_tag(&self.rest[*at..]));
                let (line, text) = (self.line, self.take(end.map_or(self.rest.len(), |(at, _)| at)));
                if self.inside.is_none() {
                    self.spoken(line, text, "text between the tags");
                }
            }
        }
    }

    fn tag(&mut self) {
        let is_end = self.rest.starts_with("</");
        self.take(if is_end { 2 } else { 1 });
        let name = self.take(
            self.rest
                .find(|c: char| c.is_whitespace() || "/>".contains(c))
                .unwrap_or(self.rest.len()),
        );
        while let Some(first) = self.rest.chars().next() {
            match first {
                '>' => {
                    self.take(1);
                    break;
                }
                '{' => drop(self.take(expression(self.rest))),
                _ if first.is_whitespace() || first == '/' => drop(self.take(1)),
                _ => self.attribute(),
            }
        }
        if UNTRANSLATED.contains(&name) {
            self.inside = (!is_end).then(|| name.to_owned());
        }
    }

    fn attribute(&mut self) {
        let end = self
            .rest
            .find(|c: char| c.is_whitespace() || "=>/{".contains(c))
            .unwrap_or(self.rest.len());
        let name = self.take(end.max(1));
        if !self.rest.starts_with('=') {
            return;
        }
        self.take(1);
        let quote = self.rest.chars().next().filter(|c| matches!(c, '"' | '\''));
        if quote.is_some() {
            self.take(1);
        }
        while let Some(first) = self.rest.chars().next() {
            if Some(first) == quote {
                self.take(1);
                return;
            }
            if quote.is_none() && (first.is_whitespace() || first == '>') {
                return;
            }
            if first == '{' {
                self.take(expression(self.rest));
                continue;
            }
            let ends =
                |c: char| c == '{' || Some(c) == quote || quote.is_none() && (c.is_whitespace() || c == '>');
            let (line, text) = (
                self.line,
                self.take(self.rest.find(ends).unwrap_or(self.rest.len())),
            );
            if SPOKEN.contains(&name) {
                self.spoken(line, text, &format!("words in {name}"));
            }
        }
    }

    fn spoken(&mut self, line: usize, text: &str, what: &str) {
        let is_entity = |word: &str| word.starts_with('&') && word.ends_with(';');
        // One letter is a key or a sign, not a word.
        let is_spoken =
            |word: &&str| !is_entity(word) && word.chars().filter(|c| c.is_alphabetic()).count() > 1;
        if let Some(word) = text.split_whitespace().find(is_spoken) {
            let before = text.find(word).map_or(0, |at| text[..at].matches('\n').count());
            let message = format!("{what} that no translation knows: {word:?}");
            self.findings
                .push(Finding::new(self.file, line + before, message));
        }
    }

    fn skip_past(&mut self, end: &str) {
        self.take(self.rest.find(end).map_or(self.rest.len(), |at| at + end.len()));
    }

    fn take(&mut self, length: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at(length);
        self.line += taken.matches('\n').count();
        self.rest = rest;
        taken
    }
}

fn is_tag(text: &str) -> bool {
    let mut characters = text.chars();
    characters.next() == Some('<')
        && characters
            .next()
            .is_some_and(|c| c == '/' || c == '!' || c.is_alphabetic())
}

/// The length of the expression in braces at the beginning; braces in its strings do not count.
fn expression(text: &str) -> usize {
    let mut depth = 0usize;
    let mut quote = None;
    let mut characters = text.char_indices();
    while let Some((at, c)) = characters.next() {
        match (quote, c) {
            (Some(_), '\\') => drop(characters.next()),
            (Some(open), _) if open == c => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'' | '`') => quote = Some(c),
            (None, '{') => depth += 1,
            (None, '}') => {
                depth -= 1;
                if depth == 0 {
                    return at + 1;
                }
            }
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::super::testing::{findings, lines};
    use super::*;

    #[test]
    fn finds_words_between_tags() {
        let text =
            "<script>const a = \"word\";</script>\n<h1>Clients</h1>\n<p class=\"wide\">{t(\"a\")}: Имя</p>\n";
        assert_eq!(lines(check, "ui/src/A.svelte", text), [2, 3]);
        assert!(findings(check, "ui/src/A.svelte", text)[1].1.contains("Имя"));
    }

    #[test]
    fn finds_words_in_spoken_attributes() {
        let text = "<input\n  placeholder=\"Search\"\n  type=\"text\" />\n<button aria-label='Close {name}'>{x}</button>";
        assert_eq!(lines(check, "ui/src/A.svelte", text), [2, 4]);
    }

    #[test]
    fn leaves_expressions_signs_and_keys_alone() {
        let text = "{#if a < b}\n<p title={t(\"x\", { n: '}' })} class=\"a b\">{`${n} of`} · 12 &nbsp; —</p>\n{:else}<kbd>Ctrl</kbd><b title=\"L\">x</b>\
                    {/if}\n<!-- a word -->\n<style>p { color: red }</style>\n<Row {...rest} onclick={() => go(a > b)} />";
        assert!(
            lines(check, "ui/src/A.svelte", text).is_empty(),
            "{:?}",
            findings(check, "ui/src/A.svelte", text)
        );
    }
}
