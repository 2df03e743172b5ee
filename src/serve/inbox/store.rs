//! A bounded number of sessions; the one that was quiet the longest makes room.

use std::collections::HashMap;
use std::sync::Arc;

use slab::Slab;

use super::session::Session;
use crate::clock::Moment;

const NONE: usize = usize::MAX;

#[derive(Debug)]
struct Node {
    session: Session,
    newer: usize,
    older: usize,
}

/// The sessions, by ID and by when they were last heard of.
#[derive(Debug)]
pub(super) struct Store {
    by_id: HashMap<Arc<str>, usize>,
    nodes: Slab<Node>,
    newest: usize,
    oldest: usize,
    max: usize,
}

impl Store {
    /// Room for `max` sessions, at least one.
    pub(super) fn new(max: usize) -> Self {
        Self { by_id: HashMap::new(), nodes: Slab::new(), newest: NONE, oldest: NONE, max: max.max(1) }
    }

    /// The session of an ID, which is then the newest; made where there is none. With it comes the session that
    /// made room.
    pub(super) fn touch(&mut self, id: &str, now: Moment) -> (Option<&mut Session>, Option<Session>) {
        let mut forgotten = None;
        let at = if let Some(at) = self.by_id.get(id) {
            let at = *at;
            self.unlink(at);
            at
        } else {
            if self.nodes.len() >= self.max {
                forgotten = self.forget(self.oldest);
            }
            let id: Arc<str> = id.into();
            let session = Session::new(Arc::clone(&id), now);
            let at = self.nodes.insert(Node { session, newer: NONE, older: NONE });
            self.by_id.insert(id, at);
            at
        };
        self.link_newest(at);
        (self.nodes.get_mut(at).map(|node| &mut node.session), forgotten)
    }

    /// The session of an ID.
    pub(super) fn get(&self, id: &str) -> Option<&Session> {
        self.nodes.get(*self.by_id.get(id)?).map(|node| &node.session)
    }

    /// The sessions, the newest first.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Session> {
        std::iter::successors(self.nodes.get(self.newest), |node| self.nodes.get(node.older))
            .map(|node| &node.session)
    }

    /// The sessions, to be changed.
    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Session> {
        self.nodes.iter_mut().map(|(_, node)| &mut node.session)
    }

    /// Forgets all.
    pub(super) fn clear(&mut self) {
        *self = Self::new(self.max);
    }

    fn forget(&mut self, at: usize) -> Option<Session> {
        self.unlink(at);
        let session = self.nodes.try_remove(at)?.session;
        self.by_id.remove(&session.id);
        Some(session)
    }

    fn unlink(&mut self, at: usize) {
        let Some((newer, older)) = self.nodes.get(at).map(|node| (node.newer, node.older)) else { return };
        match self.nodes.get_mut(newer) {
            Some(node) => node.older = older,
            None => self.newest = older,
        }
        match self.nodes.get_mut(older) {
            Some(node) => node.newer = newer,
            None => self.oldest = newer,
        }
    }

    fn link_newest(&mut self, at: usize) {
        let older = self.newest;
        if let Some(node) = self.nodes.get_mut(at) {
            (node.newer, node.older) = (NONE, older);
        }
        match self.nodes.get_mut(older) {
            Some(node) => node.newer = at,
            None => self.oldest = at,
        }
        self.newest = at;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(store: &Store) -> Vec<&str> {
        store.iter().map(|session| &*session.id).collect()
    }

    #[test]
    fn the_quietest_makes_room() {
        let mut store = Store::new(3);
        for id in ["a", "b", "c", "a"] {
            assert!(store.touch(id, Moment::ZERO).1.is_none());
        }
        assert_eq!(ids(&store), ["a", "c", "b"]);
        let forgotten = store.touch("d", Moment::ZERO).1.unwrap();
        assert_eq!((&*forgotten.id, ids(&store)), ("b", vec!["d", "a", "c"]));
        store.touch("c", Moment::ZERO);
        store.touch("e", Moment::ZERO);
        assert_eq!(ids(&store), ["e", "c", "d"]);
        assert!(store.get("a").is_none() && store.get("c").is_some());
        store.clear();
        assert_eq!(ids(&store), [""; 0]);
    }

    #[test]
    fn one_place_is_enough() {
        let mut store = Store::new(0);
        store.touch("a", Moment::ZERO);
        assert!(store.touch("a", Moment::ZERO).1.is_none());
        assert_eq!(store.touch("b", Moment::ZERO).1.map(|session| session.id.to_string()), Some("a".into()));
        assert_eq!(ids(&store), ["b"]);
    }
}
