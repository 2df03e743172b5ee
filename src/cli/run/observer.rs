//! Everyone who follows a run: the tally, the journal, the printer.

use std::time::Duration;

use crate::cli::args::OutputName;
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::job::send::SendJob;
use crate::cli::journal_file::JournalFile;
use crate::cli::printer::{Human, Out, failure, note, warn};
use crate::outcome::journal;
use crate::outcome::run::{InboxSummary, Run, Setup};
use crate::outcome::run_event::RunEvent;
use crate::outcome::tally::Tally;
use crate::report::summary::summary;

pub(super) struct Observer {
    setup: Setup,
    tally: Tally,
    journal: Option<JournalFile>,
    voice: Voice,
}

enum Voice {
    Human(Box<Human>),
    Ndjson(Out),
    /// What to tell first, should the run fail.
    Quiet(Vec<String>),
}

impl Observer {
    pub fn new(job: &SendJob) -> Result<Self, CliError> {
        let mut journal = job.journal.as_deref().map(JournalFile::create).transpose()?;
        let first = journal::run_line(&job.setup);
        if let Some(journal) = &mut journal {
            journal.write(&first);
        }
        let voice = match job.output {
            OutputName::Human => Voice::Human(Box::new(Human::new(job.setup.sessions))),
            OutputName::Quiet => Voice::Quiet(job.notes.clone()),
            OutputName::Ndjson => {
                let mut out = Out::open();
                out.line(&first.to_string());
                out.flush();
                Voice::Ndjson(out)
            }
        };
        Ok(Self { setup: job.setup.clone(), tally: Tally::default(), journal, voice })
    }

    pub fn tell(&mut self, event: &RunEvent) {
        self.tally.add(event);
        if self.journal.is_some() || matches!(self.voice, Voice::Ndjson(_)) {
            let line = journal::event_line(event, &self.setup.headers);
            if let Some(journal) = &mut self.journal {
                journal.write(&line);
            }
            if let Voice::Ndjson(out) = &mut self.voice {
                out.line(&line.to_string());
                out.flush();
            }
        }
        if let Voice::Human(human) = &mut self.voice {
            human.tell(event, &self.tally);
        }
    }

    /// Ends the telling, and says how the program ends.
    pub fn end(self, took: Duration, inbox: Option<InboxSummary>) -> Exit {
        let run = Run { setup: self.setup, tally: self.tally, took, inbox };
        let exit = Exit::of(&run.tally);
        let mut last = journal::end_line(&run, exit.code());
        let trouble = self.journal.and_then(|mut journal| {
            journal.write(&last);
            journal.end()
        });
        // A journal that was asked for and is not there is no success.
        let exit = if trouble.is_some() && exit == Exit::Ok { Exit::CouldNot } else { exit };
        if let Some(trouble) = trouble {
            warn(&trouble);
            last = journal::end_line(&run, exit.code());
        }
        match self.voice {
            Voice::Human(human) => human.end(&summary(&run)),
            Voice::Ndjson(mut out) => out.line(&last.to_string()),
            Voice::Quiet(notes) if exit != Exit::Ok => {
                for text in &notes {
                    note(text);
                }
                failure(&summary(&run));
            }
            Voice::Quiet(_) => {}
        }
        exit
    }
}
