//! Plugins: code that a program which embeds the server adds to it.
//!
//! An input blocker sees an event before it is stored and may refuse it; an input sniffer sees it after it was stored.

use std::any::type_name;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use pio_storage::events::NewEvent;
use tokio::sync::mpsc;

use pio_json::tree::{Object, Value};

/// How many events wait for slow sniffers; more are not shown to them.
const SNIFFER_QUEUE: usize = 1024;

/// An event and where it goes.
pub struct EventInfo {
    /// The app it belongs to.
    pub app_id: i32,
    /// The channel, where it is not the default one.
    pub channel_id: Option<i32>,
    /// The event.
    pub event: NewEvent,
}

/// A plugin.
pub trait Plugin: Send + Sync {
    /// Its name, part of its path under `/plugins/`.
    fn name(&self) -> &str;

    /// What it does, for `/plugins.json`.
    fn description(&self) -> &str;

    /// The type's name, for `/plugins.json`.
    fn class(&self) -> &'static str {
        type_name::<Self>()
    }

    /// Looks at an event. What a blocker returns as an error is the answer to the client, with status 403.
    ///
    /// # Errors
    ///
    /// Where the event must not be stored.
    fn process(&self, event: &EventInfo) -> Result<(), String>;

    /// Answers `GET /plugins/<type>/<name>/<arguments>` with JSON.
    fn rest(&self, app_id: i32, channel_id: Option<i32>, arguments: &[String]) -> String;
}

/// The plugins of a server by their names.
#[derive(Clone, Default)]
pub struct Plugins {
    /// Asked before an event is stored.
    pub input_blockers: BTreeMap<String, Arc<dyn Plugin>>,
    /// Told after an event was stored.
    pub input_sniffers: BTreeMap<String, Arc<dyn Plugin>>,
}

impl Plugins {
    /// All plugins, as `/plugins.json` lists them.
    pub(crate) fn to_json(&self) -> String {
        let kinds = Object::default()
            .with("inputblockers", list(&self.input_blockers))
            .with("inputsniffers", list(&self.input_sniffers));
        Object::default().with("plugins", Value::Object(kinds)).to_json()
    }

    /// The plugin of a type and name as they stand in a path.
    pub(crate) fn find(&self, kind: &str, name: &str) -> Option<&Arc<dyn Plugin>> {
        match kind {
            "inputblocker" => self.input_blockers.get(name),
            "inputsniffer" => self.input_sniffers.get(name),
            _ => None,
        }
    }

    /// Starts a thread for the sniffers, where there are any: they may block.
    pub(crate) fn start_sniffers(&self) -> Option<mpsc::Sender<EventInfo>> {
        if self.input_sniffers.is_empty() {
            return None;
        }
        let (sender, mut events) = mpsc::channel::<EventInfo>(SNIFFER_QUEUE);
        let sniffers: Vec<_> = self.input_sniffers.values().cloned().collect();
        tokio::task::spawn_blocking(move || {
            while let Some(event) = events.blocking_recv() {
                for sniffer in &sniffers {
                    // One that panics must not keep later events from the others.
                    let seen = catch_unwind(AssertUnwindSafe(|| sniffer.process(&event)));
                    if let Err(reason) = seen.unwrap_or_else(|_| Err("it panicked".to_owned())) {
                        tracing::warn!(plugin = sniffer.name(), reason, "an input sniffer failed");
                    }
                }
            }
        });
        Some(sender)
    }
}

fn list(plugins: &BTreeMap<String, Arc<dyn Plugin>>) -> Value {
    let mut list = Object::default();
    for (name, plugin) in plugins {
        let plugin = Object::default()
            .with_text("name", Some(plugin.name()))
            .with_text("description", Some(plugin.description()))
            .with_text("class", Some(plugin.class()));
        list = list.with(name, Value::Object(plugin));
    }
    Value::Object(list)
}
