//! Access keys and channels, kept for a short while so that an event costs no look-up.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use pio_storage::Storage;
use pio_storage::access_keys::{AccessKey, Permissions};
use pio_storage::channels;
use pio_storage::errors::StorageError;
use pio_storage::events::filter::Filter;
use sha2::{Digest as _, Sha256};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::errors::ApiError;

/// How long a cached key is valid. Changes made with `pio` take effect at once; those made by others after this time.
const FOUND_FOR: Duration = Duration::from_secs(10);

/// How long what was not found counts.
const MISSING_FOR: Duration = Duration::from_secs(1);

/// How many entries are kept; with more, all are dropped.
const MAX_ENTRIES: usize = 10_000;

/// What an access key opens.
#[derive(Debug)]
pub(crate) struct AccessGrant {
    pub(crate) app_id: i32,
    /// The events it may send; all where there are none.
    events: Vec<String>,
    /// What it may do at all; everything where nothing is said.
    permissions: Option<Permissions>,
}

/// What an access key is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    Read,
    Write,
    Delete,
}

impl AccessGrant {
    fn of(key: AccessKey) -> Self {
        Self { app_id: key.app_id, events: key.events, permissions: key.permissions }
    }

    /// Whether events of this name may be sent.
    pub(crate) fn allows(&self, event: &str) -> bool {
        self.events.is_empty() || self.events.iter().any(|allowed| allowed == event)
    }

    /// Refuses what the key may not do.
    pub(crate) fn check(&self, action: Action) -> Result<(), ApiError> {
        let all = Permissions { read: true, write: true, delete: true };
        let Permissions { read, write, delete } = self.permissions.unwrap_or(all);
        let (is_permitted, word) = match action {
            Action::Read => (read, "read"),
            Action::Write => (write, "write"),
            Action::Delete => (delete, "delete"),
        };
        if is_permitted { Ok(()) } else { Err(ApiError::NotPermitted(word)) }
    }

    /// The events that it may read and delete; all where there are none. PIO's list alone is for what is sent.
    pub(crate) fn visible_events(&self) -> &[String] {
        if self.permissions.is_some() { &self.events } else { &[] }
    }

    /// Refuses an event that is stored and that the key may not read or delete.
    pub(crate) fn check_stored(&self, event: &str) -> Result<(), ApiError> {
        let visible = self.visible_events();
        let is_visible = visible.is_empty() || visible.iter().any(|allowed| allowed == event);
        if is_visible { Ok(()) } else { Err(ApiError::Forbidden(event.to_owned())) }
    }

    /// Narrows a filter to the events that the key may read.
    pub(crate) fn narrow(&self, filter: &mut Filter) -> Result<(), ApiError> {
        let visible = self.visible_events();
        if visible.is_empty() {
            return Ok(());
        }
        if let Some(names) = &filter.event_names {
            return names.iter().try_for_each(|name| self.check_stored(name));
        }
        filter.event_names = Some(visible.to_vec());
        Ok(())
    }
}

/// Looks access keys and channels up.
pub(crate) struct AccessCache {
    storage: Storage,
    /// By the key's digest: the time of a look-up tells nothing about a key that is nearly right.
    keys: Cache<[u8; 32], Arc<AccessGrant>>,
    channels: Cache<(i32, String), i32>,
}

impl AccessCache {
    /// Starts to listen for changes, with a task that ends after the grants were dropped.
    pub(crate) fn start(storage: Storage) -> (Arc<Self>, JoinHandle<()>) {
        let changes = storage.metadata_changes();
        let access = Arc::new(Self { storage, keys: Cache::default(), channels: Cache::default() });
        let task = tokio::spawn(forget_after_changes(Arc::downgrade(&access), changes));
        (access, task)
    }

    /// What the access key opens, if it is one.
    pub(crate) async fn of_key(&self, key: &str) -> Result<Option<Arc<AccessGrant>>, StorageError> {
        let digest: [u8; 32] = Sha256::digest(key.as_bytes()).into();
        if let Some(Known(known)) = self.keys.get(&digest) {
            return Ok(known);
        }
        let asked = Instant::now();
        let found = self.storage.access_keys().get(key).await?;
        let grant = found.map(|key| Arc::new(AccessGrant::of(key)));
        self.keys.put(digest, grant.clone(), asked);
        Ok(grant)
    }

    /// The number of the app's channel with this name, if there is one.
    pub(crate) async fn channel(&self, app_id: i32, name: &str) -> Result<Option<i32>, StorageError> {
        // No channel has another name, and what is kept here must be small.
        if !channels::is_valid_name(name) {
            return Ok(None);
        }
        let of_app = (app_id, name.to_owned());
        if let Some(Known(known)) = self.channels.get(&of_app) {
            return Ok(known);
        }
        let asked = Instant::now();
        let channel = self.storage.channels().find(app_id, name).await?.map(|channel| channel.id);
        self.channels.put(of_app, channel, asked);
        Ok(channel)
    }
}

async fn forget_after_changes(access: std::sync::Weak<AccessCache>, mut changes: watch::Receiver<u64>) {
    while changes.changed().await.is_ok() {
        let Some(access) = access.upgrade() else { return };
        access.keys.clear();
        access.channels.clear();
    }
}

/// What was looked up, and when that was; `None` is kept for what was not there.
struct Cache<K, V> {
    state: Mutex<CacheState<K, V>>,
}

/// What a look-up gave.
#[derive(Debug, PartialEq)]
struct Known<V>(Option<V>);

struct CacheState<K, V> {
    entries: HashMap<K, (Option<V>, Instant)>,
    /// Look-ups that began earlier may have seen what has changed since.
    cleared: Option<Instant>,
}

impl<K, V> Default for Cache<K, V> {
    fn default() -> Self {
        Self { state: Mutex::new(CacheState { entries: HashMap::new(), cleared: None }) }
    }
}

impl<K: Eq + Hash, V: Clone> Cache<K, V> {
    /// What is known of the key: a value, or that there is none.
    fn get(&self, key: &K) -> Option<Known<V>> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let (value, since) = state.entries.get(key)?;
        let limit = if value.is_some() { FOUND_FOR } else { MISSING_FOR };
        (since.elapsed() < limit).then(|| Known(value.clone()))
    }

    fn put(&self, key: K, value: Option<V>, asked: Instant) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.cleared.is_some_and(|cleared| cleared >= asked) {
            return;
        }
        if state.entries.len() >= MAX_ENTRIES {
            state.entries.clear();
        }
        state.entries.insert(key, (value, asked));
    }

    fn clear(&self) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.entries.clear();
        state.cleared = Some(Instant::now());
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::{Cache, FOUND_FOR, Known, MISSING_FOR};

    #[test]
    fn what_is_kept_grows_old() {
        let cache = Cache::default();
        let ago = |time: Duration| Instant::now().checked_sub(time).unwrap();
        cache.put("found", Some(1), ago(FOUND_FOR / 2));
        cache.put("missing", None, ago(MISSING_FOR / 2));
        assert_eq!((cache.get(&"found"), cache.get(&"missing")), (Some(Known(Some(1))), Some(Known(None))));
        cache.put("found", Some(1), ago(FOUND_FOR));
        cache.put("missing", None, ago(MISSING_FOR));
        assert_eq!((cache.get(&"found"), cache.get(&"missing")), (None, None));
    }

    #[test]
    fn a_look_up_that_a_change_overtook_is_not_kept() {
        let cache = Cache::default();
        let asked = Instant::now();
        cache.clear();
        cache.put("key", Some(1), asked);
        assert_eq!(cache.get(&"key"), None);
        cache.put("key", Some(2), Instant::now() + Duration::from_millis(1));
        assert_eq!(cache.get(&"key"), Some(Known(Some(2))));
    }
}
