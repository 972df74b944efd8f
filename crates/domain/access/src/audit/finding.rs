//! What a verification finds.

/// What is wrong with a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finding {
    /// The entry says something else than when it was sealed.
    Changed {
        /// Its number.
        seq: i64,
    },
    /// A sealed entry is not there.
    Removed {
        /// Its number.
        seq: i64,
    },
    /// An entry came after those that are younger were sealed: nobody wrote it when it says. It is in no link, or in one that is
    /// too late for its number or its time.
    Inserted {
        /// Its number.
        seq: i64,
    },
    /// A link does not follow from the one before: links were moved, or written by somebody else.
    Reordered {
        /// Its position.
        position: i64,
    },
    /// A link is not there.
    LinkMissing {
        /// Its position.
        position: i64,
    },
    /// The chain does not lead through a point where it is on record to have ended: it was cut, or written anew.
    Rewritten {
        /// The position of that point.
        position: i64,
    },
}

impl Finding {
    /// The word for its kind, in rows and on the wire.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Changed { .. } => "changed",
            Self::Removed { .. } => "removed",
            Self::Inserted { .. } => "inserted",
            Self::Reordered { .. } => "reordered",
            Self::LinkMissing { .. } => "link_missing",
            Self::Rewritten { .. } => "rewritten",
        }
    }

    /// The finding of a word and a place; `None` for an unknown word.
    #[must_use]
    pub fn read(word: &str, place: i64) -> Option<Self> {
        let (seq, position) = (place, place);
        Some(match word {
            "changed" => Self::Changed { seq },
            "removed" => Self::Removed { seq },
            "inserted" => Self::Inserted { seq },
            "reordered" => Self::Reordered { position },
            "link_missing" => Self::LinkMissing { position },
            "rewritten" => Self::Rewritten { position },
            _unknown => return None,
        })
    }

    /// The number of the entry, or the position in the chain, that it is about.
    #[must_use]
    pub const fn place(self) -> i64 {
        match self {
            Self::Changed { seq } | Self::Removed { seq } | Self::Inserted { seq } => seq,
            Self::Reordered { position } | Self::LinkMissing { position } | Self::Rewritten { position } => {
                position
            }
        }
    }
}

/// At most so many findings are told; a chain that is broken in more places is no better known by them.
pub const FINDINGS_MOST: usize = 100;
