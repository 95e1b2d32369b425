//! Turns `data/fingerprints.toml` into a Rust table, because reading TOML at every start of a git
//! hook costs about a millisecond. Knows not what the fields mean: `src/format.rs` does, and a
//! test holds that both readings are equal.

use std::error::Error;
use std::fmt::Write as _;
use toml::{Table, Value};

const SOURCE: &str = "data/fingerprints.toml";

fn main() -> Result<(), Box<dyn Error>> {
    let out = std::env::var("OUT_DIR")?;
    let table: Table = std::fs::read_to_string(SOURCE)?.parse()?;
    let mut code = String::new();
    scalar(&mut code, "DATED", &table)?;
    texts_const(&mut code, "NEVER", &table)?;
    let words = table.get("words").and_then(Value::as_table).ok_or("no [words]")?;
    writeln!(code, "pub(crate) static WORDS: WordsData = {};", words_data(words)?)?;
    rows(&mut code, ("TOOLS", "ToolData"), entries(&table, "tool"), tool)?;
    rows(&mut code, ("PATTERNS", "PatternData"), entries(&table, "pattern"), pattern)?;
    std::fs::write(format!("{out}/builtin.rs"), code)?;
    print_rerun()
}

fn print_rerun() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={SOURCE}");
    Ok(())
}

type Make = fn(&Table) -> Result<String, Box<dyn Error>>;

fn rows<'a>(
    code: &mut String,
    (name, kind): (&str, &str),
    tables: impl Iterator<Item = &'a Table>,
    make: Make,
) -> Result<(), Box<dyn Error>> {
    writeln!(code, "pub(crate) static {name}: &[{kind}] = &[")?;
    for table in tables {
        writeln!(code, "    {},", make(table)?)?;
    }
    writeln!(code, "];")?;
    Ok(())
}

fn entries<'a>(table: &'a Table, key: &str) -> impl Iterator<Item = &'a Table> {
    table.get(key).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_table)
}

fn scalar(code: &mut String, name: &str, table: &Table) -> Result<(), Box<dyn Error>> {
    let value = text(table, &name.to_ascii_lowercase())?;
    writeln!(code, "pub(crate) const {name}: &str = {value};")?;
    Ok(())
}

fn texts_const(code: &mut String, name: &str, table: &Table) -> Result<(), Box<dyn Error>> {
    let value = texts(table, &name.to_ascii_lowercase())?;
    writeln!(code, "pub(crate) static {name}: Texts = {value};")?;
    Ok(())
}

fn words_data(table: &Table) -> Result<String, Box<dyn Error>> {
    let (names, shared) = (texts(table, "names")?, texts(table, "shared_names")?);
    let models = texts(table, "models")?;
    Ok(format!("WordsData {{ names: {names}, shared_names: {shared}, models: {models} }}"))
}

fn tool(table: &Table) -> Result<String, Box<dyn Error>> {
    let mut out = String::from("ToolData {");
    for key in ["id", "display", "vendor"] {
        write!(out, " {key}: Text::Borrowed({}),", text(table, key)?)?;
    }
    for key in ["recorders", "names", "shared_names"] {
        write!(out, " {key}: {},", texts(table, key)?)?;
    }
    write!(
        out,
        " role: {} }}",
        variant(table, "role", "ToolRole").unwrap_or("ToolRole::Agent".into())
    )?;
    Ok(out)
}

fn pattern(table: &Table) -> Result<String, Box<dyn Error>> {
    let mut out = String::from("PatternData {");
    for key in ["tool", "pattern", "example"] {
        write!(out, " {key}: Text::Borrowed({}),", text(table, key)?)?;
    }
    for (key, kind) in [("kind", "Kind"), ("confidence", "Confidence")] {
        write!(out, " {key}: {},", variant(table, key, kind).ok_or(key)?)?;
    }
    write!(out, " matching: {},", variant(table, "match", "Matching").ok_or("match")?)?;
    for key in ["needles", "addresses"] {
        write!(out, " {key}: {},", texts(table, key)?)?;
    }
    for (key, kind) in [("value", "ValueCheck"), ("evidence", "As"), ("strength", "Cap")] {
        write!(out, " {key}: {},", option(variant(table, key, kind)))?;
    }
    for key in ["model", "void_from", "void_until"] {
        let value = text(table, key).ok().map(|t| format!("Text::Borrowed({t})"));
        write!(out, " {key}: {},", option(value))?;
    }
    let number = table.get("numeric_id").and_then(Value::as_integer);
    write!(out, " numeric_id: {},", option(number.map(|n| n.to_string())))?;
    write!(out, " names_of: Cow::Borrowed(&[{}]) }}", variants(table, "names_of", "NameOf"))?;
    Ok(out)
}

fn option(value: Option<String>) -> String {
    value.map_or_else(|| "None".to_owned(), |v| format!("Some({v})"))
}

fn text(table: &Table, key: &str) -> Result<String, Box<dyn Error>> {
    let value = table.get(key).and_then(Value::as_str);
    value.map(|t| format!("{t:?}")).ok_or_else(|| format!("no `{key}` in {table:?}").into())
}

fn texts(table: &Table, key: &str) -> Result<String, Box<dyn Error>> {
    let values = table.get(key).and_then(Value::as_array).into_iter().flatten();
    let mut out = String::from("Cow::Borrowed(&[");
    for value in values {
        let value = value.as_str().ok_or_else(|| format!("`{key}` holds more than text"))?;
        write!(out, "Text::Borrowed({value:?}), ")?;
    }
    Ok(out + "])")
}

/// `names-ai` and `names_ai` become `Kind::NamesAi`.
fn variant(table: &Table, key: &str, kind: &str) -> Option<String> {
    table.get(key).and_then(Value::as_str).map(|name| format!("{kind}::{}", camel(name)))
}

fn variants(table: &Table, key: &str, kind: &str) -> String {
    let names = table.get(key).and_then(Value::as_array).into_iter().flatten();
    let names = names.filter_map(Value::as_str);
    names.map(|name| format!("{kind}::{}", camel(name))).collect::<Vec<_>>().join(", ")
}

fn camel(name: &str) -> String {
    let parts = name.split(['-', '_']);
    let upper = |part: &str| {
        let mut chars = part.chars();
        chars
            .next()
            .map_or_else(String::new, |c| c.to_ascii_uppercase().to_string() + chars.as_str())
    };
    parts.map(upper).collect()
}
