//! The same JSON, printed otherwise.

use super::Reasons;
use super::escapes::{Escapes, Facts};
use super::numbers::Numbers;
use super::reason::Reason;
use super::tree::{self, Node, Text};

/// The blanks between the parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Layout {
    /// As they are.
    Own,
    /// None.
    Compact,
    /// One after each comma and colon.
    Spaced,
    /// A line for each part, indented by so much.
    Indented(&'static str),
}

impl Layout {
    const KNOWN: [Self; 5] =
        [Self::Compact, Self::Spaced, Self::Indented("  "), Self::Indented("    "), Self::Indented("\t")];

    fn reason(self) -> Option<Reason> {
        match self {
            Self::Own => None,
            Self::Compact => Some(Reason::SignedCompact),
            Self::Spaced => Some(Reason::SignedWithSpaces),
            Self::Indented("  ") => Some(Reason::SignedIndented2),
            Self::Indented("    ") => Some(Reason::SignedIndented4),
            Self::Indented(_) => Some(Reason::SignedIndentedTab),
        }
    }
}

/// The order of the keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    /// As they are.
    Own,
    /// By their text.
    Sorted,
    /// As WMS writes them; keys that it does not know come last.
    Documented,
}

/// As the page lists them. The result's own sequence stands behind its `snr`, the envelope's behind the session.
const DOCUMENTED: [&str; 8] =
    ["timestamp", "sessionId", "measurementId", "snr", "sequence", "event", "severity", "payload"];

/// One way to print a body anew.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rewrite {
    layout: Layout,
    order: Order,
    escapes: Option<Escapes>,
    numbers: Numbers,
}

/// A body that is JSON.
#[derive(Debug)]
pub(super) struct Json<'a> {
    text: &'a str,
    own: Node<'a>,
    /// Where they differ from `own`.
    sorted: Option<Node<'a>>,
    documented: Option<Node<'a>>,
    /// The known layout that is the body's own.
    layout: Option<Layout>,
    facts: Facts,
    /// The numbers in each way that differs: printing them again and again would cost the most.
    numbers: Vec<(Numbers, Vec<String>)>,
}

impl<'a> Json<'a> {
    /// Takes a body apart; `None` where it is no JSON.
    pub(super) fn read(body: &'a [u8]) -> Option<Self> {
        let text = std::str::from_utf8(body).ok()?.trim_ascii();
        let ordered = |order: fn(&mut Node<'a>)| {
            let mut node = tree::parse(text)?;
            order(&mut node);
            Some(node)
        };
        let own = tree::parse(text)?;
        let sorted = ordered(|node| node.order_by(str::to_owned)).filter(|sorted| *sorted != own);
        let documented = ordered(|node| node.order_by(rank)).filter(|documented| *documented != own);
        let facts = Facts::of(&own);
        let numbers = printed(&own);
        let mut json = Self { text, own, sorted, documented, layout: None, facts, numbers };
        let plain = Rewrite { layout: Layout::Own, order: Order::Own, escapes: None, numbers: Numbers::AsIs };
        json.layout =
            Layout::KNOWN.into_iter().find(|layout| json.print(Rewrite { layout: *layout, ..plain }) == text);
        Some(json)
    }

    /// Every other way to print it, those with the fewest changes first, each with its changes.
    pub(super) fn rewrites(&self) -> Vec<(Reasons, Rewrite)> {
        let mut escapes = vec![None];
        escapes.extend(self.facts.ways().into_iter().map(Some));
        let mut orders = vec![Order::Own];
        orders.extend(self.sorted.is_some().then_some(Order::Sorted));
        orders.extend(self.documented.is_some().then_some(Order::Documented));
        let mut rewrites = Vec::new();
        for layout in std::iter::once(Layout::Own).chain(Layout::KNOWN) {
            for order in &orders {
                for escapes in &escapes {
                    for (numbers, _) in &self.numbers {
                        let rewrite = Rewrite { layout, order: *order, escapes: *escapes, numbers: *numbers };
                        if let Some(reasons) = self.reasons(rewrite) {
                            rewrites.push((reasons, rewrite));
                        }
                    }
                }
            }
        }
        rewrites.sort_by_key(|(reasons, _)| reasons.len());
        rewrites
    }

    /// What a rewrite changes; `None` where it changes nothing or is another one's twin.
    fn reasons(&self, rewrite: Rewrite) -> Option<Reasons> {
        let Rewrite { layout, order, escapes, numbers } = rewrite;
        if self.layout == Some(layout) {
            return None;
        }
        // With blanks that follow no rule, moving the keys leaves no rule for where the blanks go.
        if layout == Layout::Own && order != Order::Own && self.layout.is_none() {
            return None;
        }
        let mut reasons = Reasons::new();
        match order {
            Order::Own => {}
            Order::Sorted => reasons.push(Reason::SignedSorted),
            Order::Documented => reasons.push(Reason::SignedInDocumentedOrder),
        }
        reasons.extend(layout.reason());
        if let Some(way) = escapes {
            reasons.extend(self.facts.reasons(way));
        }
        reasons.extend(numbers.reason());
        (!reasons.is_empty()).then_some(reasons)
    }

    /// Prints it, without anything around it.
    pub(super) fn print(&self, rewrite: Rewrite) -> String {
        let mut out = String::with_capacity(self.text.len() + self.text.len() / 4);
        let layout = match rewrite.layout {
            Layout::Own => self.layout.unwrap_or(Layout::Own),
            layout => layout,
        };
        if layout == Layout::Own {
            self.respell(&mut out, rewrite);
            return out;
        }
        let node = match rewrite.order {
            Order::Own => None,
            Order::Sorted => self.sorted.as_ref(),
            Order::Documented => self.documented.as_ref(),
        };
        Printer { layout, rewrite, json: self }.node(&mut out, node.unwrap_or(&self.own), 0);
        out
    }

    /// Prints strings and numbers anew and leaves all between them as it is.
    fn respell(&self, out: &mut String, rewrite: Rewrite) {
        let mut rest = self.text;
        let mut place = 0;
        while let Some(first) = rest.bytes().next() {
            let length = match first {
                b'"' => tree::string_length(rest),
                b'-' | b'0'..=b'9' => rest.bytes().position(|byte| !tree::is_of_number(byte)),
                _ => rest.bytes().position(|byte| byte == b'"' || byte == b'-' || byte.is_ascii_digit()),
            };
            let (part, after) = rest.split_at(length.unwrap_or(rest.len()));
            match first {
                b'"' => rewrite.text(out, &Text { raw: part, says: serde_json::from_str(part).ok() }),
                b'-' | b'0'..=b'9' => {
                    self.number(out, rewrite.numbers, place, part);
                    place += 1;
                }
                _ => out.push_str(part),
            }
            rest = after;
        }
    }

    /// Of keys that come twice the last one counts, in the first one's place: so it is in JavaScript and Python.
    pub(super) fn forget_repeats(&mut self) {
        self.own.forget_repeats();
    }

    /// Keys that are whole numbers come first, by their value: so it is in JavaScript.
    pub(super) fn numbers_first(&mut self) {
        let index =
            |key: &str| key.parse::<u32>().ok().filter(|index| *index < u32::MAX && index.to_string() == key);
        self.own.order_by(|key| index(key).map_or(u64::MAX, u64::from));
    }

    /// As `JSON.stringify` prints it.
    pub(super) fn as_javascript(&mut self) -> String {
        self.print_as(Layout::Compact, Escapes::RAW, Numbers::JavaScript)
    }

    /// As `json.dumps` prints it.
    pub(super) fn as_python(&mut self) -> String {
        self.print_as(Layout::Spaced, Escapes::ASCII, Numbers::Python)
    }

    fn print_as(&mut self, layout: Layout, escapes: Escapes, numbers: Numbers) -> String {
        // By the places that they had when the body was read.
        let mut printed = Vec::new();
        let mut places = Vec::new();
        self.own.visit_numbers(&mut |place, number| places.push((place, numbers.print(number))));
        places.sort_unstable();
        for (place, number) in places {
            printed.resize(place, String::new());
            printed.push(number);
        }
        self.numbers = vec![(numbers, printed)];
        self.print(Rewrite { layout, order: Order::Own, escapes: Some(escapes), numbers })
    }

    fn number(&self, out: &mut String, way: Numbers, place: usize, number: &str) {
        let printed = self.numbers.iter().find(|(known, _)| *known == way);
        out.push_str(printed.and_then(|(_, printed)| printed.get(place)).map_or(number, String::as_str));
    }
}

/// The ways to print numbers that differ here.
fn printed(node: &Node<'_>) -> Vec<(Numbers, Vec<String>)> {
    let mut ways: Vec<(Numbers, Vec<String>)> = Vec::new();
    for way in Numbers::ALL {
        let mut printed = Vec::new();
        node.visit(&mut |_| {}, &mut |number| printed.push(way.print(number)));
        if !ways.iter().any(|(_, known)| *known == printed) {
            ways.push((way, printed));
        }
    }
    ways
}

fn rank(key: &str) -> usize {
    DOCUMENTED.iter().position(|known| *known == key).unwrap_or(DOCUMENTED.len())
}

impl Rewrite {
    fn text(self, out: &mut String, text: &Text<'_>) {
        match self.escapes {
            None => out.push_str(text.raw),
            Some(escapes) => escapes.write(out, text),
        }
    }
}

struct Printer<'j, 'a> {
    layout: Layout,
    rewrite: Rewrite,
    json: &'j Json<'a>,
}

impl Printer<'_, '_> {
    fn node(&self, out: &mut String, node: &Node<'_>, depth: usize) {
        match node {
            Node::Object(members) => {
                self.list(out, ['{', '}'], members, depth, |out, (key, value)| {
                    self.rewrite.text(out, key);
                    out.push_str(if self.layout == Layout::Compact { ":" } else { ": " });
                    self.node(out, value, depth + 1);
                });
            }
            Node::Array(items) => {
                self.list(out, ['[', ']'], items, depth, |out, item| self.node(out, item, depth + 1));
            }
            Node::Text(text) => self.rewrite.text(out, text),
            Node::Number(place, number) => self.json.number(out, self.rewrite.numbers, *place, number),
            Node::Word(word) => out.push_str(word),
        }
    }

    fn list<T>(
        &self,
        out: &mut String,
        [begin, end]: [char; 2],
        items: &[T],
        depth: usize,
        print: impl Fn(&mut String, &T),
    ) {
        out.push(begin);
        for (place, item) in items.iter().enumerate() {
            if place > 0 {
                out.push_str(if self.layout == Layout::Spaced { ", " } else { "," });
            }
            self.line(out, depth + 1);
            print(out, item);
        }
        if !items.is_empty() {
            self.line(out, depth);
        }
        out.push(end);
    }

    fn line(&self, out: &mut String, depth: usize) {
        if let Layout::Indented(step) = self.layout {
            out.push('\n');
            out.extend(std::iter::repeat_n(step, depth));
        }
    }
}
