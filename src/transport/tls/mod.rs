//! TLS: whom to trust, as whom to appear, and the names of what goes wrong.
//!
//! The cryptography is always ring's, named explicitly: the process-wide default of rustls is neither read nor set.

pub mod failure;
pub mod handshake;
mod insecure;

use std::fmt;
use std::sync::Arc;

use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, DEFAULT_VERSIONS, RootCertStore, SupportedProtocolVersion};
use zeroize::Zeroizing;

use super::target::Target;

/// Whom to trust, and as whom to appear. Files are read by whoever fills this; here are their bytes.
#[derive(Clone, Default)]
pub struct TlsOptions {
    /// Certificates in PEM form, trusted in addition to the system's.
    pub extra_roots: Option<Vec<u8>>,
    /// Accept any certificate.
    pub insecure: bool,
    /// The certificate to show when the receiver asks for one.
    pub client: Option<ClientIdentity>,
}

/// A client certificate with its key.
#[derive(Clone)]
pub struct ClientIdentity {
    /// The certificate and its intermediates, in PEM form.
    pub certificates: Vec<u8>,
    /// The private key, in PEM form.
    pub key: Zeroizing<Vec<u8>>,
}

/// Why TLS cannot be set up.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TlsSetupError {
    /// `--cacert` holds no certificate, or a broken one.
    #[error(
        "the file of --cacert holds no usable certificate ({0}); it has to be PEM, with -----BEGIN CERTIFICATE-----"
    )]
    BadRoots(String),
    /// `--cert` holds no certificate, or a broken one.
    #[error(
        "the file of --cert holds no usable certificate ({0}); it has to be PEM, with -----BEGIN CERTIFICATE-----"
    )]
    BadCertificate(String),
    /// `--key` holds no key, or a broken one.
    #[error(
        "the file of --key holds no usable private key ({0}); it has to be PEM and not protected by a password"
    )]
    BadKey(String),
    /// The key does not belong to the certificate, or neither can be used.
    #[error(
        "the files of --cert and --key cannot be used together ({0}); the key has to be the certificate's own"
    )]
    Mismatch(String),
    /// The system's certificates cannot be loaded, and there are no others.
    #[error("this system has no trusted certificates by which the receiver's could be judged ({0})")]
    NoRoots(String),
    /// rustls and the cryptography do not fit together.
    #[error("TLS cannot be set up: {0}")]
    Unusable(String),
}

impl TlsOptions {
    /// The configuration for connections to `target` that offer the protocol `alpn`.
    ///
    /// The system's certificates are loaded only where they may have to judge the target, or a proxy that speaks TLS:
    /// that takes tens of milliseconds, and a system without any must not keep anyone from speaking plain HTTP.
    pub(super) fn config(
        &self,
        target: &Target,
        alpn: &[u8],
        tls_to_proxy: bool,
    ) -> Result<ClientConfig, TlsSetupError> {
        self.offering(&[alpn], DEFAULT_VERSIONS, target.is_https() || tls_to_proxy)
    }

    /// The configuration that offers these protocols in these versions of TLS. With `tls` the other side may have to be
    /// judged.
    fn offering(
        &self,
        alpn: &[&[u8]],
        versions: &[&'static SupportedProtocolVersion],
        tls: bool,
    ) -> Result<ClientConfig, TlsSetupError> {
        let judge = tls && !self.insecure;
        let provider = Arc::new(ring::default_provider());
        let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_protocol_versions(versions)
            .map_err(|error| TlsSetupError::Unusable(error.to_string()))?;
        let roots = self.roots(judge)?;
        let builder = if self.insecure {
            builder.dangerous().with_custom_certificate_verifier(insecure::AcceptAny::new(&provider))
        } else {
            builder.with_root_certificates(roots)
        };
        let mut config = match &self.client {
            None => builder.with_no_client_auth(),
            Some(identity) => {
                let (chain, key) = identity.read(&provider)?;
                builder
                    .with_client_auth_cert(chain, key)
                    .map_err(|error| TlsSetupError::Mismatch(error.to_string()))?
            }
        };
        config.alpn_protocols = alpn.iter().map(|name| name.to_vec()).collect();
        Ok(config)
    }

    fn roots(&self, system: bool) -> Result<RootCertStore, TlsSetupError> {
        let mut roots = RootCertStore::empty();
        if let Some(pem) = &self.extra_roots {
            for certificate in certificates(pem).map_err(TlsSetupError::BadRoots)? {
                roots.add(certificate).map_err(|error| TlsSetupError::BadRoots(error.to_string()))?;
            }
        }
        if system {
            let found = rustls_native_certs::load_native_certs();
            // A store holds many certificates of which some are too old to be understood: those are no error.
            roots.add_parsable_certificates(found.certs);
            if roots.is_empty() {
                let reason =
                    found.errors.first().map_or_else(|| "none found".to_owned(), ToString::to_string);
                return Err(TlsSetupError::NoRoots(reason));
            }
        }
        Ok(roots)
    }
}

impl fmt::Debug for TlsOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TlsOptions")
            .field("extra_roots", &self.extra_roots.is_some())
            .field("insecure", &self.insecure)
            .field("client", &self.client)
            .finish()
    }
}

impl ClientIdentity {
    fn read(
        &self,
        provider: &CryptoProvider,
    ) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>), TlsSetupError> {
        let chain = certificates(&self.certificates).map_err(TlsSetupError::BadCertificate)?;
        let bad_key = |error: &dyn fmt::Display| TlsSetupError::BadKey(error.to_string());
        let key = PrivateKeyDer::from_pem_slice(&self.key).map_err(|error| bad_key(&error))?;
        provider.key_provider.load_private_key(key.clone_key()).map_err(|error| bad_key(&error))?;
        Ok((chain, key))
    }
}

impl fmt::Debug for ClientIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientIdentity(***)")
    }
}

fn certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, String> {
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    match found {
        Ok(certificates) if certificates.is_empty() => Err("nothing between BEGIN and END lines".to_owned()),
        Ok(certificates) => Ok(certificates),
        Err(error) => Err(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(options: &TlsOptions) -> Result<ClientConfig, TlsSetupError> {
        options.config(&Target::parse("https://h/").unwrap(), b"http/1.1", false)
    }

    fn identity() -> ClientIdentity {
        let made = rcgen::generate_simple_self_signed(vec!["h".into()]).unwrap();
        ClientIdentity {
            certificates: made.cert.pem().into_bytes(),
            key: made.signing_key.serialize_pem().into_bytes().into(),
        }
    }

    #[test]
    fn files_that_cannot_be_used_are_told_apart() {
        let good = identity();
        let text = b"not a certificate".to_vec();
        let insecure = TlsOptions { insecure: true, ..TlsOptions::default() };

        let roots = TlsOptions { extra_roots: Some(text.clone()), ..TlsOptions::default() };
        assert!(matches!(config(&roots), Err(TlsSetupError::BadRoots(_))));

        let client = |identity| TlsOptions { client: Some(identity), ..insecure.clone() };
        let bad = ClientIdentity { certificates: text.clone(), ..good.clone() };
        assert!(matches!(config(&client(bad)), Err(TlsSetupError::BadCertificate(_))));
        let bad = ClientIdentity { key: text.into(), ..good.clone() };
        assert!(matches!(config(&client(bad)), Err(TlsSetupError::BadKey(_))));
        let bad = ClientIdentity { key: identity().key, ..good.clone() };
        assert!(matches!(config(&client(bad)), Err(TlsSetupError::Mismatch(_))));
        assert!(config(&client(good)).is_ok());
    }

    #[test]
    fn plain_http_needs_no_roots() {
        let target = Target::parse("http://h/").unwrap();
        assert!(TlsOptions::default().config(&target, b"http/1.1", false).is_ok());
    }
}
