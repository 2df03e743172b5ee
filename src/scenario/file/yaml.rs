//! YAML text as a tree of nodes that know their places.
//!
//! The parser's events are read one by one and the tree is built on a stack of our own, so no file can overflow
//! the program's. Size, nesting and what aliases expand to are bounded.

use std::borrow::Cow;
use std::collections::HashMap;

use saphyr_parser::{Event, Parser, ScalarStyle, Tag};

use super::scalar::{self, Resolved};
use super::source::too_large;
use super::syntax;
use super::types::{MAX_FILE_BYTES, Span};
use super::words::quote;
use crate::scenario::diagnostic::Diagnostic;

/// The deepest nesting of lists and mappings. A step list in a step list takes four levels of YAML, so that the
/// limit on step lists is met first.
pub const MAX_NESTING: usize = 200;
/// What a file may hold in all, every alias written out: each node counts one, and one more for each 64 bytes of text.
pub const MAX_NODES: usize = 250_000;

/// A piece of a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// What it is.
    pub kind: Kind,
    /// Where it stands. A node that came by an alias stands where the alias does; what is inside it stands where it
    /// was written.
    pub span: Span,
}

/// The kinds of nodes.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// A single value.
    Scalar(Scalar),
    /// `[a, b]`, or lines that begin with `-`.
    List(Vec<Node>),
    /// `{a: b}`, or lines of `key: value`. Keys are scalars and no key comes twice.
    Map(Vec<(Node, Node)>),
}

/// A single value as it was written.
#[derive(Clone, Debug, PartialEq)]
pub struct Scalar {
    /// Its text, without quotes and with escapes resolved.
    pub text: String,
    /// Written without quotes: `5` is a number only if it is plain.
    pub plain: bool,
}

impl Node {
    /// The text of a scalar.
    pub fn text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Scalar(scalar) => Some(&scalar.text),
            _ => None,
        }
    }

    /// True for `null`, `~` and nothing at all.
    pub fn is_null(&self) -> bool {
        matches!(&self.kind, Kind::Scalar(scalar) if scalar::resolve(scalar) == Resolved::Null)
    }

    /// What it is, for a message: "a list".
    pub fn describe(&self) -> String {
        match &self.kind {
            Kind::List(_) => "a list".to_owned(),
            Kind::Map(_) => "a mapping".to_owned(),
            Kind::Scalar(scalar) => match scalar::resolve(scalar) {
                Resolved::Null if scalar.text.is_empty() => "nothing".to_owned(),
                Resolved::Null => "null".to_owned(),
                Resolved::Bool(value) => value.to_string(),
                Resolved::Number { .. } | Resolved::NotFinite => {
                    format!("the number {}", quote(&scalar.text))
                }
                Resolved::Text => format!("the text {}", quote(&scalar.text)),
            },
        }
    }
}

/// Reads a text that holds one YAML document; an empty one is a null. The tree is missing where the text is no YAML.
pub fn parse(text: &str) -> (Option<Node>, Vec<Diagnostic>) {
    if text.len() > MAX_FILE_BYTES {
        return (None, vec![too_large(text.len())]);
    }
    if let Some(diagnostic) = control_character(text) {
        return (None, vec![diagnostic]);
    }
    let mut builder = Builder::new(text);
    match builder.run() {
        Ok(()) => {
            let nothing =
                || Node { kind: Kind::Scalar(Scalar { text: String::new(), plain: true }), span: 0..0 };
            (Some(builder.root.unwrap_or_else(nothing)), builder.diagnostics)
        }
        Err(fatal) => {
            builder.diagnostics.push(*fatal);
            (None, builder.diagnostics)
        }
    }
}

/// What stops the reading. Boxed, as it is rare and large.
type Fatal = Box<Diagnostic>;

/// A list or mapping that is still open.
struct Frame {
    holder: Holder,
    start: usize,
    anchor: usize,
    /// The levels below this one so far.
    height: usize,
    /// The cost of everything inside so far.
    cost: usize,
}

enum Holder {
    List(Vec<Node>),
    Map { pairs: Vec<(Node, Node)>, seen: HashMap<String, Span>, key: Option<Node> },
}

/// A finished node that an alias can stand for.
struct Anchored {
    node: Node,
    height: usize,
    cost: usize,
}

struct Builder<'t> {
    text: &'t str,
    /// The byte of each character, where the two differ.
    bytes: Option<Vec<u32>>,
    stack: Vec<Frame>,
    anchors: HashMap<usize, Anchored>,
    spent: usize,
    root: Option<Node>,
    diagnostics: Vec<Diagnostic>,
}

impl<'t> Builder<'t> {
    fn new(text: &'t str) -> Self {
        Self {
            text,
            bytes: (!text.is_ascii()).then(|| byte_of_each_char(text)),
            stack: Vec::new(),
            anchors: HashMap::new(),
            spent: 0,
            root: None,
            diagnostics: Vec::new(),
        }
    }

    fn run(&mut self) -> Result<(), Fatal> {
        let mut parser = Parser::new_from_str(self.text);
        let mut documents = 0;
        while let Some(event) = parser.next_event() {
            let (event, span) = event.map_err(|error| Box::new(self.syntax_error(&error)))?;
            let span = self.place(span.start.index())..self.place(span.end.index());
            match event {
                Event::DocumentStart(_) => {
                    documents += 1;
                    if documents > 1 {
                        self.diagnostics.push(second_document(span));
                        break;
                    }
                }
                Event::SequenceStart(anchor, tag) => {
                    self.check_tag(tag.as_ref(), "seq", &span);
                    self.open(Holder::List(Vec::new()), span, anchor)?;
                }
                Event::MappingStart(anchor, tag) => {
                    self.check_tag(tag.as_ref(), "map", &span);
                    let holder = Holder::Map { pairs: Vec::new(), seen: HashMap::new(), key: None };
                    self.open(holder, span, anchor)?;
                }
                Event::SequenceEnd | Event::MappingEnd => self.close(&span)?,
                Event::Scalar(value, style, anchor, tag) => {
                    self.scalar(value.into_owned(), style, anchor, tag.as_ref(), span)?;
                }
                Event::Alias(anchor) => self.alias(anchor, span)?,
                Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => {}
            }
        }
        Ok(())
    }

    /// The byte at which a character begins; the text's end for those beyond it.
    fn place(&self, index: usize) -> usize {
        match &self.bytes {
            Some(bytes) => bytes.get(index).map_or(self.text.len(), |&byte| byte as usize),
            None => index.min(self.text.len()),
        }
    }

    fn syntax_error(&self, error: &saphyr_parser::ScanError) -> Diagnostic {
        let opener = self.stack.last().map(|frame| frame.start);
        syntax::explain(self.text, self.place(error.marker().index()), error.info(), opener)
    }

    fn open(&mut self, holder: Holder, span: Span, anchor: usize) -> Result<(), Fatal> {
        if self.stack.len() >= MAX_NESTING {
            return Err(Box::new(too_deep(span)));
        }
        self.spend(1, &span)?;
        self.stack.push(Frame { holder, start: span.start, anchor, height: 0, cost: 1 });
        Ok(())
    }

    fn close(&mut self, end: &Span) -> Result<(), Fatal> {
        let Some(frame) = self.stack.pop() else { return Ok(()) };
        let bracket = !end.is_empty() && self.text[end.start..].starts_with([']', '}']);
        let (kind, last) = match frame.holder {
            Holder::List(items) => {
                let last = items.last().map(|node| node.span.end);
                (Kind::List(items), last)
            }
            Holder::Map { pairs, .. } => {
                let last = pairs.last().map(|(key, value)| value.span.end.max(key.span.end));
                (Kind::Map(pairs), last)
            }
        };
        // A block ends where the next one begins, which can be lines below its own last character.
        let end = if bracket { end.start + 1 } else { last.unwrap_or(frame.start) };
        let node = Node { kind, span: frame.start..end.max(frame.start) };
        self.finish(node, frame.anchor, frame.height + 1, frame.cost)
    }

    fn scalar(
        &mut self,
        text: String,
        style: ScalarStyle,
        anchor: usize,
        tag: Option<&Cow<'_, Tag>>,
        span: Span,
    ) -> Result<(), Fatal> {
        let cost = 1 + text.len() / 64;
        let written = written_length(self.text.get(span.clone()).unwrap_or_default(), style);
        let span = if written == 0 { self.before(span.start) } else { span.start..span.start + written };
        self.spend(cost, &span)?;
        let scalar = Scalar { text, plain: style == ScalarStyle::Plain };
        let scalar = match tag {
            Some(tag) => self.tagged(scalar, tag, &span),
            None => scalar,
        };
        self.finish(Node { kind: Kind::Scalar(scalar), span }, anchor, 0, cost)
    }

    fn alias(&mut self, anchor: usize, span: Span) -> Result<(), Fatal> {
        let Some(Anchored { height, cost, .. }) = self.anchors.get(&anchor) else {
            let message = "an alias stands inside of what it stands for";
            let diagnostic = Diagnostic::error(message, span, "this would never end");
            return Err(Box::new(diagnostic.help("write the steps out")));
        };
        let (height, cost) = (*height, *cost);
        if self.stack.len() + height > MAX_NESTING {
            return Err(Box::new(too_deep(span)));
        }
        self.spend(cost, &span)?;
        match self.anchors.get(&anchor).map(|anchored| anchored.node.kind.clone()) {
            Some(kind) => self.finish(Node { kind, span }, 0, height, cost),
            None => Ok(()),
        }
    }

    fn spend(&mut self, cost: usize, span: &Span) -> Result<(), Fatal> {
        self.spent += cost;
        if self.spent <= MAX_NODES {
            return Ok(());
        }
        let message =
            format!("the file holds more than {MAX_NODES} values, counting what its aliases stand for");
        Err(Box::new(
            Diagnostic::error(message, span.clone(), "the limit is passed here")
                .help("use `repeat` or fragments instead of aliases"),
        ))
    }

    /// Hands a finished node to what it stands in.
    fn finish(&mut self, mut node: Node, anchor: usize, height: usize, cost: usize) -> Result<(), Fatal> {
        if anchor != 0 {
            // The copy is paid for, too: anchors in anchors would otherwise hold the same nodes many times over.
            self.spend(cost, &node.span)?;
            self.anchors.insert(anchor, Anchored { node: node.clone(), height, cost });
        }
        let Some(frame) = self.stack.last_mut() else {
            self.root.get_or_insert(node);
            return Ok(());
        };
        frame.height = frame.height.max(height);
        frame.cost += cost;
        match &mut frame.holder {
            Holder::List(items) => items.push(node),
            Holder::Map { pairs, seen, key: pending } => match pending.take() {
                None => *pending = Some(node),
                Some(key) => {
                    if node.text() == Some("") && node.span.end <= key.span.end + 1 {
                        // Nothing was written: what is said about it is said about its key.
                        node.span = key.span.clone();
                    }
                    match check_key(&key, seen) {
                        Ok(()) => pairs.push((key, node)),
                        Err(problem) => self.diagnostics.push(*problem),
                    }
                }
            },
        }
        Ok(())
    }

    /// The last character that is no space before a place: where a value that was left out is shown.
    fn before(&self, place: usize) -> Span {
        let text = self.text.get(..place).unwrap_or_default().trim_end();
        let start = text.char_indices().next_back().map_or(0, |(start, _)| start);
        start..text.len()
    }

    fn check_tag(&mut self, tag: Option<&Cow<'_, Tag>>, wanted: &str, span: &Span) {
        if let Some(tag) = tag.filter(|tag| !(tag.is_yaml_core_schema() && tag.suffix == wanted)) {
            self.diagnostics.push(unknown_tag(tag, span));
        }
    }

    /// A scalar as its tag wants it read.
    fn tagged(&mut self, scalar: Scalar, tag: &Tag, span: &Span) -> Scalar {
        let known = tag.is_yaml_core_schema()
            && matches!(tag.suffix.as_str(), "str" | "int" | "float" | "bool" | "null");
        if !known {
            self.diagnostics.push(unknown_tag(tag, span));
            return scalar;
        }
        if tag.suffix == "str" {
            return Scalar { plain: false, ..scalar };
        }
        let plain = Scalar { plain: true, ..scalar };
        let fits = match scalar::resolve(&plain) {
            Resolved::Null => tag.suffix == "null",
            Resolved::Bool(_) => tag.suffix == "bool",
            Resolved::Number { integer, .. } => tag.suffix == "float" || (tag.suffix == "int" && integer),
            Resolved::NotFinite => tag.suffix == "float",
            Resolved::Text => false,
        };
        if !fits {
            let message = format!("{} is not what its tag `!!{}` says", quote(&plain.text), tag.suffix);
            self.diagnostics.push(Diagnostic::error(message, span.clone(), "").help("leave the tag out"));
        }
        plain
    }
}

/// The first character that YAML does not allow in a file, not even in quotes.
fn control_character(text: &str) -> Option<Diagnostic> {
    let forbidden = |c: &(usize, char)| c.1.is_control() && !matches!(c.1, '\t' | '\n' | '\r' | '\u{85}');
    let (place, c) = text.char_indices().find(forbidden)?;
    let span = place..place + c.len_utf8();
    let what = match c {
        '\0' => "NUL".to_owned(),
        _ => format!("the control character U+{:04X}", u32::from(c)),
    };
    Some(
        Diagnostic::error(format!("byte {place} is {what}"), span, "not text")
            .help("remove it; in double quotes, `\\e`, `\\x07` and the like stand for such characters"),
    )
}

/// How much of a scalar's text is the scalar: the parser counts the spaces and comments in that follow it.
fn written_length(text: &str, style: ScalarStyle) -> usize {
    let quote = match style {
        ScalarStyle::SingleQuoted => '\'',
        ScalarStyle::DoubleQuoted => '"',
        _ => return text.trim_end().len(),
    };
    // An anchor or tag may stand ahead of the quote.
    let Some(open) = text.find(quote) else { return text.trim_end().len() };
    let mut rest = text[open + 1..].char_indices().peekable();
    while let Some((place, c)) = rest.next() {
        let escape = (quote == '"' && c == '\\')
            || (quote == '\'' && c == quote && rest.peek().is_some_and(|(_, next)| *next == quote));
        if escape {
            rest.next();
        } else if c == quote {
            return open + 1 + place + 1;
        }
    }
    text.trim_end().len()
}

/// A key has to be a word, and to come once.
fn check_key(key: &Node, seen: &mut HashMap<String, Span>) -> Result<(), Fatal> {
    let Some(text) = key.text() else {
        let message = format!("a key has to be a word, this is {}", key.describe());
        let diagnostic = Diagnostic::error(message, key.span.clone(), "");
        return Err(Box::new(diagnostic.help("write `key: value`")));
    };
    if let Some(first) = seen.get(text) {
        let message = format!("the key {} comes twice", quote(text));
        let diagnostic = Diagnostic::error(message, key.span.clone(), "again here");
        return Err(Box::new(diagnostic.also(first.clone(), "first here").help("keep one of the two")));
    }
    seen.insert(text.to_owned(), key.span.clone());
    Ok(())
}

fn too_deep(span: Span) -> Diagnostic {
    let message = format!("lists and mappings are nested more than {MAX_NESTING} deep");
    Diagnostic::error(message, span, "too deep here").help("move inner steps into `fragments`")
}

fn second_document(span: Span) -> Diagnostic {
    Diagnostic::error("the file holds more than one document", span, "a second one begins here")
        .help("write one file for each scenario; a multi-document file cannot be read")
}

fn unknown_tag(tag: &Tag, span: &Span) -> Diagnostic {
    let shown = if tag.is_yaml_core_schema() { format!("!!{}", tag.suffix) } else { tag.to_string() };
    Diagnostic::error(format!("the tag {} is not known", quote(&shown)), span.clone(), "")
        .help("leave it out: numbers, texts, lists and mappings need no tag")
}

fn byte_of_each_char(text: &str) -> Vec<u32> {
    // The text has at most MAX_FILE_BYTES, so every place fits.
    text.char_indices().map(|(place, _)| u32::try_from(place).unwrap_or(u32::MAX)).collect()
}

#[cfg(test)]
mod tests;
