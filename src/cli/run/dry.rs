//! What would be sent: `--dry-run` and `--curl`.

use crate::cli::exit::Exit;
use crate::cli::job::send::{Mode, SendJob};
use crate::cli::printer::Out;
use crate::delivery::dry;
use crate::report::curl;
use crate::report::planned::{Planned, json_line};

pub(super) fn run(job: &SendJob) -> Exit {
    let mut out = Out::open();
    let url = &job.setup.target;
    for number in job.numbers.each() {
        let session = job.source.info(number);
        dry::events(&job.source, number, &job.policy, &job.signers, &mut |due, item| {
            if item.dropped {
                return;
            }
            let faults: Vec<String> = item.faults.iter().map(ToString::to_string).collect();
            let planned = Planned {
                session: &session,
                due,
                headers: &job.setup.headers,
                mac: item.mac.as_str(),
                body: &item.body,
                faults: &faults,
            };
            match job.mode {
                Mode::Curl => out.line(&curl::command(planned, url)),
                _ => out.line(&json_line(planned)),
            }
        });
        if out.is_closed() {
            break;
        }
    }
    Exit::Ok
}
