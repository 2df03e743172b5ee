//! `faults`

use crate::cli::exit::Exit;
use crate::cli::printer::Out;
use crate::delivery::fault::KINDS;
use crate::report::style::{FAINT, STRONG, paint};

pub(in crate::cli) fn run() -> Exit {
    let mut out = Out::open();
    out.line(&paint(FAINT, format!("{:<18}  {:<58}  the receiver", "fault", "what it does")));
    for kind in KINDS {
        let name = paint(STRONG, format!("{:<18}", kind.name));
        let meaning = if kind.parameter.is_empty() {
            kind.meaning.to_owned()
        } else {
            format!("{} ({})", kind.meaning, kind.parameter)
        };
        out.line(&format!("{name}  {meaning:<58}  {}", kind.expected));
    }
    out.line("");
    out.line("Where: NAME@3 strikes the event with sequence 3 of every session, NAME=10% each event by chance, from the");
    out.line("seed. With a parameter: delay@5=8s, burst@4=6, delay=1%,8s. A dry run lists what will happen:");
    out.line("  wms-sim send --fault mac:missing@2 --fault duplicate=10% --dry-run");
    Exit::Ok
}
