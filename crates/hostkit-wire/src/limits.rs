//! Limits on what a reader accepts.

/// Limits of one parse. They count decoded bytes, nodes, depth and children.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the body. At most `u32::MAX`.
    pub max_bytes: usize,
    /// Nodes of the tree, keys included.
    pub max_nodes: usize,
    /// Depth of nested containers.
    pub max_depth: usize,
    /// Children of one list or one map.
    pub max_items: usize,
}

impl Limits {
    /// 16 MiB, 4 million nodes, 64 levels, one million children.
    pub const DEFAULT: Self = Self { max_bytes: 16 << 20, max_nodes: 4_000_000, max_depth: 64, max_items: 1_000_000 };
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}
