//! Walks the syntax of one file once and notes what checks ask for; judges nothing.

use super::{Code, Function, Mention, attributes, tokens};
use proc_macro2::{Ident, Span};
use syn::spanned::Spanned as _;
use syn::visit::{self, Visit};
use syn::{Attribute, Block, Item, Signature, UseTree};

/// What a file says; `in_test` where the whole file is test code.
pub(super) fn read(file: &syn::File, in_test: bool) -> Code {
    let mut reader = Reader { code: Code::default(), in_test };
    reader.visit_file(file);
    reader.code
}

struct Reader {
    code: Code,
    in_test: bool,
}

impl Reader {
    fn mention(&self, what: String, span: Span) -> Mention {
        Mention { what, line: span.start().line, in_test: self.in_test }
    }

    fn name(&mut self, ident: &Ident) {
        let name = self.mention(ident.to_string(), ident.span());
        self.code.names.push(name);
    }

    fn function(&mut self, attributes: &[Attribute], signature: &Signature, body: &Block) {
        self.name(&signature.ident);
        let first = signature.fn_token.span.start().line;
        let last = body.span().end().line;
        self.code.functions.push(Function {
            name: signature.ident.to_string(),
            line: first,
            lines: last.saturating_sub(first).saturating_add(1),
            parameters: signature.inputs.len(),
            in_test: self.in_test,
        });
        if attributes.iter().any(attributes::is_test) {
            let test = self.mention(signature.ident.to_string(), signature.ident.span());
            self.code.tests.push(test);
        }
    }

    fn within(&mut self, attributes: &[Attribute], walk: impl FnOnce(&mut Self)) {
        let outside = self.in_test;
        self.in_test |= attributes::are_for_tests(attributes);
        walk(self);
        self.in_test = outside;
    }

    fn use_tree(&mut self, above: &str, tree: &UseTree) {
        let join = |name: &Ident| {
            if above.is_empty() { name.to_string() } else { format!("{above}::{name}") }
        };
        let (what, span) = match tree {
            UseTree::Path(path) => return self.use_tree(&join(&path.ident), &path.tree),
            UseTree::Group(group) => {
                return group.items.iter().for_each(|item| self.use_tree(above, item));
            }
            UseTree::Name(name) => (join(&name.ident), name.ident.span()),
            UseTree::Rename(rename) => (join(&rename.ident), rename.ident.span()),
            UseTree::Glob(glob) => (format!("{above}::*"), glob.star_token.span),
        };
        let path = self.mention(what, span);
        self.code.paths.push(path);
    }
}

impl<'ast> Visit<'ast> for Reader {
    fn visit_item(&mut self, item: &'ast Item) {
        self.within(attributes::of_item(item), |reader| {
            match item {
                Item::Const(i) => reader.name(&i.ident),
                Item::Enum(i) => reader.name(&i.ident),
                Item::Mod(i) => reader.name(&i.ident),
                Item::Static(i) => reader.name(&i.ident),
                Item::Struct(i) => reader.name(&i.ident),
                Item::Trait(i) => reader.name(&i.ident),
                Item::Type(i) => reader.name(&i.ident),
                Item::Union(i) => reader.name(&i.ident),
                _ => {}
            }
            visit::visit_item(reader, item);
        });
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.function(&item.attrs, &item.sig, &item.block);
        visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.within(&item.attrs, |reader| {
            reader.function(&item.attrs, &item.sig, &item.block);
            visit::visit_impl_item_fn(reader, item);
        });
    }

    fn visit_trait_item_fn(&mut self, item: &'ast syn::TraitItemFn) {
        match &item.default {
            Some(body) => self.function(&item.attrs, &item.sig, body),
            None => self.name(&item.sig.ident),
        }
        visit::visit_trait_item_fn(self, item);
    }

    fn visit_variant(&mut self, variant: &'ast syn::Variant) {
        self.name(&variant.ident);
        visit::visit_variant(self, variant);
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.use_tree("", &item.tree);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let segments: Vec<String> = path.segments.iter().map(|s| s.ident.to_string()).collect();
        let mention = self.mention(segments.join("::"), path.span());
        self.code.paths.push(mention);
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        if let Some(name) = call.path.segments.last() {
            let mention = self.mention(name.ident.to_string(), name.ident.span());
            self.code.macros.push(mention);
        }
        self.visit_path(&call.path);
        tokens::read(&call.tokens, self.in_test, &mut self.code);
    }

    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        if let Some(name) = attributes::last_segment(attribute) {
            let mention = self.mention(name, attribute.span());
            self.code.attributes.push(mention);
        }
    }

    fn visit_lit_str(&mut self, literal: &'ast syn::LitStr) {
        let mention = self.mention(literal.value(), literal.span());
        self.code.strings.push(mention);
    }

    fn visit_lit_byte_str(&mut self, literal: &'ast syn::LitByteStr) {
        let text = String::from_utf8_lossy(&literal.value()).into_owned();
        let mention = self.mention(text, literal.span());
        self.code.strings.push(mention);
    }
}
