//! The layers, and which way the arrows between them may point.

/// A layer of the house, as a package names it in `[package.metadata.ratiba]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Layer {
    Kernel,
    Domain,
    Adapter,
    Bootstrap,
    TestDatabase,
    Assembly,
    App,
    Tests,
    Tool,
}

/// Adapters that an app may use beside the assembly: only what is edge, or below every domain.
const EDGES: [(&str, &str); 4] = [
    // Webhooks are verified and taken apart at the door.
    ("ratiba-api", "ratiba-whatsapp"),
    ("ratiba-api", "ratiba-daraja"),
    // It holds the clock that the others follow.
    ("ratiba-simulator", "ratiba-system"),
    // It applies the migrations, before there is anything to assemble.
    ("ratiba-admin", "ratiba-postgres"),
];

impl Layer {
    /// The layer of this name; `None` for a name that is none.
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "kernel" => Self::Kernel,
            "domain" => Self::Domain,
            "adapter" => Self::Adapter,
            "bootstrap" => Self::Bootstrap,
            "test-database" => Self::TestDatabase,
            "assembly" => Self::Assembly,
            "app" => Self::App,
            "tests" => Self::Tests,
            "tool" => Self::Tool,
            _ => return None,
        })
    }

    /// The name that packages use.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Kernel => "kernel",
            Self::Domain => "domain",
            Self::Adapter => "adapter",
            Self::Bootstrap => "bootstrap",
            Self::TestDatabase => "test-database",
            Self::Assembly => "assembly",
            Self::App => "app",
            Self::Tests => "tests",
            Self::Tool => "tool",
        }
    }

    /// Whether a package of this layer may depend on one of `other`, two edges of apps aside.
    fn may_depend_on(self, other: Self) -> bool {
        match self {
            Self::Kernel | Self::Bootstrap | Self::TestDatabase => false,
            Self::Domain => matches!(other, Self::Kernel),
            Self::Adapter => matches!(other, Self::Kernel | Self::Domain),
            Self::Assembly => matches!(
                other,
                Self::Kernel | Self::Domain | Self::Adapter | Self::Bootstrap
            ),
            Self::App => matches!(
                other,
                Self::Kernel | Self::Domain | Self::Assembly | Self::Bootstrap
            ),
            Self::Tests | Self::Tool => true,
        }
    }

    /// Whether a package of this layer may hold one of `other` somewhere below it.
    pub(super) fn may_reach(self, other: Self) -> bool {
        match self {
            Self::Kernel | Self::Bootstrap | Self::TestDatabase => false,
            Self::Domain => matches!(other, Self::Kernel),
            Self::Adapter => matches!(other, Self::Kernel | Self::Domain),
            Self::Assembly => matches!(
                other,
                Self::Kernel | Self::Domain | Self::Adapter | Self::Bootstrap
            ),
            Self::App => {
                matches!(
                    other,
                    Self::Kernel | Self::Domain | Self::Adapter | Self::Assembly | Self::Bootstrap
                )
            }
            Self::Tests | Self::Tool => true,
        }
    }

    /// Third-party packages that must not be anywhere below a package of this layer: these names, and every
    /// name that begins with one and a hyphen.
    pub(super) fn banned(self) -> &'static [&'static str] {
        match self {
            Self::Kernel | Self::Domain => &["tokio", "diesel", "deadpool", "reqwest", "actix"],
            Self::Adapter | Self::Assembly => &["actix"],
            Self::Bootstrap | Self::TestDatabase | Self::App | Self::Tests | Self::Tool => &[],
        }
    }
}

/// Whether a package may name another among its dependencies.
pub(super) fn may_depend(from: (&str, Layer), to: (&str, Layer)) -> bool {
    from.1.may_depend_on(to.1) || (from.1 == Layer::App && EDGES.contains(&(from.0, to.0)))
}

/// Whether the tests of a package may use another one, beyond what the package itself may.
pub(super) fn tests_may_depend(from: (&str, Layer), to: (&str, Layer)) -> bool {
    let itself = from.0 == to.0;
    let database = match from.1 {
        Layer::Adapter | Layer::Assembly | Layer::App => to.1 == Layer::TestDatabase,
        // A domain is tested with values and fakes; the rest has nothing to store.
        Layer::Kernel
        | Layer::Domain
        | Layer::Bootstrap
        | Layer::TestDatabase
        | Layer::Tests
        | Layer::Tool => false,
    };
    itself || database || may_depend(from, to)
}
