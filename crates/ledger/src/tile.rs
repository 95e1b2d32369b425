//! Where parts of a log lie: paths of C2SP `tlog-tiles`; reads nothing.

/// Hashes of a full tile, and entries of a full bundle.
pub const WIDTH: u64 = 256;
/// Levels of hashes that one tile stands for.
pub const HEIGHT: u8 = 8;

/// A tile of hashes, or a bundle of what the leaves of a tile of level 0 are made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Tile {
    /// What it holds.
    pub kind: Kind,
    /// Its place at its level.
    pub index: u64,
    /// Hashes or entries: 1 to 256, and 256 is a full one.
    pub width: u16,
}

/// What a tile holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// Hashes of this level of tiles.
    Hashes(u8),
    /// Entries.
    Entries,
    /// What entries are commitments to. Not of C2SP.
    Payloads,
}

impl Tile {
    /// The tiles of one kind that a log of `size` leaves has, in order; the last may be partial.
    pub fn all(kind: Kind, size: u64) -> impl Iterator<Item = Self> {
        let level = match kind {
            Kind::Hashes(level) => level,
            Kind::Entries | Kind::Payloads => 0,
        };
        let units = size.checked_shr(u32::from(level) * u32::from(HEIGHT)).unwrap_or(0);
        let width = move |index: u64| {
            let rest = units - index * WIDTH;
            u16::try_from(rest.min(WIDTH)).unwrap_or(u16::MAX)
        };
        (0..units.div_ceil(WIDTH)).map(move |index| Self { kind, index, width: width(index) })
    }

    /// Its path below the log's prefix.
    #[must_use]
    pub fn path(&self) -> String {
        let kind = match self.kind {
            Kind::Hashes(level) => level.to_string(),
            Kind::Entries => "entries".to_owned(),
            Kind::Payloads => "payloads".to_owned(),
        };
        let mut parts = vec![format!("{:03}", self.index % 1_000)];
        let mut rest = self.index / 1_000;
        while rest > 0 {
            parts.push(format!("x{:03}", rest % 1_000));
            rest /= 1_000;
        }
        parts.reverse();
        let index = parts.join("/");
        match u64::from(self.width) {
            WIDTH => format!("tile/{kind}/{index}"),
            width => format!("tile/{kind}/{index}.p/{width}"),
        }
    }

    /// The tile at a path, in its one spelling.
    #[must_use]
    pub fn parse(path: &str) -> Option<Self> {
        let (kind, rest) = path.strip_prefix("tile/")?.split_once('/')?;
        let kind = match kind {
            "entries" => Kind::Entries,
            "payloads" => Kind::Payloads,
            level => Kind::Hashes(level.parse().ok().filter(|level| *level < HEIGHT)?),
        };
        let (index, width) = match rest.split_once(".p/") {
            Some((index, width)) => (index, width.parse().ok()?),
            None => (rest, 256),
        };
        let digits: String = index.split('/').map(|part| part.trim_start_matches('x')).collect();
        let tile = Self { kind, index: digits.parse().ok()?, width };
        (tile.path() == path).then_some(tile)
    }
}
