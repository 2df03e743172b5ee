//! The rules, each a function from a file to what is wrong with it.

use syn::spanned::Spanned as _;
use syn::visit::{self, Visit};
use syn::{Attribute, Expr, Item};

use super::secrets::{derives, words};
use super::source::{Kind, SourceFile, attributes, is_for_tests};
use super::{BANNED_TEXTS, EDGE_WORDS, EDGES, LONGEST_FILE, NARROWER, ORDER};

/// What a top-level module may import; `None` where the module has no row.
fn may_import(module: &str) -> Option<Vec<&'static str>> {
    if let Some((_, only, _)) = NARROWER.iter().find(|(name, ..)| *name == module) {
        return Some(only.to_vec());
    }
    let row = ORDER.iter().position(|row| row.contains(&module))?;
    Some(ORDER[row + 1..].concat())
}

/// Top-level modules import only from those below them.
pub fn imports(file: &SourceFile) -> Vec<String> {
    let top = file.top();
    let may = match top {
        "lib" => return Vec::new(),
        "main" => vec!["cli"],
        _ => match may_import(top) {
            Some(may) => may,
            None => {
                return vec![format!(
                    "src/{}: the top-level module '{top}' has no row; give it its place in ORDER of \
                     tests/architecture.rs and in ARCHITECTURE.md",
                    file.path
                )];
            }
        },
    };
    let mut problems = Vec::new();
    for mention in file.mentions() {
        let [root, module, ..] = mention.path.as_slice() else { continue };
        if root == "crate" && mention.kind != Kind::Method && module != top && !may.contains(&module.as_str())
        {
            let allowed = if may.is_empty() { "nothing".to_owned() } else { may.join(", ") };
            let why = NARROWER
                .iter()
                .find(|(name, ..)| *name == top)
                .map_or("imports point down only", |row| row.2);
            problems.push(format!(
                "{}: {top} imports {} ({why}); it may import {allowed}: move what is needed down, or hand it in from \
                 above",
                file.at(mention.line),
                mention.path[1..].join("::")
            ));
        }
    }
    problems
}

/// Words of the outside world stand in edge files only.
pub fn edges(file: &SourceFile) -> Vec<String> {
    let edge =
        EDGES.iter().filter(|edge| file.path.starts_with(edge.under)).max_by_key(|edge| edge.under.len());
    let may = edge.map_or(&[][..], |edge| edge.may);
    let mut problems = Vec::new();
    for mention in file.mentions() {
        if let Some(word) = EDGE_WORDS.iter().find(|word| begins_with(&mention.path, mention.kind, word))
            && !may.contains(word)
        {
            let why = edge.map_or("a file without a row in EDGES is pure", |edge| edge.why);
            problems.push(format!(
                "{}: {word} does not belong here ({why}); take what is needed as an argument and leave the doing to an \
                 edge, or put the file into EDGES of tests/architecture.rs with the reason",
                file.at(mention.line)
            ));
        }
    }
    problems
}

/// True where the path begins with `word` (`std::fs`), or a glob takes it in (`std::*`).
fn begins_with(path: &[String], kind: Kind, word: &str) -> bool {
    let word: Vec<&str> = word.split("::").collect();
    match kind {
        Kind::Method => false,
        Kind::Glob => path.iter().zip(&word).all(|(a, b)| a == b),
        Kind::Path | Kind::Macro => path.len() >= word.len() && path.iter().zip(&word).all(|(a, b)| a == b),
    }
}

/// Clocks are read in clock.rs, randomness is asked for in seed.rs, printing is done by cli/printer.
pub fn sources_of_surprise(file: &SourceFile) -> Vec<String> {
    let mut problems = Vec::new();
    let mut tell = |line, what: String, where_to: &str| {
        problems.push(format!("{}: {what}; {where_to}", file.at(line)));
    };
    for mention in file.mentions() {
        let path: Vec<&str> = mention.path.iter().map(String::as_str).collect();
        let shown = path.join("::");
        if file.path != "clock.rs" && reads_clock(mention.kind, &path) {
            tell(
                mention.line,
                format!("{shown} reads a clock"),
                "take a Moment or Epoch as an argument: only clock.rs reads",
            );
        }
        if file.path != "seed.rs" && asks_for_randomness(mention.kind, &path) {
            tell(
                mention.line,
                format!("{shown} is random"),
                "draw from the seed by purpose: only seed.rs asks for randomness",
            );
        }
        if !file.path.starts_with("cli/printer/") && prints(mention.kind, &path) {
            tell(
                mention.line,
                format!("{shown} prints"),
                "return or tell a RunEvent: only cli/printer prints",
            );
        }
    }
    problems
}

fn reads_clock(kind: Kind, path: &[&str]) -> bool {
    match (kind, path) {
        (Kind::Method, ["elapsed"]) => true,
        (Kind::Path, [.., ty, "now"]) => {
            ty.starts_with(|first: char| first.is_uppercase()) && !matches!(*ty, "Self" | "RunClock")
        }
        _ => false,
    }
}

fn asks_for_randomness(kind: Kind, path: &[&str]) -> bool {
    kind != Kind::Method
        && (matches!(path.first(), Some(&("rand" | "getrandom" | "fastrand")))
            || path.contains(&"RandomState")
            || matches!(
                path,
                [.., "Uuid", "new_v1" | "new_v4" | "new_v6" | "new_v7" | "now_v1" | "now_v6" | "now_v7"]
            ))
}

fn prints(kind: Kind, path: &[&str]) -> bool {
    match kind {
        Kind::Macro => matches!(path, [.., "print" | "println" | "eprint" | "eprintln" | "dbg"]),
        Kind::Path | Kind::Glob => {
            matches!(path, ["std" | "tokio", "io", "stdout" | "stderr", ..])
                || matches!(path.first(), Some(&("anstream" | "indicatif")))
        }
        Kind::Method => false,
    }
}

/// What changes is handed from one to the next, not kept in a static. Only cli/printer may: there is one standard output.
pub fn globals(file: &SourceFile) -> Vec<String> {
    struct Statics(Vec<(usize, String)>);
    impl<'ast> Visit<'ast> for Statics {
        fn visit_item(&mut self, item: &'ast Item) {
            if !is_for_tests(attributes(item)) {
                visit::visit_item(self, item);
            }
        }

        fn visit_item_static(&mut self, item: &'ast syn::ItemStatic) {
            let (words, _) = words(&item.ty);
            let changes = |word: &String| {
                ["Once", "Lazy", "Atomic"].iter().any(|start| word.starts_with(start))
                    || matches!(word.as_str(), "Mutex" | "RwLock" | "Cell" | "RefCell")
            };
            if matches!(item.mutability, syn::StaticMutability::Mut(_)) || words.iter().any(changes) {
                self.0.push((item.ident.span().start().line, item.ident.to_string()));
            }
        }

        fn visit_macro(&mut self, call: &'ast syn::Macro) {
            if let Some(last) = call.path.segments.last()
                && last.ident == "thread_local"
            {
                self.0.push((last.ident.span().start().line, "thread_local!".to_owned()));
            }
        }
    }
    if file.path.starts_with("cli/printer/") {
        return Vec::new();
    }
    let mut statics = Statics(Vec::new());
    statics.visit_file(&file.syntax);
    let tell =
        |(line, name)| format!("{}: {name} is global and changes; hand it in as an argument", file.at(line));
    statics.0.into_iter().map(tell).collect()
}

/// A failure is a value: nothing panics on purpose, but where clippy was told why it cannot happen.
pub fn panics(file: &SourceFile) -> Vec<String> {
    let explained: Vec<_> = file
        .syntax
        .items
        .iter()
        .filter(|item| attributes(item).iter().any(explains_panic))
        .map(|item| item.span().start().line..=item.span().end().line)
        .collect();
    let mut problems = Vec::new();
    for mention in file.mentions() {
        let last = mention.path.last().map(String::as_str).unwrap_or_default();
        let wrong = match mention.kind {
            Kind::Method => matches!(last, "unwrap" | "expect" | "unwrap_err" | "expect_err"),
            Kind::Macro => matches!(last, "todo" | "unimplemented" | "panic" | "unreachable"),
            Kind::Path | Kind::Glob => false,
        };
        if wrong && !explained.iter().any(|lines| lines.contains(&mention.line)) {
            problems.push(format!(
                "{}: {last} ends the program; return an error, or choose a value that cannot be missing",
                file.at(mention.line)
            ));
        }
    }
    problems
}

/// `#[expect(clippy::unwrap_used, reason = "..")]` and its like.
fn explains_panic(attribute: &Attribute) -> bool {
    let text = attribute.meta.require_list().map(|list| list.tokens.to_string()).unwrap_or_default();
    attribute.path().is_ident("expect")
        && text.contains("reason =")
        && ["unwrap_used", "expect_used", "panic"].iter().any(|lint| text.contains(lint))
}

/// Lints are expected with a reason, never silenced.
pub fn lints(file: &SourceFile) -> Vec<String> {
    struct Lints<'a> {
        file: &'a SourceFile,
        problems: Vec<String>,
    }
    impl<'ast> Visit<'ast> for Lints<'_> {
        fn visit_attribute(&mut self, attribute: &'ast Attribute) {
            let line = attribute.pound_token.spans[0].start().line;
            if attribute.path().is_ident("allow") {
                self.problems.push(format!(
                    "{}: #[allow] hides a lint for ever; write #[expect(.., reason = \"..\")]",
                    self.file.at(line)
                ));
            }
            let reason =
                attribute.meta.require_list().is_ok_and(|list| list.tokens.to_string().contains("reason ="));
            if attribute.path().is_ident("expect") && !reason {
                self.problems.push(format!("{}: #[expect] without a reason; say why", self.file.at(line)));
            }
        }
    }
    let mut lints = Lints { file, problems: Vec::new() };
    lints.visit_file(&file.syntax);
    lints.problems
}

/// Files stay small enough to be read at one go.
pub fn length(file: &SourceFile) -> Vec<String> {
    let lines = file.text.lines().count();
    if lines <= LONGEST_FILE {
        return Vec::new();
    }
    vec![format!(
        "src/{}:{lines}: longer than {LONGEST_FILE} lines; split it by what it does, and put its tests into a file of \
         their own",
        file.path
    )]
}

/// Nothing tells where or on what machine the program was written.
pub fn texts(path: &str, text: &str) -> Vec<String> {
    let mut problems = Vec::new();
    for (number, line) in text.lines().enumerate() {
        for banned in BANNED_TEXTS {
            if line.contains(banned) {
                problems.push(format!(
                    "{path}:{}: '{banned}' is a path of one machine; leave it out",
                    number + 1
                ));
            }
        }
    }
    problems
}

/// Only `verify` makes a `Verified`.
pub fn verified(file: &SourceFile) -> Vec<String> {
    let mut found = Constructions { function: None, found: Vec::new() };
    found.visit_file(&file.syntax);
    let mut problems: Vec<String> = found
        .found
        .into_iter()
        .filter(|(_, function)| file.path != "protocol/mac.rs" || function.as_deref() != Some("verify"))
        .map(|(line, _)| format!("{}: only mac::verify makes a Verified; call it", file.at(line)))
        .collect();
    if file.path == "protocol/mac.rs" {
        let item = file.syntax.items.iter().find_map(|item| match item {
            Item::Struct(item) if item.ident == "Verified" => Some(item),
            _ => None,
        });
        let sealed = item.is_some_and(|item| {
            !item.fields.is_empty()
                && item.fields.iter().all(|field| matches!(field.vis, syn::Visibility::Inherited))
                && !derives(&item.attrs).iter().any(|name| matches!(name.as_str(), "Default" | "Deserialize"))
        });
        if !sealed {
            problems.push(format!(
                "src/{}: Verified can be made by anyone; keep a private field, and derive neither Default nor \
                 Deserialize",
                file.path
            ));
        }
    }
    problems
}

struct Constructions {
    function: Option<String>,
    found: Vec<(usize, Option<String>)>,
}

impl Constructions {
    fn note(&mut self, path: &syn::Path) {
        if let Some(last) = path.segments.last()
            && last.ident == "Verified"
        {
            self.found.push((last.ident.span().start().line, self.function.clone()));
        }
    }
}

impl<'ast> Visit<'ast> for Constructions {
    fn visit_item(&mut self, item: &'ast Item) {
        if !is_for_tests(attributes(item)) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        let before = self.function.replace(item.sig.ident.to_string());
        visit::visit_item_fn(self, item);
        self.function = before;
    }

    fn visit_expr_call(&mut self, call: &'ast syn::ExprCall) {
        if let Expr::Path(path) = &*call.func {
            self.note(&path.path);
        }
        visit::visit_expr_call(self, call);
    }

    fn visit_expr_struct(&mut self, item: &'ast syn::ExprStruct) {
        self.note(&item.path);
        visit::visit_expr_struct(self, item);
    }
}
