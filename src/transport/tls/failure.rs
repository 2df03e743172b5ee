//! The names of what goes wrong in TLS.

use rustls::{AlertDescription, CertificateError, Error, InvalidMessage};

use crate::outcome::exchange::{Failure, FailureCode, Phase};

/// Names an error of TLS. `phase` is where it came up; what belongs to the handshake is told as such even where it
/// came up later, as TLS 1.3 lets a client send before it learns that its certificate was refused.
pub(in crate::transport) fn name(error: &Error, phase: Phase) -> Failure {
    let (code, late) = match error {
        Error::InvalidCertificate(why) => (certificate(why), false),
        Error::AlertReceived(alert) if client_certificate(*alert) => {
            (FailureCode::ClientCertificateRefused, true)
        }
        Error::InvalidMessage(
            InvalidMessage::InvalidContentType
            | InvalidMessage::UnknownProtocolVersion
            | InvalidMessage::MessageTooLarge
            | InvalidMessage::InvalidEmptyPayload,
        ) if phase == Phase::Tls => (FailureCode::TlsNotSpoken, false),
        _ => (FailureCode::TlsFailed, false),
    };
    let detail = match error {
        _ if code == FailureCode::CertificateOfCa => {
            "it is marked as a CA's (basicConstraints=CA:TRUE), which vouches for others and for no server"
                .to_owned()
        }
        Error::InvalidCertificate(CertificateError::BadSignature) => {
            "an issuer of that name is trusted here, and did not sign the certificate".to_owned()
        }
        _ if code == FailureCode::TlsNotSpoken => "what came is not TLS".to_owned(),
        other => other.to_string(),
    };
    Failure::new(code, if late { Phase::Tls } else { phase }, detail)
}

/// Whether an alert is about the certificate that we showed, or did not show.
fn client_certificate(alert: AlertDescription) -> bool {
    matches!(
        alert,
        AlertDescription::CertificateRequired
            | AlertDescription::NoCertificate
            | AlertDescription::BadCertificate
            | AlertDescription::UnsupportedCertificate
            | AlertDescription::CertificateRevoked
            | AlertDescription::CertificateExpired
            | AlertDescription::CertificateUnknown
            | AlertDescription::UnknownCA
            | AlertDescription::AccessDenied
    )
}

fn certificate(error: &CertificateError) -> FailureCode {
    match error {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            FailureCode::CertificateExpired
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            FailureCode::CertificateNotYetValid
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            FailureCode::CertificateWrongHost
        }
        CertificateError::UnknownIssuer => FailureCode::CertificateUnknownIssuer,
        // rustls has no word of its own for it.
        CertificateError::Other(why) if why.to_string().contains("CaUsedAsEndEntity") => {
            FailureCode::CertificateOfCa
        }
        _ => FailureCode::CertificateInvalid,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn late_refusals_of_our_certificate_belong_to_the_handshake() {
        let refused = Error::AlertReceived(AlertDescription::CertificateRequired);
        let failure = name(&refused, Phase::Wait);
        assert_eq!((failure.code, failure.phase), (FailureCode::ClientCertificateRefused, Phase::Tls));

        let other = Error::AlertReceived(AlertDescription::InternalError);
        let failure = name(&other, Phase::Wait);
        assert_eq!((failure.code, failure.phase), (FailureCode::TlsFailed, Phase::Wait));
    }
}
