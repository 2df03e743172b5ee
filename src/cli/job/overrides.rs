//! `--override EVENT.payload.KEY=VALUE`

use serde_json::value::RawValue;

use crate::cli::error::CliError;
use crate::protocol::code::Code;
use crate::scenario::compile::Override;

/// Reads one override. A value that is JSON is taken as such, any other as text.
pub(in crate::cli) fn read(text: &str) -> Result<Override, CliError> {
    let form = || {
        CliError::usage(format!("--override '{text}' is not of the form EVENT.payload.KEY=VALUE"))
            .help("such as INTERMEDIATE_RESULTS.payload.snr=-100")
    };
    let (path, value) = text.split_once('=').ok_or_else(form)?;
    let (code, rest) = path.split_once('.').ok_or_else(form)?;
    let key = rest.strip_prefix("payload.").filter(|key| !key.is_empty()).ok_or_else(form)?;
    let code: Code = code.parse().map_err(|error| CliError::usage(format!("--override: {error}")))?;
    let text = || serde_json::value::to_raw_value(value);
    let value = RawValue::from_string(value.to_owned()).or_else(|_| text()).map_err(|_| form())?;
    Ok(Override { code, key: key.to_owned(), value })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms() {
        let read = |text| read(text).map_err(|error| error.message);
        let snr = read("INTERMEDIATE_RESULTS.payload.snr=-100").unwrap();
        assert_eq!((snr.code, snr.key.as_str(), snr.value.get()), (Code::IntermediateResults, "snr", "-100"));
        assert_eq!(read("LOW_SNR.payload.details=a=\"b").unwrap().value.get(), r#""a=\"b""#);
        assert_eq!(read("LOW_SNR.payload.n=1e400").unwrap().value.get(), "1e400");
        assert!(read("LOW_SNR.payload.details").unwrap_err().contains("form"));
        assert!(read("LOW_SNR.details=1").unwrap_err().contains("form"));
        assert!(read("LOW_SNRR.payload.details=1").unwrap_err().contains("LOW_SNR"));
    }
}
