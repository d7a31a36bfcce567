//! A Rust file taken apart into code, strings and comments, as far as the rules need it.

/// A string literal, without its quotes.
pub struct Literal {
    /// The line on which it begins.
    pub line: usize,
    /// What stands between the quotes; escapes as they are written.
    pub text: String,
}

/// Code without comments and strings, and the strings. The lines of `code` are those of the file.
pub struct RustSource {
    /// The file with everything else turned into blanks.
    pub code: String,
    /// Its string literals in order.
    pub literals: Vec<Literal>,
}

/// Takes a file apart, up to the tests at its end.
pub fn read(text: &str) -> RustSource {
    let text = without_tests(text);
    let mut source = RustSource {
        code: String::with_capacity(text.len()),
        literals: Vec::new(),
    };
    let mut rest = text;
    let mut line = 1;
    while let Some(first) = rest.chars().next() {
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            block_comment(rest)
        } else if let Some((start, end, length)) = string(rest, source.code.chars().next_back()) {
            source.literals.push(Literal {
                line,
                text: rest[start..end].to_owned(),
            });
            length
        } else if let Some(length) = character(rest) {
            length
        } else {
            source.code.push(first);
            line += usize::from(first == '\n');
            rest = &rest[first.len_utf8()..];
            continue;
        };
        let (skipped, after) = rest.split_at(length);
        source
            .code
            .extend(skipped.chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
        line += skipped.matches('\n').count();
        rest = after;
    }
    source
}

/// By custom the tests of a module stand at its end.
fn without_tests(text: &str) -> &str {
    text.find("\n#[cfg(test)]\nmod ").map_or(text, |end| &text[..end])
}

fn block_comment(text: &str) -> usize {
    let mut depth = 0;
    for (at, _) in text.char_indices() {
        if text[at..].starts_with("/*") {
            depth += 1;
        } else if text[at..].starts_with("*/") {
            depth -= 1;
            if depth == 0 {
                return at + 2;
            }
        }
    }
    text.len()
}

/// Where the content of the string at the beginning starts and ends, and where the string ends with its quotes.
fn string(text: &str, before: Option<char>) -> Option<(usize, usize, usize)> {
    let is_inside_word = before.is_some_and(|c| c.is_alphanumeric() || c == '_');
    let prefix = ["br", "cr", "r", "b", "c"]
        .iter()
        .find(|prefix| text.starts_with(**prefix))
        .map_or(0, |p| p.len());
    let prefix = if is_inside_word { 0 } else { prefix };
    let hashes = text[prefix..].bytes().take_while(|byte| *byte == b'#').count();
    let start = prefix + hashes + 1;
    if text.as_bytes().get(start - 1) != Some(&b'"') {
        return None;
    }
    if text[..prefix].contains('r') {
        let close = format!("\"{}", "#".repeat(hashes));
        let end = start + text[start..].find(&close)?;
        return Some((start, end, end + close.len()));
    }
    if hashes > 0 {
        return None;
    }
    let mut escaped = false;
    for (at, c) in text[start..].char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return Some((start, start + at, start + at + 1)),
            _ => {}
        }
    }
    None
}

/// The length of the character literal at the beginning, if it is one and not a lifetime.
fn character(text: &str) -> Option<usize> {
    let inner = text.strip_prefix('\'')?;
    let mut characters = inner.char_indices();
    match characters.next()?.1 {
        '\\' => Some(2 + inner.char_indices().skip(2).find(|(_, c)| *c == '\'')?.0),
        '\'' => None,
        _ => matches!(characters.next(), Some((_, '\''))).then(|| 2 + characters.offset() - 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_code_from_strings_and_comments() {
        let text = "let a = \"one \\\" two\"; // \"no\"\n/* \"no\" /* */ */ let b = br#\"three \" four\"#;\n\
                    fn f<'a>(c: &'a char) { c == '\"'; c == '\\''; c == 'ы'; \"five\" }\n\
                    #[cfg(test)]\nmod tests { \"no\" }";
        let source = read(text);
        let found: Vec<(usize, &str)> = source
            .literals
            .iter()
            .map(|l| (l.line, l.text.as_str()))
            .collect();
        assert_eq!(found, [(1, "one \\\" two"), (2, "three \" four"), (3, "five")]);
        assert!(
            source.code.contains("let b =") && !source.code.contains("no"),
            "{}",
            source.code
        );
    }
}
