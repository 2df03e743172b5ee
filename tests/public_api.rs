//! The library's public face, as text: whoever changes it sees what changes for those who use it.
//!
//! Read from the sources, so that it needs no particular compiler. What a macro declares is found by its tokens.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a function that fails fails its test"
)]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use quote::ToTokens as _;
use syn::{Fields, FieldsNamed, ImplItem, Item, ItemImpl, ItemMacro, UseTree, Visibility};

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn parsed(path: &Path) -> syn::File {
    syn::parse_file(&fs::read_to_string(path).unwrap()).unwrap()
}

/// What `lib.rs` exports: each name, and the top module that it comes from.
fn exported() -> BTreeMap<String, String> {
    let mut names = BTreeMap::new();
    for item in parsed(&source().join("lib.rs")).items {
        match item {
            Item::Use(item) if is_public(&item.vis) => leaves(&item.tree, None, &mut names),
            Item::Mod(item) if is_public(&item.vis) => {
                let hidden = item.attrs.iter().any(|attribute| {
                    attribute.to_token_stream().to_string().replace(' ', "") == "#[doc(hidden)]"
                });
                assert!(hidden, "the module {} is public and not hidden", item.ident);
            }
            Item::Mod(_) => {}
            other => panic!("lib.rs only exports: {}", other.to_token_stream()),
        }
    }
    names
}

fn leaves(tree: &UseTree, top: Option<&str>, names: &mut BTreeMap<String, String>) {
    match tree {
        UseTree::Path(path) => {
            let name = path.ident.to_string();
            leaves(&path.tree, Some(top.unwrap_or(&name)), names);
        }
        UseTree::Group(group) => group.items.iter().for_each(|tree| leaves(tree, top, names)),
        UseTree::Name(name) => drop(names.insert(name.ident.to_string(), top.unwrap().to_owned())),
        other => panic!("name what is exported: {}", other.to_token_stream()),
    }
}

fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

/// The files of a top module.
fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// Tokens on one line, with blanks where people write them.
fn words(tokens: &impl quote::ToTokens) -> String {
    const TIGHT: &[(&str, &str)] = &[
        (" :: ", "::"),
        (" <", "<"),
        ("< ", "<"),
        (" >", ">"),
        ("& ", "&"),
        (" ,", ","),
        (" (", "("),
        (" :", ":"),
        (" ;", ";"),
        (" [", "["),
        ("->", "-> "),
        (":[", ": ["),
        ("=(", "= ("),
        ("  ", " "),
    ];
    TIGHT.iter().fold(tokens.to_token_stream().to_string(), |text, (from, to)| text.replace(from, to))
}

/// What of the attributes users rely on.
fn promises(attributes: &[syn::Attribute]) -> String {
    let mut text = String::new();
    for attribute in attributes {
        let path = attribute.path();
        if path.is_ident("derive") || path.is_ident("non_exhaustive") || path.is_ident("must_use") {
            let _ = writeln!(text, "{}", words(attribute));
        }
    }
    text
}

fn fields(fields: &Fields) -> String {
    let shown: Vec<String> = fields
        .iter()
        .filter(|field| is_public(&field.vis))
        .map(|field| {
            field.ident.as_ref().map_or_else(String::new, |name| format!("{name}: ")) + &words(&field.ty)
        })
        .collect();
    let rest = if shown.len() < fields.len() { ".." } else { "" };
    format!(
        "{{ {} }}",
        shown.into_iter().chain((!rest.is_empty()).then(|| rest.to_owned())).collect::<Vec<_>>().join(", ")
    )
}

/// Declarations of a type of this name in a file.
fn declared(file: &syn::File, name: &str) -> Option<String> {
    file.items.iter().find_map(|item| match item {
        Item::Struct(item) if item.ident == name && is_public(&item.vis) => {
            Some(format!("{}pub struct {name} {}\n", promises(&item.attrs), fields(&item.fields)))
        }
        Item::Enum(item) if item.ident == name && is_public(&item.vis) => {
            let mut text = format!("{}pub enum {name} {{\n", promises(&item.attrs));
            for variant in &item.variants {
                let named = |fields: &FieldsNamed| {
                    fields
                        .named
                        .iter()
                        .map(words)
                        .map(|field| field.split(']').next_back().unwrap_or(&field).trim().to_owned())
                        .collect::<Vec<_>>()
                        .join(", ")
                };
                let data = match &variant.fields {
                    Fields::Unit => String::new(),
                    Fields::Unnamed(fields) => {
                        let types: Vec<String> =
                            fields.unnamed.iter().map(|field| words(&field.ty)).collect();
                        format!("({})", types.join(", "))
                    }
                    Fields::Named(fields) => format!(" {{ {} }}", named(fields)),
                };
                let _ = writeln!(text, "    {}{data},", variant.ident);
            }
            Some(text + "}\n")
        }
        Item::Macro(item) => by_macro(item, name),
        _ => None,
    })
}

/// A type that a macro declares: its public functions and constants, by their tokens.
fn by_macro(item: &ItemMacro, name: &str) -> Option<String> {
    let text = words(&item.mac.tokens);
    let at = text.find(&format!("pub enum {name} "))?;
    let mut declared = format!("pub enum {name} {{ by a macro }}\n");
    for part in text[at..].split("pub ").skip(2) {
        let _ = writeln!(declared, "    pub {}", part.split(['=', '{']).next().unwrap_or_default().trim());
    }
    Some(declared)
}

/// What an impl adds to a type of this name.
fn implemented(item: &ItemImpl, name: &str) -> Option<String> {
    let syn::Type::Path(path) = &*item.self_ty else {
        let whole = words(&item.self_ty);
        return (whole == format!("&'a {name}")).then(|| header(item));
    };
    if path.path.segments.last()?.ident != name {
        return None;
    }
    if item.trait_.is_some() {
        return Some(header(item));
    }
    let mut text = String::new();
    for member in &item.items {
        match member {
            ImplItem::Fn(function) if is_public(&function.vis) => {
                let must_use = if promises(&function.attrs).is_empty() { "" } else { "#[must_use] " };
                let _ = writeln!(text, "    {must_use}pub {}", words(&function.sig));
            }
            ImplItem::Const(constant) if is_public(&constant.vis) => {
                let _ = writeln!(text, "    pub const {}: {}", constant.ident, words(&constant.ty));
            }
            _ => {}
        }
    }
    Some(text)
}

fn header(item: &ItemImpl) -> String {
    let (path, _) = item.trait_.as_ref().unwrap();
    let mut text = format!("    impl {}", words(path));
    let types: Vec<String> = item
        .items
        .iter()
        .filter_map(|member| match member {
            ImplItem::Type(associated) => Some(format!("{} = {}", associated.ident, words(&associated.ty))),
            _ => None,
        })
        .collect();
    if !types.is_empty() {
        let _ = write!(text, " [{}]", types.join(", "));
    }
    if matches!(&*item.self_ty, syn::Type::Reference(_)) {
        text.push_str(" for a reference");
    }
    text + "\n"
}

#[test]
fn the_face_is_what_it_was() {
    let mut face = String::new();
    for (name, top) in exported() {
        let mut paths = Vec::new();
        files(&source().join(&top), &mut paths);
        let parsed: Vec<syn::File> = paths.iter().map(|path| parsed(path)).collect();
        let declarations: Vec<(usize, String)> = parsed
            .iter()
            .enumerate()
            .filter_map(|(place, file)| Some((place, declared(file, &name)?)))
            .collect();
        // Another type of the name may live elsewhere in the module, beside the one that is exported.
        let exports = |place: usize| {
            let parent = paths[place].parent().unwrap().join("mod.rs");
            let text = fs::read_to_string(parent).unwrap_or_default()
                + &fs::read_to_string(source().join("lib.rs")).unwrap();
            let stem = paths[place].file_stem().unwrap().to_string_lossy().into_owned();
            stem == "mod"
                || text.contains(&format!("{stem}::{{"))
                || text.contains(&format!("{stem}::{name}"))
        };
        let (place, declaration) = declarations
            .iter()
            .find(|(place, _)| exports(*place))
            .unwrap_or_else(|| panic!("{name} of {top}"));
        face.push_str(declaration);
        let scope: Vec<&syn::File> =
            if top == "simulator" { parsed.iter().collect() } else { vec![&parsed[*place]] };
        let mut impls: Vec<String> = scope
            .iter()
            .flat_map(|file| &file.items)
            .filter_map(|item| match item {
                Item::Impl(item) => implemented(item, &name),
                _ => None,
            })
            .collect();
        impls.sort();
        face.extend(impls);
        face.push('\n');
    }
    let codes: Vec<String> = wms_sim::Code::ALL.iter().map(|code| format!("{code:?}")).collect();
    let _ = writeln!(face, "Code: {}", codes.join(" "));
    insta::with_settings!({ snapshot_path => "snapshots", prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("public-api", face);
    });
}
