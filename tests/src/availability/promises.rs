//! What was acknowledged to the devices, and what had to be given to head office again: a server that has lost something
//! is refilled by its devices, so that in the end nothing is missing. Whether the cluster has lost anything shows only
//! in what is pushed: a change that was acknowledged is never pushed again, unless the server has it no more.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use clientele_model::DeviceId;
use clientele_protocol::bytes::decode;
use clientele_protocol::{Envelope, Request, Response};
use clientele_sync::Ask;

/// Of all devices.
#[derive(Default)]
pub(super) struct Promises(Mutex<State>);

#[derive(Default)]
struct State {
    /// How far each device's stream was acknowledged, at most.
    acknowledged: HashMap<DeviceId, u64>,
    /// Each number's device, and the change that must be acknowledged for it.
    said: BTreeMap<u64, (DeviceId, u64)>,
    /// Changes that were acknowledged, and pushed again all the same.
    again: BTreeSet<(DeviceId, u64)>,
}

impl Promises {
    /// A number is in a device's book.
    pub fn said(&self, number: u64, device: DeviceId, last: u64) {
        self.state().said.insert(number, (device, last));
    }

    /// Looks at what is about to be sent; says whose changes, where it is a push.
    pub fn pushing(&self, ask: &Ask) -> Option<DeviceId> {
        let Ask::Call(bytes) = ask else { return None };
        let envelope: Envelope = decode(bytes).ok()?;
        let Ok(Request::Push(push)) = decode(&envelope.message) else {
            return None;
        };
        let author = push.batch.device;
        self.pushed(author, push.batch.from().seq, push.batch.head().seq);
        Some(author)
    }

    fn pushed(&self, author: DeviceId, after: u64, to: u64) {
        let mut state = self.state();
        let acknowledged = state.acknowledged.get(&author).copied().unwrap_or(0);
        let again = after + 1..=to.min(acknowledged);
        state.again.extend(again.map(|seq| (author, seq)));
    }

    /// Looks at what was answered to a push.
    pub fn answered(&self, author: DeviceId, answer: &[u8]) {
        if let Ok(Response::Pushed { head }) = decode(answer) {
            self.acknowledge(author, head.seq);
        }
    }

    fn acknowledge(&self, author: DeviceId, seq: u64) {
        let mut state = self.state();
        let acknowledged = state.acknowledged.entry(author).or_default();
        *acknowledged = seq.max(*acknowledged);
    }

    /// How many changes were acknowledged to all devices together.
    pub fn acknowledged(&self) -> u64 {
        self.state().acknowledged.values().sum()
    }

    /// How far each device's stream was acknowledged.
    pub fn marks(&self) -> HashMap<DeviceId, u64> {
        self.state().acknowledged.clone()
    }

    /// Changes that were acknowledged, and that head office has lost for all that.
    pub fn lost(&self) -> usize {
        self.state().again.len()
    }

    /// Numbers that a device has written.
    pub fn numbers(&self) -> BTreeSet<u64> {
        self.state().said.keys().copied().collect()
    }

    /// Numbers that head office has lost, though they may be there again.
    pub fn lost_numbers(&self) -> BTreeSet<u64> {
        let state = self.state();
        let is_lost = |place: &(DeviceId, u64)| state.again.contains(place);
        let lost = state.said.iter().filter(|(_, place)| is_lost(place));
        lost.map(|(number, _)| *number).collect()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_acknowledged_and_comes_again_was_lost() {
        let promises = Promises::default();
        let (one, other) = (DeviceId::new(), DeviceId::new());
        for number in 1..=4 {
            promises.said(number, one, number * 2);
        }
        promises.said(5, other, 2);
        promises.pushed(one, 0, 4);
        promises.acknowledge(one, 4);
        // The answer to this one never came: it is pushed once more, and was not promised.
        promises.pushed(one, 4, 6);
        promises.pushed(one, 4, 8);
        assert_eq!((promises.lost(), promises.acknowledged()), (0, 4));
        promises.acknowledge(one, 8);
        promises.acknowledge(other, 2);
        // A new primary knows less than was promised.
        promises.pushed(one, 5, 9);
        assert_eq!(promises.lost(), 3);
        assert_eq!(promises.lost_numbers(), [3, 4].into());
        assert_eq!(promises.numbers().len(), 5);
        assert_eq!(promises.acknowledged(), 10);
    }
}
