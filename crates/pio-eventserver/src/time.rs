//! Times: the two forms that PIO took, and the one it gave.

pub(crate) mod lenient;
pub(crate) mod offset;
pub(crate) mod scan;
pub(crate) mod strict;
pub(crate) mod text;

#[cfg(test)]
mod tests;
