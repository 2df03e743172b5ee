//! `events [--json | --schema | --openapi]`

use serde_json::{Value, json};

use crate::cli::args::EventsArgs;
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::job::dialect;
use crate::cli::printer::Out;
use crate::protocol::code::Code;
use crate::protocol::contract::{event_schema, fields, openapi};
use crate::protocol::dialect::Dialect;
use crate::report::style::{FAINT, of_severity, paint};

pub(in crate::cli) fn run(args: &EventsArgs) -> Result<Exit, CliError> {
    let dialect = dialect::choose(&args.dialect)?.whole();
    let codes: Vec<Code> = Code::ALL.into_iter().filter(|code| dialect.knows(*code)).collect();
    let mut out = Out::open();
    let document = if args.schema {
        Some(event_schema(&dialect))
    } else if args.openapi {
        Some(openapi(&dialect))
    } else {
        args.json.then(|| list(&codes, &dialect))
    };
    if let Some(document) = document {
        out.line(&serde_json::to_string_pretty(&document).unwrap_or_default());
        return Ok(Exit::Ok);
    }
    out.line(&paint(FAINT, format!("{:<29}  {:<8}  {:<34}  meaning", "event", "severity", "payload")));
    for code in codes {
        let severity = code.severity();
        let payload = keys(code, &dialect).join(", ");
        let payload = if payload.is_empty() { "-".to_owned() } else { payload };
        out.line(&format!(
            "{code:<29}  {}  {payload:<34}  {}",
            paint(of_severity(severity), format!("{severity:<8}")),
            code.meaning()
        ));
    }
    out.line("");
    out.line("? only once a measurement was created. Source: docs.deepaffex.ai/wms/9_webhooks.html");
    Ok(Exit::Ok)
}

fn list(codes: &[Code], dialect: &Dialect) -> Value {
    codes
        .iter()
        .map(|code| {
            json!({
                "event": code,
                "severity": code.severity(),
                "payload": keys(*code, dialect),
                "meaning": code.meaning(),
            })
        })
        .collect()
}

fn keys(code: Code, dialect: &Dialect) -> Vec<String> {
    let mark = |if_created| if if_created { "?" } else { "" };
    fields(code, dialect).iter().map(|field| format!("{}{}", field.name, mark(field.if_created))).collect()
}
