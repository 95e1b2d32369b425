//! Reads the tokens of a macro call, which are no syntax yet; sees paths, calls, tests and text.

use super::{Code, Mention};
use proc_macro2::{Punct, Spacing, TokenStream, TokenTree};

/// Notes what the tokens inside a macro call mention.
pub(super) fn read(tokens: &TokenStream, in_test: bool, code: &mut Code) {
    let trees: Vec<TokenTree> = tokens.clone().into_iter().collect();
    let mut reader = Reader { code, in_test, path: None, is_test: false, after: After::Nothing };
    for tree in &trees {
        reader.step(tree);
    }
    reader.end_path();
}

/// What stands before the present token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum After {
    Nothing,
    Hash,
    Fn,
    Colon,
    Colons,
}

struct Reader<'a> {
    code: &'a mut Code,
    in_test: bool,
    path: Option<(String, usize)>,
    is_test: bool,
    after: After,
}

impl Reader<'_> {
    fn step(&mut self, tree: &TokenTree) {
        match tree {
            TokenTree::Ident(ident) => self.ident(&ident.to_string(), ident.span().start().line),
            TokenTree::Punct(punct) => self.punct(punct),
            TokenTree::Literal(literal) => {
                self.end_path();
                self.literal(literal);
                self.after = After::Nothing;
            }
            TokenTree::Group(group) => {
                if self.after == After::Hash {
                    self.attribute(&group.stream());
                }
                self.end_path();
                read(&group.stream(), self.in_test, self.code);
                self.after = After::Nothing;
            }
        }
    }

    fn ident(&mut self, name: &str, line: usize) {
        if self.after == After::Fn {
            self.test_function(name, line);
        }
        match &mut self.path {
            Some((path, _)) if self.after == After::Colons => {
                path.push_str("::");
                path.push_str(name);
            }
            _ => {
                self.end_path();
                self.path = Some((name.to_owned(), line));
            }
        }
        self.after = if name == "fn" { After::Fn } else { After::Nothing };
    }

    fn punct(&mut self, punct: &Punct) {
        self.after = match (punct.as_char(), self.after) {
            (':', After::Colon) => After::Colons,
            (':', _) => After::Colon,
            ('#', _) => After::Hash,
            // `!=` is no call.
            ('!', _) if punct.spacing() == Spacing::Alone => {
                self.macro_call();
                After::Nothing
            }
            _ => After::Nothing,
        };
        if !matches!(self.after, After::Colon | After::Colons) {
            self.end_path();
        }
    }

    fn macro_call(&mut self) {
        let Some((path, line)) = self.path.take() else { return };
        let name = path.rsplit("::").next().unwrap_or(&path).to_owned();
        self.code.macros.push(Mention { what: name, line, in_test: self.in_test });
        self.code.paths.push(Mention { what: path, line, in_test: self.in_test });
    }

    fn end_path(&mut self) {
        if let Some((what, line)) = self.path.take() {
            self.code.paths.push(Mention { what, line, in_test: self.in_test });
        }
    }

    fn attribute(&mut self, inside: &TokenStream) {
        let Some(TokenTree::Ident(ident)) = inside.clone().into_iter().next() else { return };
        let (what, line) = (ident.to_string(), ident.span().start().line);
        self.is_test |= what == "test";
        self.code.attributes.push(Mention { what, line, in_test: self.in_test });
    }

    fn test_function(&mut self, name: &str, line: usize) {
        if std::mem::take(&mut self.is_test) {
            self.code.tests.push(Mention { what: name.to_owned(), line, in_test: true });
        }
    }

    fn literal(&mut self, literal: &proc_macro2::Literal) {
        let line = literal.span().start().line;
        if let syn::Lit::Str(text) = syn::Lit::new(literal.clone()) {
            let what = text.value();
            self.code.strings.push(Mention { what, line, in_test: self.in_test });
        }
    }
}
