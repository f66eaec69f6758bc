//! Sizes of memory that Spark is bound to.

pub(super) const MIB: u64 = 1024 * 1024;

/// Below this Spark takes no heap by itself. Java's own count of a heap is a little below the flag that sets it.
pub(super) const SPARKS_LEAST_HEAP: u64 = 480 * MIB;
