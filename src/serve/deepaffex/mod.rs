//! A small stand-in for the DeepAffex API: what an app's backend asks it for before a user is sent to be measured (a
//! token) and afterwards (the measurement). Only what is public, [`ENDPOINTS`] and [`FIELDS`] say where; everything else
//! is an honest 501.

mod fields;
mod measurement;
#[cfg(test)]
mod tests;
mod token;

use std::collections::{HashSet, VecDeque};

use serde::Deserialize;
use serde_json::{Value, json};

pub use fields::{ENDPOINTS, Endpoint, FIELDS, Field};
pub use measurement::Measurement;
use token::{Claims, Refused};

use crate::clock::Timestamp;
use crate::seed::Seed;

/// Bodies that are longer are refused; a licence registration has some hundred bytes.
pub const MOST_BYTES: usize = 64 << 10;
/// Tokens of public call-in URLs lived so long.
const USUAL_LIFE: i64 = 600;
const LONGEST_LIFE: i64 = 366 * 24 * 3600;
/// So many spent refresh tokens are remembered.
const MOST_SPENT: usize = 10_000;

/// A request to the API. Without `Debug`: it carries tokens.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// The method, in capitals.
    pub method: &'a str,
    /// The path without the part where the stand-in is mounted, percent-encoded, with its slash.
    pub path: &'a str,
    /// The value of `Authorization`.
    pub authorization: Option<&'a str>,
    /// The body.
    pub body: &'a [u8],
}

/// An answer, always JSON.
#[derive(Clone, Debug, PartialEq)]
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// The body.
    pub body: Value,
}

/// The stand-in, with what it must remember: how many pairs of tokens it gave, and which are spent.
#[derive(Debug)]
pub struct Api {
    seed: Seed,
    given: u64,
    spent: HashSet<u64>,
    order: VecDeque<u64>,
}

#[derive(Deserialize)]
struct License {
    #[serde(rename = "Key")]
    key: String,
    #[serde(rename = "DeviceTypeID")]
    device_type: String,
    #[serde(rename = "Name")]
    name: String,
    #[serde(rename = "Identifier")]
    identifier: String,
    #[serde(rename = "Version")]
    version: String,
    #[serde(rename = "TokenExpiresIn")]
    lives: Option<i64>,
}

#[derive(Deserialize)]
struct Pair {
    #[serde(rename = "Token")]
    token: String,
    #[serde(rename = "RefreshToken")]
    refresh: String,
}

impl Api {
    /// A stand-in that has given no tokens yet.
    pub fn new(seed: Seed) -> Self {
        Self { seed, given: 0, spent: HashSet::new(), order: VecDeque::new() }
    }

    /// Answers a request. `measurement` looks one up by its ID.
    pub fn answer(
        &mut self,
        request: &Request<'_>,
        now: Timestamp,
        measurement: impl FnOnce(&str) -> Option<Measurement>,
    ) -> Response {
        if request.body.len() > MOST_BYTES {
            return refused(400, "BODY_TOO_LARGE", &format!("the body has more than {MOST_BYTES} bytes"));
        }
        let path: Vec<&str> = request.path.trim_matches('/').split('/').collect();
        match (request.method, path.as_slice()) {
            ("POST", ["organizations", "licenses"]) => self.register(request.body, now),
            ("POST", ["auths", "renew"]) => self.renew(request.body, now),
            ("GET", ["auth"]) => match self.authorized(request, now) {
                Ok(claims) => verified(&claims),
                Err(refusal) => refusal,
            },
            ("GET", ["measurements", id] | ["organizations", "measurements", id]) => {
                if let Err(refusal) = self.authorized(request, now) {
                    return refusal;
                }
                match measurement(id) {
                    Some(found) => Response { status: 200, body: found.body(id) },
                    None => refused(
                        404,
                        "MEASUREMENT_NOT_FOUND",
                        "no session here has created a measurement of this ID",
                    ),
                }
            }
            _ => not_simulated(),
        }
    }

    fn register(&mut self, body: &[u8], now: Timestamp) -> Response {
        let license: License = match serde_json::from_slice(body) {
            Ok(license) => license,
            Err(error) => return unreadable(&error),
        };
        let License { key, device_type, name, identifier, version, lives } = license;
        for (field, text) in [
            ("Key", &key),
            ("DeviceTypeID", &device_type),
            ("Name", &name),
            ("Identifier", &identifier),
            ("Version", &version),
        ] {
            if text.is_empty() {
                return refused(400, "VALIDATION_ERROR", &format!("{field} is empty"));
            }
        }
        let lives = lives.unwrap_or(USUAL_LIFE);
        if !(1..=LONGEST_LIFE).contains(&lives) {
            let message = format!("TokenExpiresIn is not between 1 and {LONGEST_LIFE} seconds");
            return refused(400, "VALIDATION_ERROR", &message);
        }
        let claims = self.fresh(lives, now);
        Response {
            status: 200,
            body: json!({
                "simulated": true,
                "DeviceID": claims.device,
                "Token": claims.token(),
                "RefreshToken": claims.refresh(),
                "RoleID": "simulated",
                "UserID": claims.id,
            }),
        }
    }

    /// Documented: the old pair is not valid afterwards, and a refresh token is good for once. An expired token can be
    /// renewed: that is what the refresh token is for.
    fn renew(&mut self, body: &[u8], now: Timestamp) -> Response {
        let pair: Pair = match serde_json::from_slice(body) {
            Ok(pair) => pair,
            Err(error) => return unreadable(&error),
        };
        let Some(old) = Claims::read(&pair.token).filter(|claims| claims.refresh() == pair.refresh) else {
            return refused(400, "INVALID_TOKEN", "Token and RefreshToken are no pair that was given here");
        };
        if self.spent.contains(&old.pair) {
            return refused(
                400,
                "INVALID_TOKEN",
                "this pair was renewed already: a refresh token is good for once",
            );
        }
        self.spend(old.pair);
        let lives = old.lives.clamp(1, LONGEST_LIFE);
        let claims = old.renewed(self.fresh(lives, now));
        let body = json!({ "simulated": true, "Token": claims.token(), "RefreshToken": claims.refresh() });
        Response { status: 200, body }
    }

    fn authorized(&self, request: &Request<'_>, now: Timestamp) -> Result<Claims, Response> {
        let token = request.authorization.and_then(|value| value.split_once(' '));
        let Some((_, token)) = token.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")) else {
            return Err(refused(400, "INVALID_TOKEN", "the header Authorization: Bearer TOKEN is missing"));
        };
        match Claims::check(token.trim(), now) {
            Ok(claims) if self.spent.contains(&claims.pair) => {
                Err(refused(400, "INVALID_TOKEN", "this token was renewed; use the newer one"))
            }
            Ok(claims) => Ok(claims),
            Err(Refused::Invalid) => Err(refused(
                400,
                "INVALID_TOKEN",
                "this token was not given here; real ones mean nothing to wms-sim",
            )),
            Err(Refused::Expired) => Err(refused(400, "TOKEN_EXPIRED", "this token has expired; renew it")),
        }
    }

    fn fresh(&mut self, lives: i64, now: Timestamp) -> Claims {
        self.given += 1;
        Claims::new(self.seed, self.given, lives, now)
    }

    fn spend(&mut self, pair: u64) {
        if self.order.len() >= MOST_SPENT
            && let Some(oldest) = self.order.pop_front()
        {
            self.spent.remove(&oldest);
        }
        self.order.push_back(pair);
        self.spent.insert(pair);
    }
}

fn verified(claims: &Claims) -> Response {
    let body = json!({
        "simulated": true,
        "ActiveLicense": true,
        "DeviceID": claims.device,
        "ID": claims.id,
        "OrganizationID": claims.organization,
        "Region": "simulated",
        "RemainingMeasurement": null,
        "RoleID": "simulated",
        "SessionGen": claims.generation,
        "Type": "simulated",
        "exp": claims.exp,
        "iat": claims.iat,
        "iss": claims.iss,
    });
    Response { status: 200, body }
}

/// The form of errors is documented: `errorCode` and `message`.
fn refused(status: u16, code: &str, message: &str) -> Response {
    Response { status, body: json!({ "simulated": true, "errorCode": code, "message": message }) }
}

/// The parser's words may repeat a value, and that may be a licence key: only the place is told.
fn unreadable(error: &serde_json::Error) -> Response {
    let message = format!("the body is not the JSON object that is expected (line {})", error.line());
    refused(400, "VALIDATION_ERROR", &message)
}

fn not_simulated() -> Response {
    let there: Vec<String> =
        ENDPOINTS.iter().map(|endpoint| format!("{} {}", endpoint.method, endpoint.path)).collect();
    let message =
        format!("wms-sim does not simulate this part of the DeepAffex API. Simulated: {}", there.join(", "));
    Response { status: 501, body: json!({ "error": "not-simulated", "message": message }) }
}

/// Whether a path is the API's by its beginning, simulated or not: for a server that has both at its root.
pub fn is_path(path: &str) -> bool {
    let first = path.trim_start_matches('/').split('/').next().unwrap_or_default();
    matches!(
        first,
        "organizations" | "auths" | "auth" | "measurements" | "users" | "devices" | "licenses" | "studies"
    )
}
