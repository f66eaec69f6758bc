#![doc = include_str!("../README.md")]

pub mod closure;
pub mod cluster;
pub mod errors;
pub mod flags;
pub mod jvm;
pub mod lockfile;
pub mod sbt;
pub mod submit;
