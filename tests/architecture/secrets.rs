//! No type that holds a secret can print it: read from the source.

use syn::visit::{self, Visit};
use syn::{Attribute, Fields, Item, Type};

use super::source::{SourceFile, attributes, is_for_tests};

/// The types whose values are secrets, and whether they have a `Display` of their own, which hides what is secret.
pub const SECRET_TYPES: &[(&str, &str, bool)] = &[
    ("protocol/mac.rs", "Secret", false),
    ("protocol/mac.rs", "Signer", false),
    ("serve/callin/hidden.rs", "Hidden", false),
    ("transport/headers.rs", "Header", true),
    ("transport/target.rs", "Target", true),
    ("transport/options.rs", "ProxyUrl", true),
    ("transport/wire/raw.rs", "RawRequest", false),
    ("transport/tls/mod.rs", "TlsOptions", false),
    ("transport/tls/mod.rs", "ClientIdentity", false),
];

/// Types of other crates whose `Debug` or `Serialize` may show a secret.
const RAW_TYPES: &[&str] = &["Zeroizing", "Hmac", "HeaderMap", "HeaderValue", "Preamble"];
/// Fields that hold a secret where their type is plain text or bytes.
const RAW_FIELDS: &[&str] =
    &["secret", "password", "authorization", "credentials", "token", "header", "proxy"];
const TEXTS: &[&str] = &["String", "str", "Vec", "Box", "Bytes", "OsString", "Cow"];
const SHOWING: &[&str] = &["Debug", "Display", "Serialize", "Deserialize", "Error"];

/// Every type of the file that could show a secret.
pub fn check(file: &SourceFile) -> Vec<String> {
    let mut visitor = Types { file, problems: Vec::new() };
    visitor.visit_file(&file.syntax);
    let mut problems = visitor.problems;
    for (path, name, display) in SECRET_TYPES {
        if *path == file.path {
            problems.extend(secret_type(file, name, *display));
        }
    }
    problems
}

/// `Debug` by hand, `Display` only where it is known to hide, `Serialize` never.
fn secret_type(file: &SourceFile, name: &str, display: bool) -> Vec<String> {
    let mut problems = Vec::new();
    let mut by_hand = Vec::new();
    let mut there = false;
    for item in &file.syntax.items {
        match item {
            Item::Struct(item) if item.ident == name => {
                there = true;
                for derived in
                    derives(&item.attrs).iter().filter(|derived| SHOWING.contains(&derived.as_str()))
                {
                    let at = file.at(item.ident.span().start().line);
                    problems.push(format!(
                        "{at}: {name} is secret and derives {derived}; write an impl that hides it, or leave it out"
                    ));
                }
            }
            Item::Impl(item) if is_type(&item.self_ty, name) => {
                if let Some((path, _)) = &item.trait_ {
                    let last =
                        path.segments.last().map(|segment| segment.ident.to_string()).unwrap_or_default();
                    let forbidden = last == "Serialize" || last == "Display" && !display;
                    if forbidden {
                        let at = file.at(item.impl_token.span.start().line);
                        problems.push(format!("{at}: {name} is secret and has {last}; leave it out"));
                    }
                    by_hand.push(last);
                }
            }
            _ => {}
        }
    }
    if !there {
        problems.push(format!(
            "src/{}: the secret type {name} is gone; put the SECRET_TYPES of tests/architecture/secrets.rs right",
            file.path
        ));
    } else if !by_hand.iter().any(|name| name == "Debug") {
        problems.push(format!(
            "src/{}: {name} has no Debug of its own that hides the secret; write one",
            file.path
        ));
    }
    problems
}

fn is_type(ty: &Type, name: &str) -> bool {
    matches!(ty, Type::Path(path) if path.path.segments.last().is_some_and(|last| last.ident == name))
}

/// The last words of everything that is derived.
pub fn derives(attributes: &[Attribute]) -> Vec<String> {
    let mut found = Vec::new();
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("derive")) {
        let _ = attribute.parse_nested_meta(|meta| {
            found.extend(meta.path.segments.last().map(|segment| segment.ident.to_string()));
            Ok(())
        });
    }
    found
}

/// The identifiers in a type, and the line of the first.
pub fn words(ty: &Type) -> (Vec<String>, usize) {
    struct Words(Vec<String>, usize);
    impl<'ast> Visit<'ast> for Words {
        fn visit_ident(&mut self, ident: &'ast proc_macro2::Ident) {
            if self.0.is_empty() {
                self.1 = ident.span().start().line;
            }
            self.0.push(ident.to_string());
        }
    }
    let mut words = Words(Vec::new(), 0);
    words.visit_type(ty);
    (words.0, words.1)
}

struct Types<'a> {
    file: &'a SourceFile,
    problems: Vec<String>,
}

impl Types<'_> {
    fn fields(&mut self, owner: &str, attributes: &[Attribute], fields: &Fields) {
        let derived = derives(attributes);
        let Some(shown) = derived.iter().find(|name| matches!(name.as_str(), "Debug" | "Serialize")) else {
            return;
        };
        for field in fields {
            let (words, line) = words(&field.ty);
            let name = field.ident.as_ref().map(ToString::to_string).unwrap_or_default();
            let raw_type = words.iter().find(|word| RAW_TYPES.contains(&word.as_str()));
            let text = words.iter().any(|word| TEXTS.contains(&word.as_str()));
            let raw_field =
                RAW_FIELDS.contains(&name.as_str()) && text && !words.iter().any(|w| is_secret_type(w));
            if raw_type.is_some() || raw_field {
                let what = raw_type.map_or_else(|| format!("field '{name}'"), |ty| format!("a {ty}"));
                self.problems.push(format!(
                    "{}: {owner} derives {shown} and holds a secret ({what}); hold it in a type that hides it, such as \
                     Secret, write the impl by hand, or leave it out",
                    self.file.at(line)
                ));
            }
        }
    }
}

fn is_secret_type(word: &str) -> bool {
    SECRET_TYPES.iter().any(|(_, name, _)| *name == word)
}

impl<'ast> Visit<'ast> for Types<'_> {
    fn visit_item(&mut self, item: &'ast Item) {
        if !is_for_tests(attributes(item)) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_struct(&mut self, item: &'ast syn::ItemStruct) {
        self.fields(&item.ident.to_string(), &item.attrs, &item.fields);
    }

    fn visit_item_enum(&mut self, item: &'ast syn::ItemEnum) {
        for variant in &item.variants {
            self.fields(&format!("{}::{}", item.ident, variant.ident), &item.attrs, &variant.fields);
        }
    }
}
