//! The sessions that are open, in memory: a server that starts anew opens new ones.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use clientele_model::{CompanyId, DeviceId};
use clientele_protocol::Hash;
use clientele_protocol::envelope::SessionId;

/// How long a session lasts.
const LIFE_MILLIS: i64 = 60 * 60 * 1000;

/// Sessions in which nobody has proved yet who they are. Anybody may open one: the oldest goes first.
const UNPROVED_MAX: usize = 20_000;

/// Sessions of devices that have proved who they are.
const PROVED_MAX: usize = 200_000;

/// A session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Session {
    /// Whose book it is about.
    pub company: CompanyId,
    /// Which device says that it opened it.
    pub device: DeviceId,
    opened_at: i64,
    last_number: u64,
    is_proved: bool,
}

/// All of them.
pub struct Sessions(Mutex<Open>);

struct Open {
    seed: [u8; 32],
    made: u64,
    sessions: HashMap<SessionId, Session>,
    unproved: VecDeque<SessionId>,
    proved: VecDeque<SessionId>,
}

impl Sessions {
    /// None yet; their names follow from 32 random bytes.
    pub fn new(seed: [u8; 32]) -> Self {
        Self(Mutex::new(Open {
            seed,
            made: 0,
            sessions: HashMap::new(),
            unproved: VecDeque::new(),
            proved: VecDeque::new(),
        }))
    }

    /// Opens one.
    pub fn open(&self, company: CompanyId, device: DeviceId, now_millis: i64) -> SessionId {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        open.made += 1;
        let name = Hash::of(&[b"clientele session", &open.seed, &open.made.to_be_bytes()]);
        let mut id = SessionId([0; 16]);
        id.0.copy_from_slice(&name.0[..16]);
        open.sessions.insert(
            id,
            Session {
                company,
                device,
                opened_at: now_millis,
                last_number: 0,
                is_proved: false,
            },
        );
        open.unproved.push_back(id);
        open.forget(now_millis);
        id
    }

    /// The session of a name, while it lasts.
    pub fn get(&self, id: SessionId, now_millis: i64) -> Option<Session> {
        let open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let session = open.sessions.get(&id)?;
        session.lasts(now_millis).then_some(*session)
    }

    /// Uses a number of a session whose device has just proved that it wrote it: once, and none below it.
    pub fn advance(&self, id: SessionId, number: u64) -> bool {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(session) = open.sessions.get_mut(&id) else {
            return false;
        };
        if number <= session.last_number {
            return false;
        }
        session.last_number = number;
        if !session.is_proved {
            session.is_proved = true;
            open.proved.push_back(id);
        }
        true
    }

    /// How many are open.
    pub fn count(&self) -> usize {
        let open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        open.sessions.len()
    }
}

impl Session {
    fn lasts(&self, now_millis: i64) -> bool {
        // A clock that was set back ends no session.
        now_millis.saturating_sub(self.opened_at) < LIFE_MILLIS
    }
}

impl Open {
    /// Forgets what is over, and the oldest of too many.
    fn forget(&mut self, now_millis: i64) {
        let Self {
            sessions,
            unproved,
            proved,
            ..
        } = self;
        for (queue, most, is_proved) in [(unproved, UNPROVED_MAX, false), (proved, PROVED_MAX, true)] {
            while let Some(id) = queue.front() {
                let session = sessions.get(id);
                let moved_on = session.is_none_or(|session| session.is_proved != is_proved);
                let is_over = session.is_some_and(|session| !session.lasts(now_millis));
                if !moved_on && !is_over && queue.len() <= most {
                    break;
                }
                if !moved_on {
                    sessions.remove(id);
                }
                queue.pop_front();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_good_once_and_a_session_for_an_hour() {
        let sessions = Sessions::new([1; 32]);
        let (company, device) = (CompanyId::new(), DeviceId::new());
        let id = sessions.open(company, device, 1000);
        assert_ne!(sessions.open(company, device, 1000), id);
        assert_eq!(sessions.get(id, 1000).map(|session| session.device), Some(device));
        assert!(!sessions.advance(id, 0));
        assert!(sessions.advance(id, 5));
        assert!(!sessions.advance(id, 5));
        assert!(!sessions.advance(id, 4));
        assert!(sessions.advance(id, 6));
        assert!(sessions.get(id, 1000 + LIFE_MILLIS).is_none());
        assert!(!sessions.advance(SessionId([0; 16]), 1));
    }

    #[test]
    fn strangers_who_open_many_push_out_strangers_only() {
        let sessions = Sessions::new([1; 32]);
        let (company, device) = (CompanyId::new(), DeviceId::new());
        let ours = sessions.open(company, device, 0);
        assert!(sessions.advance(ours, 1));
        let first = sessions.open(company, DeviceId::new(), 0);
        for _ in 0..UNPROVED_MAX + 10 {
            sessions.open(company, DeviceId::new(), 0);
        }
        assert!(sessions.get(ours, 0).is_some());
        assert!(sessions.get(first, 0).is_none());
        assert!(sessions.count() <= UNPROVED_MAX + 1);
        sessions.open(company, device, 2 * LIFE_MILLIS);
        assert_eq!(sessions.count(), 1, "all but the new one are over");
    }
}
