//! The memory that the bodies of requests share, in bytes.
//!
//! Small bodies and large ones have lanes of their own, so that large ones cannot keep small ones waiting. Within a lane, one payer (an
//! app, for instance) gets half at most. A share is taken as bytes arrive; only a body that has shown that it is large reserves the
//! rest of its room ahead, because two that wait for each other's bytes would both fail.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use crate::connections::{Connections, Waiting};

/// With more payers than this, those that hold nothing are forgotten.
const PAYERS: usize = 1_000;

/// Larger bodies and answers are counted apart.
pub const SMALL: usize = 64 * 1024;

/// How long a large body or answer waits for memory.
pub(crate) const LARGE_BODY_TIMEOUT: Duration = Duration::from_secs(5);

/// The budget of one server. Clones share it.
#[derive(Debug, Clone)]
pub struct Budget(Arc<Lanes>);

#[derive(Debug)]
struct Lanes {
    small: Lane,
    large: Lane,
    refused: AtomicUsize,
    connections: Arc<Connections>,
}

/// Where a body's bytes are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// Most events and queries.
    Small,
    /// Those that have shown that they are large.
    Large,
}

#[derive(Debug)]
struct Lane {
    bytes: usize,
    free: Pool,
    most_of_payer: usize,
    payers: Mutex<HashMap<i32, Arc<Pool>>>,
}

/// Bytes that several requests share, and how many of these wait for some.
#[derive(Debug)]
struct Pool {
    free: Arc<Semaphore>,
    waiting: AtomicUsize,
}

/// The budget as one request uses it.
#[derive(Debug, Clone)]
pub struct Account {
    budget: Budget,
    payer: Option<i32>,
}

/// A share of the memory, until it is dropped.
#[derive(Debug, Default)]
pub struct Share(Vec<OwnedSemaphorePermit>);

/// There is no memory for a body.
#[derive(Debug)]
pub(crate) struct Exhausted;

impl Default for Budget {
    /// That of a server in a container without a limit.
    fn default() -> Self {
        Self::new(16 * 1024 * 1024, 64 * 1024 * 1024, 8 * 1024 * 1024, Arc::default())
    }
}

/// How a budget is used, for metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Usage {
    /// How many bytes there are.
    pub bytes: usize,
    /// How many of them are in use.
    pub used: usize,
}

impl Budget {
    /// A budget of so many bytes for small bodies and for large ones. A payer may use half of a lane, but as much of the lane for
    /// large ones as one body of `largest` bytes needs. Those who wait for memory crowd the connections.
    #[must_use]
    pub fn new(small: usize, large: usize, largest: usize, connections: Arc<Connections>) -> Self {
        let lanes = Lanes {
            small: Lane::new(small, small.div_ceil(2)),
            large: Lane::new(large, (large / 2).max(largest.min(large))),
            refused: AtomicUsize::new(0),
            connections,
        };
        Self(Arc::new(lanes))
    }

    /// The budget as this payer's requests use it.
    #[must_use]
    pub fn of(&self, payer: Option<i32>) -> Account {
        Account { budget: self.clone(), payer }
    }

    /// The connections that use it.
    #[must_use]
    pub fn connections(&self) -> &Arc<Connections> {
        &self.0.connections
    }

    /// How a lane is used.
    #[must_use]
    pub fn usage(&self, size: Size) -> Usage {
        let lane = self.0.lane(size);
        Usage { bytes: lane.bytes, used: lane.bytes.saturating_sub(lane.free.free.available_permits()) }
    }

    /// How many bodies got no memory, since the server's start.
    #[must_use]
    pub fn refused(&self) -> usize {
        self.0.refused.load(Relaxed)
    }
}

impl Lanes {
    fn lane(&self, size: Size) -> &Lane {
        match size {
            Size::Small => &self.small,
            Size::Large => &self.large,
        }
    }
}

impl Account {
    /// Takes so many bytes, if need be after a wait.
    pub(crate) async fn take(
        &self,
        share: &mut Share,
        size: Size,
        bytes: usize,
        timeout_after: Duration,
    ) -> Result<(), Exhausted> {
        let lane = self.budget.0.lane(size);
        let of_payer = self.payer.map(|payer| lane.of_payer(payer));
        let taken = match lane.try_take(of_payer.as_deref(), bytes) {
            Ok(taken) => Ok(taken),
            Err(Exhausted) => {
                lane.wait_for(of_payer.as_deref(), bytes, timeout_after, &self.budget.0.connections).await
            }
        };
        let taken = taken.inspect_err(|_| {
            self.budget.0.refused.fetch_add(1, Relaxed);
        })?;
        for permit in taken {
            share.add(permit);
        }
        Ok(())
    }

    /// Reserves the memory for an answer of so many bytes, or as much as there is at most; nothing where none becomes free in time. A
    /// small answer needs none.
    pub async fn reserve(&self, bytes: usize) -> Option<Share> {
        let mut share = Share::default();
        if bytes > SMALL {
            let bytes = bytes.min(self.budget.0.large.most_of_payer);
            self.take(&mut share, Size::Large, bytes, LARGE_BODY_TIMEOUT).await.ok()?;
        }
        Some(share)
    }

    /// Whether others wait for what a request holds that is counted in this lane: its turn, or memory of the lane or of its payer.
    pub(crate) fn is_contended(&self, size: Size) -> bool {
        let lane = self.budget.0.lane(size);
        self.budget.0.connections.is_place_wanted()
            || lane.free.is_wanted()
            || self.payer.is_some_and(|payer| lane.of_payer(payer).is_wanted())
    }
}

impl Share {
    /// Shrinks the share to this many bytes and returns the rest to the budget.
    pub(crate) fn shrink(&mut self, bytes: usize) {
        for permit in &mut self.0 {
            drop(permit.num_permits().checked_sub(bytes).and_then(|beyond| permit.split(beyond)));
        }
    }

    fn add(&mut self, permit: OwnedSemaphorePermit) {
        let same = |other: &&mut OwnedSemaphorePermit| Arc::ptr_eq(other.semaphore(), permit.semaphore());
        match self.0.iter_mut().find(same) {
            Some(other) => other.merge(permit),
            None => self.0.push(permit),
        }
    }
}

impl Lane {
    fn new(bytes: usize, most_of_payer: usize) -> Self {
        Self { bytes, free: Pool::new(bytes), most_of_payer, payers: Mutex::default() }
    }

    fn of_payer(&self, payer: i32) -> Arc<Pool> {
        let mut payers = self.payers.lock().unwrap_or_else(PoisonError::into_inner);
        if payers.len() > PAYERS {
            payers.retain(|_, pool| pool.free.available_permits() < self.most_of_payer);
        }
        payers.entry(payer).or_insert_with(|| Arc::new(Pool::new(self.most_of_payer))).clone()
    }

    fn try_take(
        &self,
        of_payer: Option<&Pool>,
        bytes: usize,
    ) -> Result<Vec<OwnedSemaphorePermit>, Exhausted> {
        let count = u32::try_from(bytes).map_err(|_| Exhausted)?;
        let each = of_payer.into_iter().chain([&self.free]);
        each.map(|pool| pool.free.clone().try_acquire_many_owned(count).map_err(|_| Exhausted)).collect()
    }

    async fn wait_for(
        &self,
        of_payer: Option<&Pool>,
        bytes: usize,
        timeout_after: Duration,
        connections: &Connections,
    ) -> Result<Vec<OwnedSemaphorePermit>, Exhausted> {
        let count = u32::try_from(bytes).map_err(|_| Exhausted)?;
        if bytes > self.bytes || (of_payer.is_some() && bytes > self.most_of_payer) {
            return Err(Exhausted);
        }
        let all = async {
            let mut taken = Vec::with_capacity(2);
            if let Some(pool) = of_payer {
                taken.push(pool.wait_for(count).await?);
            }
            let _waiting = connections.wait_for_memory();
            taken.push(self.free.wait_for(count).await?);
            Ok(taken)
        };
        timeout(timeout_after, all).await.unwrap_or(Err(Exhausted))
    }
}

impl Pool {
    fn new(bytes: usize) -> Self {
        Self { free: Arc::new(Semaphore::new(bytes)), waiting: AtomicUsize::new(0) }
    }

    fn is_wanted(&self) -> bool {
        self.waiting.load(Relaxed) > 0
    }

    async fn wait_for(&self, count: u32) -> Result<OwnedSemaphorePermit, Exhausted> {
        let _waiting = Waiting::new(&self.waiting);
        self.free.clone().acquire_many_owned(count).await.map_err(|_| Exhausted)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use super::{Budget, Exhausted, Share, Size, Usage};

    const AT_ONCE: Duration = Duration::ZERO;

    async fn take(budget: &Budget, payer: i32, size: Size, bytes: usize) -> Result<Share, Exhausted> {
        let mut share = Share::default();
        budget.of(Some(payer)).take(&mut share, size, bytes, AT_ONCE).await.map(|()| share)
    }

    #[tokio::test]
    async fn a_payer_gets_half_of_a_lane_and_the_others_the_rest() {
        let budget = Budget::new(100, 0, 0, Arc::default());
        let first = take(&budget, 1, Size::Small, 50).await.unwrap();
        assert!(take(&budget, 1, Size::Small, 1).await.is_err());
        let second = take(&budget, 2, Size::Small, 50).await.unwrap();
        assert!(take(&budget, 3, Size::Small, 1).await.is_err());
        assert_eq!((budget.usage(Size::Small), budget.refused()), (Usage { bytes: 100, used: 100 }, 2));
        drop(first);
        assert!(take(&budget, 1, Size::Small, 50).await.is_ok());
        drop(second);
        assert_eq!(budget.usage(Size::Small).used, 0);
    }

    #[tokio::test]
    async fn large_bodies_take_nothing_from_small_ones_and_one_of_them_always_fits() {
        let budget = Budget::new(10, 100, 80, Arc::default());
        let mut large = take(&budget, 1, Size::Large, 80).await.unwrap();
        assert!(take(&budget, 2, Size::Large, 80).await.is_err());
        assert!(take(&budget, 2, Size::Small, 5).await.is_ok());
        large.shrink(20);
        assert!(take(&budget, 2, Size::Large, 80).await.is_ok());
    }

    #[tokio::test]
    async fn who_waits_gets_what_others_give_back() {
        let budget = Budget::new(10, 0, 0, Arc::default());
        let held = take(&budget, 1, Size::Small, 5).await.unwrap();
        let (waiting, others) = (budget.of(Some(1)), budget.of(Some(2)));
        let mut share = Share::default();
        let taken = waiting.take(&mut share, Size::Small, 3, Duration::from_mins(1));
        let given_back = async {
            tokio::task::yield_now().await;
            assert!(waiting.is_contended(Size::Small));
            assert!(!waiting.is_contended(Size::Large), "what is large is not in the way of what is small");
            assert!(!others.is_contended(Size::Small), "one payer's own requests wait for each other");
            drop(held);
        };
        let (taken, ()) = tokio::join!(taken, given_back);
        assert!(taken.is_ok() && !waiting.is_contended(Size::Small));
    }

    #[tokio::test]
    async fn where_a_lane_is_full_whoever_uses_it_is_in_the_way() {
        let budget = Budget::new(10, 0, 0, Arc::default());
        let _first = take(&budget, 1, Size::Small, 5).await.unwrap();
        let held = take(&budget, 2, Size::Small, 5).await.unwrap();
        let mut share = Share::default();
        let waiting = budget.of(Some(3));
        let taken = waiting.take(&mut share, Size::Small, 5, Duration::from_mins(1));
        let given_back = async {
            tokio::task::yield_now().await;
            assert!(budget.of(Some(1)).is_contended(Size::Small));
            assert!(!budget.of(Some(1)).is_contended(Size::Large));
            drop(held);
        };
        assert!(tokio::join!(taken, given_back).0.is_ok());
    }
}
