//! Reads messages out of source code.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// Constants that the documentation shows, not a diagnostic.
const DOCUMENTATION: [&str; 4] = ["DESCRIPTION", "SUMMARY", "ON_DESTROY", "CALLS"];

/// What makes a message: the first argument that counts is its summary, the next its detail.
const MAKERS: [(&str, &str, &str); 5] = [
    ("Diagnostic", "error", "error"),
    ("Diagnostic", "warning", "warning"),
    ("Diagnostic", "bug", "error, our bug"),
    ("FunctionError", "new", "error of a function"),
    ("FunctionError", "in_argument", "error of a function, at an argument"),
];

/// The messages of one source file.
#[derive(Default)]
pub(super) struct File {
    name: String,
    messages: Vec<Message>,
    /// The other sentences.
    others: Vec<String>,
    constants: BTreeMap<String, TokenStream>,
}

struct Message {
    severity: &'static str,
    summary: Vec<String>,
    detail: Vec<String>,
}

/// What `let` has given names to so far.
type Names = BTreeMap<String, TokenStream>;

/// Every file below `src/` that says something, in the order of their names.
pub(super) fn files(src: &Path) -> Vec<File> {
    let mut paths = Vec::new();
    list(src, &mut paths);
    paths.sort();
    let read = |path: PathBuf| {
        let name = Path::new("src").join(path.strip_prefix(src).unwrap());
        File::read(name.to_str().unwrap(), &fs::read_to_string(&path).unwrap())
    };
    paths.into_iter().map(read).filter(|file| !file.is_silent()).collect()
}

fn list(folder: &Path, paths: &mut Vec<PathBuf>) {
    // What is generated, what is for tests, and the documentation.
    const SILENT: [&str; 4] = ["generated", "tests", "tests.rs", "docs"];
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if SILENT.iter().any(|silent| path.ends_with(silent)) {
            continue;
        }
        if path.is_dir() { list(&path, paths) } else { paths.push(path) }
    }
}

impl File {
    pub(super) fn read(name: &str, code: &str) -> Self {
        let mut file = Self { name: name.to_owned(), ..Self::default() };
        let tokens: TokenStream = code.parse().unwrap();
        file.find_constants(&tokens);
        file.walk(&tokens, &mut Names::new());
        let said: BTreeSet<_> =
            file.messages.iter().flat_map(|it| it.summary.iter().chain(&it.detail)).cloned().collect();
        file.others.retain(|text| is_sentence(text) && !said.contains(text));
        let mut seen = BTreeSet::new();
        file.others.retain(|text| seen.insert(text.clone()));
        file
    }

    fn is_silent(&self) -> bool {
        self.messages.is_empty() && self.others.is_empty()
    }

    fn find_constants(&mut self, tokens: &TokenStream) {
        let tokens: Vec<_> = tokens.clone().into_iter().collect();
        for (at, token) in tokens.iter().enumerate() {
            match token {
                TokenTree::Ident(word) if word == "const" => {
                    if let Some(TokenTree::Ident(name)) = tokens.get(at + 1) {
                        self.constants.insert(name.to_string(), initializer(&tokens[at..]));
                    }
                }
                TokenTree::Group(group) => self.find_constants(&group.stream()),
                _ => {}
            }
        }
    }

    fn walk(&mut self, tokens: &TokenStream, names: &mut Names) {
        let tokens: Vec<_> = tokens.clone().into_iter().collect();
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            at += 1;
            match token {
                TokenTree::Punct(punct) if punct.as_char() == '#' => at += self.attribute(&tokens[at..]),
                TokenTree::Ident(word) if word == "const" => {
                    let is_documentation = matches!(tokens.get(at), Some(TokenTree::Ident(name))
                        if DOCUMENTATION.iter().any(|documentation| name == documentation));
                    if is_documentation {
                        at += length_of_statement(&tokens[at..]);
                    }
                }
                TokenTree::Ident(word) if word == "fn" => names.clear(),
                TokenTree::Ident(word) if word == "let" => {
                    let init = initializer(&tokens[at..]);
                    for name in pattern(&tokens[at..]) {
                        names.insert(name, init.clone());
                    }
                }
                TokenTree::Ident(word) if is_for_the_log(word) => {
                    // The arguments of the macro are for the log.
                    at += tokens[at..]
                        .iter()
                        .position(|token| matches!(token, TokenTree::Group(_)))
                        .map_or(0, |at| at + 1);
                }
                TokenTree::Ident(word) => self.message(&word.to_string(), &tokens[at..], names),
                TokenTree::Group(group) => self.walk(&group.stream(), names),
                TokenTree::Literal(_) => self.others.extend(text(token)),
                TokenTree::Punct(_) => {}
            }
        }
    }

    /// The length of an attribute, and of what it takes out.
    fn attribute(&mut self, tokens: &[TokenTree]) -> usize {
        let Some((at, TokenTree::Group(group))) =
            tokens.iter().enumerate().find(|(_, it)| matches!(it, TokenTree::Group(_)))
        else {
            return 0;
        };
        let attribute = group.stream().to_string();
        if attribute.starts_with("error") {
            self.others.extend(texts(&group.stream(), &Names::new(), &BTreeMap::new(), 0));
        }
        if attribute.replace(' ', "") == "cfg(test)" {
            let rest = &tokens[at + 1..];
            let is_end = |token: &TokenTree| match token {
                TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
                TokenTree::Punct(punct) => punct.as_char() == ';',
                _ => false,
            };
            return at + 1 + rest.iter().position(is_end).map_or(0, |end| end + 1);
        }
        at + 1
    }

    fn message(&mut self, word: &str, rest: &[TokenTree], names: &Names) {
        let [TokenTree::Punct(_), TokenTree::Punct(_), TokenTree::Ident(method), TokenTree::Group(group), ..] = rest
        else {
            return;
        };
        let maker = MAKERS.iter().find(|(ty, made_by, _)| word == *ty && method == made_by);
        let Some((ty, made_by, severity)) = maker else { return };
        let arguments = arguments(&group.stream());
        let texts = |at: usize| {
            arguments.get(at).map(|argument| texts(argument, names, &self.constants, 0)).unwrap_or_default()
        };
        let (summary, detail) = match (*ty, *made_by) {
            ("FunctionError", "new") => (Vec::new(), texts(0)),
            ("FunctionError", _) => (Vec::new(), texts(1)),
            _ => (texts(0), texts(1)),
        };
        self.messages.push(Message { severity, summary, detail });
    }
}

/// The literals that a value may be made of, wherever they are written down.
fn texts(tokens: &TokenStream, names: &Names, constants: &Names, depth: usize) -> Vec<String> {
    let mut found = Vec::new();
    if depth > 5 {
        return found;
    }
    let tokens: Vec<_> = tokens.clone().into_iter().collect();
    for (at, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Literal(_) => found.extend(text(token)),
            TokenTree::Group(group) => {
                // What a diagnostic is blamed on is no part of its words.
                let is_path = matches!(at.checked_sub(1).map(|at| &tokens[at]), Some(TokenTree::Ident(word))
                    if ["at_attribute", "at", "join", "split_once"].iter().any(|name| word == name));
                if !is_path {
                    found.extend(texts(&group.stream(), names, constants, depth));
                }
            }
            TokenTree::Ident(word) => {
                let word = word.to_string();
                if let Some(value) = names.get(&word).or_else(|| constants.get(&word)) {
                    found.extend(texts(value, names, constants, depth + 1));
                }
            }
            TokenTree::Punct(_) => {}
        }
    }
    let mut seen = BTreeSet::new();
    found.retain(|text| seen.insert(text.clone()));
    found
}

/// The text of a string, if it has words.
fn text(token: &TokenTree) -> Option<String> {
    let literal = syn::parse_str::<syn::LitStr>(&token.to_string()).ok()?.value();
    literal.chars().any(char::is_alphabetic).then_some(literal)
}

/// Whether the arguments of the macro of this name are for the log.
fn is_for_the_log(name: &proc_macro2::Ident) -> bool {
    ["tracing", "event", "panic", "log_debug", "log_info"].iter().any(|word| name == word)
}

fn is_sentence(text: &str) -> bool {
    text.split_whitespace().count() > 2
}

fn arguments(tokens: &TokenStream) -> Vec<TokenStream> {
    let tokens: Vec<_> = tokens.clone().into_iter().collect();
    let is_comma = |token: &TokenTree| matches!(token, TokenTree::Punct(it) if it.as_char() == ',');
    tokens.split(is_comma).map(|part| part.iter().cloned().collect()).collect()
}

/// What is between the `=` of a statement and its end.
fn initializer(tokens: &[TokenTree]) -> TokenStream {
    let statement = &tokens[..length_of_statement(tokens)];
    let equals = statement.iter().position(|token| matches!(token, TokenTree::Punct(it) if it.as_char() == '='));
    equals.map(|at| statement[at + 1..].iter().cloned().collect()).unwrap_or_default()
}

fn length_of_statement(tokens: &[TokenTree]) -> usize {
    let is_end = |token: &TokenTree| matches!(token, TokenTree::Punct(it) if it.as_char() == ';');
    tokens.iter().position(is_end).unwrap_or(tokens.len())
}

/// The names in front of the `=` of a `let`.
fn pattern(tokens: &[TokenTree]) -> Vec<String> {
    let is_end = |token: &&TokenTree| matches!(token, TokenTree::Punct(it) if "=;:".contains(it.as_char()));
    let mut names = Vec::new();
    for token in tokens.iter().take_while(|token| !is_end(token)) {
        match token {
            TokenTree::Ident(name) => names.push(name.to_string()),
            TokenTree::Group(group) => names.extend(pattern(&group.stream().into_iter().collect::<Vec<_>>())),
            _ => {}
        }
    }
    names
}

impl fmt::Display for File {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n", self.name)?;
        for Message { severity, summary, detail } in &self.messages {
            let summary = if summary.is_empty() { "(given by the caller)".to_owned() } else { summary.join(" / ") };
            writeln!(f, "  {severity}: {summary}")?;
            let detail = if detail.is_empty() { "(given by the caller)".to_owned() } else { detail.join(" / ") };
            writeln!(f, "{}\n", indented(&detail, 4))?;
        }
        for other in &self.others {
            writeln!(f, "{}\n", indented(other, 2))?;
        }
        Ok(())
    }
}

fn indented(text: &str, by: usize) -> String {
    let indent = " ".repeat(by);
    let lines = text.lines().map(|line| if line.is_empty() { String::new() } else { format!("{indent}{line}") });
    lines.collect::<Vec<_>>().join("\n")
}
