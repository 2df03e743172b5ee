//! Tokens that look like the API's and open nothing: they say that they are simulated, and are not signed.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::seed::{Purpose, Seed};

const ISSUER: &str = "wms-sim";
const REFRESH: &str = "simulated-refresh-";

/// What stands in a token, under the names that the API's own verification answers with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Claims {
    simulated: bool,
    pub iss: String,
    /// Which refresh token it belongs to.
    pub pair: u64,
    #[serde(rename = "ID")]
    pub id: String,
    #[serde(rename = "DeviceID")]
    pub device: String,
    #[serde(rename = "OrganizationID")]
    pub organization: String,
    #[serde(rename = "SessionGen")]
    pub generation: u64,
    /// For how long it was given, in seconds.
    pub lives: i64,
    pub iat: i64,
    pub exp: i64,
}

/// Why a token is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// It is none of this program's.
    Invalid,
    /// It was good once.
    Expired,
}

impl Claims {
    /// Those of the `number`th pair.
    pub fn new(seed: Seed, number: u64, lives: i64, now: Timestamp) -> Self {
        let purpose = Purpose::named("deepaffex");
        let uuid = |purpose: Purpose| {
            uuid::Builder::from_random_bytes(seed.draw(purpose).bytes()).into_uuid().to_string()
        };
        Self {
            simulated: true,
            iss: ISSUER.to_owned(),
            pair: seed.draw(purpose.of("pair").number(number)).bits(),
            id: uuid(purpose.of("id").number(number)),
            device: uuid(purpose.of("device").number(number)),
            organization: uuid(purpose.of("organization")),
            generation: 0,
            lives,
            iat: now.0,
            exp: now.0.saturating_add(lives),
        }
    }

    /// Those that come after a renewal: another pair of the same device.
    pub fn renewed(&self, fresh: Self) -> Self {
        Self {
            id: self.id.clone(),
            device: self.device.clone(),
            generation: self.generation.saturating_add(1),
            ..fresh
        }
    }

    /// Header, claims, and a word where a signature would be.
    pub fn token(&self) -> String {
        let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
        // Of these types serde_json always writes JSON.
        let claims = serde_json::to_string(self).unwrap_or_default();
        let header = r#"{"alg":"none","typ":"JWT","simulated":true}"#;
        format!("{}.{}.{}", part(header), part(&claims), part("simulated, not signed"))
    }

    /// The refresh token that belongs to it.
    pub fn refresh(&self) -> String {
        format!("{REFRESH}{:016x}", self.pair)
    }

    /// Reads a token.
    pub fn read(token: &str) -> Option<Self> {
        let mut parts = token.split('.');
        let (_, claims) = (parts.next()?, parts.next()?);
        let (_, None) = (parts.next()?, parts.next()) else { return None };
        let claims: Self = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).ok()?).ok()?;
        (claims.simulated && claims.iss == ISSUER).then_some(claims)
    }

    /// Reads a token that must be good now.
    pub fn check(token: &str, now: Timestamp) -> Result<Self, Refused> {
        let claims = Self::read(token).ok_or(Refused::Invalid)?;
        if now.0 < claims.exp { Ok(claims) } else { Err(Refused::Expired) }
    }
}
