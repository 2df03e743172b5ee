//! A file of `src/`, parsed, and everything that it names: paths, macros and method calls, each with its line. Code
//! that is compiled for tests only is passed over.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};
use syn::punctuated::Punctuated;
use syn::visit::{self, Visit};
use syn::{Attribute, Item, UseTree};

/// One file.
pub struct SourceFile {
    /// Its path beneath `src/`, with `/` between the folders.
    pub path: String,
    pub text: String,
    pub syntax: syn::File,
}

/// Something that a file names.
#[derive(Debug)]
pub struct Mention {
    pub line: usize,
    pub kind: Kind,
    /// From the root: `crate::..` for what is our own, the crate's name for what is not, as far as `use` tells.
    pub path: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Path,
    /// A path that ends in `::*`, without the star.
    Glob,
    Macro,
    Method,
}

impl SourceFile {
    pub fn new(path: &str, text: &str) -> Self {
        let syntax = syn::parse_file(text).unwrap_or_else(|error| {
            panic!("src/{path}:{}: cannot be parsed: {error}", error.span().start().line)
        });
        Self { path: path.to_owned(), text: text.to_owned(), syntax }
    }

    /// The top-level module that the file belongs to: `lib` and `main` for the two roots.
    pub fn top(&self) -> &str {
        self.path.split(['/', '.']).next().unwrap_or_default()
    }

    /// The modules from the root to this file.
    fn modules(&self) -> Vec<String> {
        let stem = self.path.strip_suffix(".rs").unwrap_or(&self.path);
        let stem = stem.strip_suffix("/mod").unwrap_or(stem);
        if matches!(stem, "lib" | "main") {
            return Vec::new();
        }
        stem.split('/').map(str::to_owned).collect()
    }

    /// Everything that the file names, outside its tests.
    pub fn mentions(&self) -> Vec<Mention> {
        let mut collector = Collector { modules: self.modules(), aliases: HashMap::new(), found: Vec::new() };
        // Names come into scope wherever their `use` stands, so all of those come first.
        let mut aliases = Aliases { modules: self.modules(), found: HashMap::new() };
        aliases.visit_file(&self.syntax);
        collector.aliases = aliases.found;
        collector.visit_file(&self.syntax);
        collector.found
    }

    pub fn at(&self, line: usize) -> String {
        format!("src/{}:{line}", self.path)
    }
}

/// Every file of `src/` that is not compiled for tests only.
pub fn read(root: &Path) -> Vec<SourceFile> {
    let mut files = Vec::new();
    for path in walk(&root.join("src")) {
        let below = path.strip_prefix(root.join("src")).unwrap().to_str().unwrap().replace('\\', "/");
        let test = below.ends_with("/tests.rs") || below.contains("/tests/");
        if path.extension().is_some_and(|extension| extension == "rs") && !test {
            files.push(SourceFile::new(&below, &fs::read_to_string(&path).unwrap()));
        }
    }
    assert!(files.len() > 20, "the files of src/ were not found beneath {}", root.display());
    files
}

/// Every file beneath a folder, in order.
pub fn walk(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    let mut entries: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            found.extend(walk(&path));
        } else {
            found.push(path);
        }
    }
    found
}

/// True for `#[cfg(test)]` and `#[test]`.
pub fn is_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let path = attribute.path();
        path.is_ident("test")
            || path.is_ident("cfg")
                && attribute
                    .meta
                    .require_list()
                    .is_ok_and(|list| list.tokens.to_string().replace(' ', "") == "test")
    })
}

pub fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

/// The leaves of a `use` tree: the full path, the name that it gets here (none for a glob), and where it stands.
fn leaves(tree: &UseTree, before: &mut Vec<String>, out: &mut Vec<(Vec<String>, Option<String>, Span)>) {
    match tree {
        UseTree::Path(path) => {
            before.push(path.ident.to_string());
            leaves(&path.tree, before, out);
            before.pop();
        }
        UseTree::Name(name) => {
            let mut path = before.clone();
            if name.ident != "self" {
                path.push(name.ident.to_string());
            }
            let alias = path.last().cloned();
            out.push((path, alias, name.ident.span()));
        }
        UseTree::Rename(rename) => {
            let mut path = before.clone();
            if rename.ident != "self" {
                path.push(rename.ident.to_string());
            }
            out.push((path, Some(rename.rename.to_string()), rename.ident.span()));
        }
        UseTree::Glob(glob) => out.push((before.clone(), None, glob.star_token.spans[0])),
        UseTree::Group(group) => group.items.iter().for_each(|tree| leaves(tree, before, out)),
    }
}

/// `crate`, `self`, `super` and our own crate's name, as a path from the root.
fn absolute(modules: &[String], path: &[String]) -> Option<Vec<String>> {
    let ups = path.iter().take_while(|name| *name == "super").count();
    let (base, rest): (&[String], &[String]) = match path.first().map(String::as_str) {
        Some("crate" | "wms_sim") => (&[], &path[1..]),
        Some("self") => {
            // `self::super::x` is `super::x`.
            if path.get(1).is_some_and(|name| name == "super") {
                return absolute(modules, &path[1..]);
            }
            (modules, &path[1..])
        }
        Some("super") => (&modules[..modules.len().saturating_sub(ups)], &path[ups..]),
        _ => return None,
    };
    let root = std::iter::once("crate".to_owned());
    Some(root.chain(base.iter().cloned()).chain(rest.iter().cloned()).collect())
}

struct Aliases {
    modules: Vec<String>,
    found: HashMap<String, Vec<String>>,
}

impl<'ast> Visit<'ast> for Aliases {
    fn visit_item(&mut self, item: &'ast Item) {
        if !is_for_tests(attributes(item)) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        self.modules.push(module.ident.to_string());
        visit::visit_item_mod(self, module);
        self.modules.pop();
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        let mut found = Vec::new();
        leaves(&item.tree, &mut Vec::new(), &mut found);
        for (path, alias, _) in found {
            if let Some(alias) = alias {
                self.found.insert(alias, absolute(&self.modules, &path).unwrap_or(path));
            }
        }
    }
}

struct Collector {
    modules: Vec<String>,
    aliases: HashMap<String, Vec<String>>,
    found: Vec<Mention>,
}

impl Collector {
    fn note(&mut self, kind: Kind, path: Vec<String>, span: Span) {
        let path = absolute(&self.modules, &path).unwrap_or_else(|| {
            match path.first().and_then(|first| self.aliases.get(first)) {
                Some(full) => full.iter().chain(&path[1..]).cloned().collect(),
                None => path,
            }
        });
        self.found.push(Mention { line: span.start().line, kind, path });
    }

    /// What stands in a macro's call or definition is no syntax yet: paths are picked out of its tokens.
    fn tokens(&mut self, tokens: TokenStream) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut at = 0;
        while at < tokens.len() {
            match &tokens[at] {
                TokenTree::Group(group) => self.tokens(group.stream()),
                TokenTree::Ident(first) => {
                    let method = at > 0 && is_punct(tokens.get(at - 1), '.');
                    let mut path = vec![first.to_string()];
                    let mut glob = false;
                    while is_punct(tokens.get(at + 1), ':') && is_punct(tokens.get(at + 2), ':') {
                        match tokens.get(at + 3) {
                            Some(TokenTree::Ident(next)) => path.push(next.to_string()),
                            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
                                glob = true;
                                break;
                            }
                            _ => break,
                        }
                        at += 3;
                    }
                    let called = matches!(tokens.get(at + 2), Some(TokenTree::Group(_)));
                    let kind = if method {
                        Kind::Method
                    } else if is_punct(tokens.get(at + 1), '!') && called {
                        Kind::Macro
                    } else if glob {
                        Kind::Glob
                    } else {
                        Kind::Path
                    };
                    self.note(kind, path, first.span());
                }
                TokenTree::Punct(_) | TokenTree::Literal(_) => {}
            }
            at += 1;
        }
    }
}

fn is_punct(token: Option<&TokenTree>, character: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == character)
}

fn names<T>(path: &Punctuated<syn::PathSegment, T>) -> Vec<String> {
    path.iter().map(|segment| segment.ident.to_string()).collect()
}

impl<'ast> Visit<'ast> for Collector {
    fn visit_item(&mut self, item: &'ast Item) {
        if !is_for_tests(attributes(item)) {
            visit::visit_item(self, item);
        }
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        if !is_for_tests(&item.attrs) {
            visit::visit_impl_item_fn(self, item);
        }
    }

    fn visit_attribute(&mut self, _: &'ast Attribute) {
        // Doc comments and lints name things without importing them.
    }

    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        self.modules.push(module.ident.to_string());
        visit::visit_item_mod(self, module);
        self.modules.pop();
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        let mut found = Vec::new();
        leaves(&item.tree, &mut Vec::new(), &mut found);
        for (path, alias, span) in found {
            let path = absolute(&self.modules, &path).unwrap_or(path);
            let kind = if alias.is_some() { Kind::Path } else { Kind::Glob };
            self.found.push(Mention { line: span.start().line, kind, path });
        }
    }

    fn visit_visibility(&mut self, _: &'ast syn::Visibility) {
        // `pub(in crate::cli)` imports nothing.
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        if let Some(first) = path.segments.first() {
            self.note(Kind::Path, names(&path.segments), first.ident.span());
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        if let Some(first) = call.path.segments.first() {
            self.note(Kind::Macro, names(&call.path.segments), first.ident.span());
        }
        self.tokens(call.tokens.clone());
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        self.note(Kind::Method, vec![call.method.to_string()], call.method.span());
        visit::visit_expr_method_call(self, call);
    }
}
