//! YAML within bounds, read as the authenticator's own reader takes it.
//!
//! The values of `aws-auth` are YAML that anybody with the right to edit a ConfigMap may have written. So reading takes
//! time and memory in proportion to the text, whatever is in it: its length, its depth and what its aliases stand for
//! are limited.
//!
//! The parser speaks YAML 1.2 and the authenticator's YAML 1.1. Where the two differ on anything that is likely to be
//! met, the text is refused: a row that is read here but not by the cluster would turn into access that nobody has
//! today.

use std::collections::HashMap;
use std::rc::Rc;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Tag};

use self::plain::Kind;

mod plain;

/// The longest text that is read, in bytes: as much as Kubernetes lets a whole ConfigMap hold.
const MAX_BYTES: usize = 1024 * 1024;

/// The deepest nesting that is read. A row of `aws-auth` needs four levels.
const MAX_DEPTH: usize = 16;

/// The most values that are read, counting what an alias stands for each time that it stands for it.
const MAX_NODES: usize = 100_000;

/// A value in a YAML document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Node {
    /// A text; unlike every other value it may be a name.
    Text(String),
    /// Nothing: an absent value, `~` or `null`.
    Null,
    /// A number or a truth value, spelt as it was written.
    Other(String),
    /// A list.
    List(Vec<Rc<Node>>),
    /// A mapping, in the order in which it was written; a key may come twice.
    Map(Vec<(String, Rc<Node>)>),
}

/// Why a text is not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason} (line {line}, column {column})")]
pub(super) struct Unreadable {
    reason: String,
    line: usize,
    column: usize,
}

impl Unreadable {
    fn at(marker: &Marker, reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), line: marker.line(), column: marker.col() + 1 }
    }
}

/// Reads the one document in `text`; a text without any is nothing.
///
/// # Errors
///
/// The text is not YAML, is beyond the bounds, or holds something that the authenticator refuses or may read
/// otherwise: a tag, a merge key, a mapping for a key, a second document.
pub(super) fn read(text: &str) -> Result<Rc<Node>, Unreadable> {
    check_text(text)?;
    let mut parser = Parser::new_from_str(text);
    let mut document = Document::default();
    while let Some(next) = parser.next_event() {
        let (event, span) = next.map_err(|error| Unreadable::at(error.marker(), error.info()))?;
        document.take(event, &span.start)?;
    }
    Ok(document.root.unwrap_or(Rc::new(Node::Null)))
}

/// Refuses a text that is too long, tabs before a line's first word, and characters that YAML forbids or that its
/// versions take differently: for YAML 1.1, which the authenticator reads, some of these end a line.
fn check_text(text: &str) -> Result<(), Unreadable> {
    if text.len() > MAX_BYTES {
        let reason = format!("it has {} bytes; more than {MAX_BYTES} do not fit into a ConfigMap", text.len());
        return Err(Unreadable { reason, line: 1, column: 1 });
    }
    for (at, line) in text.split('\n').enumerate() {
        let indentation = line.len() - line.trim_start_matches([' ', '\t']).len();
        let tab =
            line[..indentation].find('\t').map(|_| "a tab stands before the first word; indent with spaces".to_owned());
        let odd = || line.chars().find(|c| is_odd(*c));
        let odd = || odd().map(|c| format!("it holds the character {}, which YAML does not allow", c.escape_unicode()));
        if let Some(reason) = tab.or_else(odd) {
            return Err(Unreadable { reason, line: at + 1, column: 1 });
        }
    }
    Ok(())
}

fn is_odd(c: char) -> bool {
    match c {
        '\t' | '\r' => false,
        '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}' => true,
        c => c.is_control(),
    }
}

/// A document while it is being read.
#[derive(Default)]
struct Document {
    root: Option<Rc<Node>>,
    documents: usize,
    open: Vec<Open>,
    /// What an anchor stands for, and how many values that is.
    anchors: HashMap<usize, (Rc<Node>, usize)>,
    nodes: usize,
}

/// A list or a mapping that has not ended.
struct Open {
    anchor: usize,
    /// How many values the document had before it.
    before: usize,
    content: Content,
}

enum Content {
    List(Vec<Rc<Node>>),
    Map { entries: Vec<(String, Rc<Node>)>, key: Option<String> },
}

impl Document {
    fn take(&mut self, event: Event<'_>, at: &Marker) -> Result<(), Unreadable> {
        match event {
            Event::DocumentStart(_) => {
                self.documents += 1;
                if self.documents > 1 {
                    return Err(Unreadable::at(at, "a second document begins here, which is never read; take it out"));
                }
                Ok(())
            }
            Event::Scalar(text, style, anchor, tag) => {
                let node = scalar(&text, style, tag.as_deref(), at)?;
                self.count(1, at)?;
                self.add(node, anchor, 1, at)
            }
            Event::SequenceStart(anchor, tag) => self.begin(Content::List(Vec::new()), anchor, tag.as_deref(), at),
            Event::MappingStart(anchor, tag) => {
                self.begin(Content::Map { entries: Vec::new(), key: None }, anchor, tag.as_deref(), at)
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(at),
            Event::Alias(anchor) => {
                let Some((node, size)) = self.anchors.get(&anchor).cloned() else {
                    return Err(Unreadable::at(at, "an alias stands here for what it is itself part of"));
                };
                self.count(size, at)?;
                self.add(node, 0, size, at)
            }
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => Ok(()),
        }
    }

    fn count(&mut self, nodes: usize, at: &Marker) -> Result<(), Unreadable> {
        self.nodes += nodes;
        if self.nodes > MAX_NODES {
            let reason = format!("it holds more than {MAX_NODES} values, aliases counted for what they stand for");
            return Err(Unreadable::at(at, reason));
        }
        Ok(())
    }

    fn begin(&mut self, content: Content, anchor: usize, tag: Option<&Tag>, at: &Marker) -> Result<(), Unreadable> {
        if tag.is_some() {
            return Err(Unreadable::at(at, "a YAML tag stands here; take it out"));
        }
        if self.open.len() == MAX_DEPTH {
            return Err(Unreadable::at(at, format!("it is nested more than {MAX_DEPTH} levels deep")));
        }
        self.open.push(Open { anchor, before: self.nodes, content });
        self.count(1, at)
    }

    fn end(&mut self, at: &Marker) -> Result<(), Unreadable> {
        let Some(Open { anchor, before, content }) = self.open.pop() else { return Ok(()) };
        let node = match content {
            Content::List(items) => Node::List(items),
            Content::Map { entries, .. } => Node::Map(entries),
        };
        self.add(Rc::new(node), anchor, self.nodes - before, at)
    }

    /// Puts a whole value where it belongs.
    fn add(&mut self, node: Rc<Node>, anchor: usize, size: usize, at: &Marker) -> Result<(), Unreadable> {
        // The parser numbers anchors from one; nought is no anchor.
        if anchor != 0 {
            self.anchors.insert(anchor, (node.clone(), size));
        }
        match self.open.last_mut().map(|open| &mut open.content) {
            None => self.root = Some(node),
            Some(Content::List(items)) => items.push(node),
            Some(Content::Map { entries, key }) => match key.take() {
                Some(key) => entries.push((key, node)),
                None => *key = Some(key_of(&node, at)?),
            },
        }
        Ok(())
    }
}

fn scalar(text: &str, style: ScalarStyle, tag: Option<&Tag>, at: &Marker) -> Result<Rc<Node>, Unreadable> {
    let is_text = match tag {
        None => style != ScalarStyle::Plain,
        Some(tag) if tag.is_yaml_core_schema() && tag.suffix == "str" => true,
        Some(tag) => return Err(Unreadable::at(at, format!("the YAML tag {tag} stands here; take it out"))),
    };
    let text = text.to_owned();
    let kind = if is_text { Kind::Text } else { plain::kind(&text) };
    Ok(Rc::new(match kind {
        Kind::Text => Node::Text(text),
        Kind::Null => Node::Null,
        Kind::Other => Node::Other(text),
        Kind::Merge => return Err(Unreadable::at(at, "a merge key (<<) stands here; write out what it merges")),
        Kind::Unusable => return Err(Unreadable::at(at, format!("{text} is a number that no ConfigMap can use"))),
    }))
}

fn key_of(node: &Node, at: &Marker) -> Result<String, Unreadable> {
    match node {
        Node::Text(key) | Node::Other(key) => Ok(key.clone()),
        Node::Null => Err(Unreadable::at(at, "a key is missing before a colon")),
        // {{SessionName}} without quotes is a mapping in a mapping, and the authenticator then drops every row.
        Node::List(_) | Node::Map(_) => {
            Err(Unreadable::at(at, "a key is itself a list or a mapping; put quotes around what begins with { or ["))
        }
    }
}

#[cfg(test)]
mod tests;
