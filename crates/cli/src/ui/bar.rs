//! Bars of shares; knows not of what.

use super::mark::Marks;

/// Width of a bar in characters.
const WIDTH: u64 = 30;

/// A bar of `part` in `whole`. A part above nothing shows at least one filled cell.
pub(crate) fn bar(part: u64, whole: u64, marks: Marks) -> String {
    let (full, empty) = match marks {
        Marks::Unicode => ("█", "░"),
        Marks::Ascii => ("#", "."),
    };
    let exact = part.saturating_mul(WIDTH).checked_div(whole).unwrap_or(0);
    let cells = usize::try_from(exact.max(u64::from(part > 0)).min(WIDTH)).unwrap_or(0);
    let width = usize::try_from(WIDTH).unwrap_or(0);
    format!("{}{}", full.repeat(cells), empty.repeat(width - cells))
}

/// A share in whole per cent, rounded; what is neither none nor all never reads 0 or 100.
pub(crate) fn percent(part: u64, whole: u64) -> String {
    let rounded =
        part.saturating_mul(200).saturating_add(whole).checked_div(whole.saturating_mul(2));
    match (rounded.unwrap_or(0), part) {
        (0, 1..) => "<1 %".to_owned(),
        (100, _) if part < whole => ">99 %".to_owned(),
        (shown, _) => format!("{shown} %"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_part_is_seen_and_a_large_one_is_not_all() {
        assert!(bar(1, 10_000, Marks::Ascii).starts_with("#."));
        assert_eq!(bar(0, 0, Marks::Ascii), ".".repeat(30));
        assert_eq!(percent(9_999, 10_000), ">99 %");
        assert_eq!(percent(1, 10_000), "<1 %");
        assert_eq!((percent(2, 3), percent(1, 3)), ("67 %".to_owned(), "33 %".to_owned()));
        assert_eq!(percent(0, 0), "0 %");
        assert_eq!(percent(5, 5), "100 %");
    }
}
