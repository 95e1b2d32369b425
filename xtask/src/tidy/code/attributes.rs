//! Tells from attributes whether an item is test code; knows `cfg` no further than that.

use syn::punctuated::Punctuated;
use syn::{Attribute, Item, Meta, Token};

/// Whether attributes say that an item exists in tests only.
pub(super) fn are_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|a| is_test(a) || is_cfg_test(a))
}

/// Whether an attribute makes a function a test: `#[test]`, `#[tokio::test]`.
pub(super) fn is_test(attribute: &Attribute) -> bool {
    last_segment(attribute).is_some_and(|name| name == "test")
}

/// The last segment of an attribute's path.
pub(super) fn last_segment(attribute: &Attribute) -> Option<String> {
    attribute.path().segments.last().map(|s| s.ident.to_string())
}

fn is_cfg_test(attribute: &Attribute) -> bool {
    if !attribute.path().is_ident("cfg") {
        return false;
    }
    attribute.parse_args::<Meta>().is_ok_and(|meta| needs_test(&meta))
}

/// `any(test, feature = "x")` also exists outside tests, so only what *needs* `test` counts.
fn needs_test(meta: &Meta) -> bool {
    let Meta::List(list) = meta else { return meta.path().is_ident("test") };
    let parser = Punctuated::<Meta, Token![,]>::parse_terminated;
    let Ok(parts) = list.parse_args_with(parser) else { return false };
    if list.path.is_ident("all") {
        return parts.iter().any(needs_test);
    }
    list.path.is_ident("any") && !parts.is_empty() && parts.iter().all(needs_test)
}

/// The attributes of any item.
pub(super) fn of_item(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(i) => &i.attrs,
        Item::Enum(i) => &i.attrs,
        Item::ExternCrate(i) => &i.attrs,
        Item::Fn(i) => &i.attrs,
        Item::ForeignMod(i) => &i.attrs,
        Item::Impl(i) => &i.attrs,
        Item::Macro(i) => &i.attrs,
        Item::Mod(i) => &i.attrs,
        Item::Static(i) => &i.attrs,
        Item::Struct(i) => &i.attrs,
        Item::Trait(i) => &i.attrs,
        Item::TraitAlias(i) => &i.attrs,
        Item::Type(i) => &i.attrs,
        Item::Union(i) => &i.attrs,
        Item::Use(i) => &i.attrs,
        _ => &[],
    }
}
