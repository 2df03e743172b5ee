//! The drill of a secret's replacement: the receiver is brought from stage to stage, and each stage judged.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use super::Runner;
use crate::clock::{nanos, wall_clock};
use crate::conformance::case::Stage;
use crate::conformance::kit::Kit;
use crate::conformance::script::{MacLine, Shot};
use crate::outcome::check::Incident;
use crate::protocol::code::Code;

/// Between two looks whether the receiver has changed.
const PAUSE: Duration = Duration::from_millis(100);

/// A change that is under way, or why it cannot be made.
pub type Changing = Pin<Box<dyn Future<Output = Result<(), Incident>> + Send>>;

/// Brings the receiver to a stage: a command of the user's, or the user.
pub type Change = Arc<dyn Fn(Stage) -> Changing + Send + Sync>;

impl Runner {
    /// Brings the receiver to a stage.
    pub(super) async fn bring(&self, stage: Stage) -> Result<(), Incident> {
        match &self.rotation {
            Some(change) => change(stage).await,
            None => Ok(()),
        }
    }

    /// Waits until it shows that the receiver was brought to a stage, as long as the patience lasts. Whether it did is for
    /// the cases to say.
    pub(super) async fn await_stage(self: &Arc<Self>, stage: Stage) {
        if self.rotation.is_none() {
            return;
        }
        let until = self.clock.now().after(nanos(self.patience));
        let mut number = 1;
        while !self.shows(stage, number).await && !until.since(self.clock.now()).is_zero() {
            tokio::time::sleep(PAUSE).await;
            number += 1;
        }
    }

    /// Whether the receiver behaves as in a stage: the secret takes or loses effect that changes with it.
    async fn shows(self: &Arc<Self>, stage: Stage, number: u64) -> bool {
        let mut kit = Kit::new(&self.setup, stage.as_str(), number, wall_clock());
        let mut session = kit.session();
        let event = kit.event(&mut session, Code::WmsLoaded);
        if let Some(announcer) = &self.announcer
            && announcer.tell(&event.session).await.is_err()
        {
            return false;
        }
        let signer = if stage == Stage::Both { kit.next() } else { self.setup.signer.clone() };
        let mac = MacLine::new(signer.sign(&event.body).as_str());
        let request = self.base.request(&Shot::setup(&event).with_macs(vec![mac]));
        let status = self.once(&request, self.timeout()).await.status();
        match stage {
            Stage::Old | Stage::Both => status.is_some_and(|status| self.accept.contains(status)),
            Stage::New => status.is_some_and(|status| (400..500).contains(&status)),
        }
    }
}
