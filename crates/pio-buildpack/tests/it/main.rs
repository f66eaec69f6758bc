//! Behaviour of the buildpack as a platform sees it.
