//! The verbs, one module each.

pub(crate) mod access_key;
pub(crate) mod app;
mod app_data;
pub(crate) mod background;
pub(crate) mod batch_predict;
pub(crate) mod build;
pub(crate) mod deploy;
pub(crate) mod eval;
pub(crate) mod event_server;
pub(crate) mod export;
pub(crate) mod import;
pub(crate) mod run;
pub(crate) mod status;
pub(crate) mod train;
pub(crate) mod undeploy;
pub(crate) mod version;
