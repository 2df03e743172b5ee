//! What is public about the API, and where it stands.

use serde::Serialize;

use crate::protocol::evidence::Evidence::{self, Documented, Inferred, Unknown};

/// An endpoint that is simulated.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Endpoint {
    /// The HTTP method.
    pub method: &'static str,
    /// The path, with `{id}` for a measurement's ID.
    pub path: &'static str,
    /// What it does.
    pub meaning: &'static str,
    /// What it stands on.
    pub evidence: Evidence,
    /// Where that can be read.
    pub source: &'static str,
}

/// A field of a request or an answer.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Field {
    /// What it is a field of.
    pub of: &'static str,
    /// Its name.
    pub name: &'static str,
    /// What its name stands on.
    pub evidence: Evidence,
    /// What is known of its value, and what is made up.
    pub meaning: &'static str,
}

// NuraLogix's own client libraries, as they are published.
const PYTHON: &str = "github.com/nuralogix/dfx-apiv2-client-py";

/// The endpoints; everything else is answered with 501.
pub const ENDPOINTS: &[Endpoint] = &[
    Endpoint {
        method: "POST",
        path: "/organizations/licenses",
        meaning: "Registers a licence; gives a device token and a refresh token.",
        evidence: Documented,
        source: "docs.deepaffex.ai/guide/cloud/2_authentication.html (Organizations.RegisterLicense); path: \
                 github.com/nuralogix/dfx-apiv2-client-py, Organizations.py",
    },
    Endpoint {
        method: "POST",
        path: "/auths/renew",
        meaning: "Gives a new pair of tokens for an old one, once.",
        evidence: Documented,
        source: "docs.deepaffex.ai/guide/cloud/2_authentication.html (Auths.Renew); path: \
                 github.com/nuralogix/dfx-apiv2-client-py, Auths.py",
    },
    Endpoint {
        method: "GET",
        path: "/auth",
        meaning: "Tells what a token is for.",
        evidence: Documented,
        source: "@nuralogix.ai/dfx-api-client, doc/API/http/general; path: github.com/nuralogix/dfx-apiv2-client-py, \
                 General.py",
    },
    Endpoint {
        method: "GET",
        path: "/measurements/{id}",
        meaning: "A measurement with its results.",
        evidence: Documented,
        source: "@nuralogix.ai/dfx-api-client, doc/API/http/measurements; path: \
                 github.com/nuralogix/dfx-apiv2-client-py, Measurements.py",
    },
    Endpoint {
        method: "GET",
        path: "/organizations/measurements/{id}",
        meaning: "The same, for an organization.",
        evidence: Documented,
        source: PYTHON,
    },
];

const LICENSE: &str = "POST /organizations/licenses";
const TOKENS: &str = "tokens";
const VERIFY: &str = "GET /auth";
const MEASUREMENT: &str = "GET /measurements/{id}";
const ERROR: &str = "errors";

const fn field(of: &'static str, name: &'static str, evidence: Evidence, meaning: &'static str) -> Field {
    Field { of, name, evidence, meaning }
}

/// Every field that is read or written.
pub const FIELDS: &[Field] = &[
    field(LICENSE, "Key", Documented, "The licence key. Any is taken, and none is kept."),
    field(LICENSE, "DeviceTypeID", Documented, "Such as LINUX or WIN32. Any is taken."),
    field(LICENSE, "Name", Documented, "The app's name."),
    field(LICENSE, "Identifier", Documented, "The app's identifier."),
    field(LICENSE, "Version", Documented, "The app's version."),
    field(
        LICENSE,
        "TokenExpiresIn",
        Documented,
        "Optional, a number. Seconds, as NuraLogix's sample apps use it.",
    ),
    field(LICENSE, "TokenSubject", Documented, "Optional, a text; it has no effect here."),
    field(
        TOKENS,
        "Token",
        Documented,
        "Documented is that it is a JSON Web Token; what is in it is made up.",
    ),
    field(TOKENS, "RefreshToken", Documented, "Good for one renewal, with its token."),
    field(TOKENS, "DeviceID", Documented, "Made up."),
    field(TOKENS, "RoleID", Documented, "The value is made up."),
    field(TOKENS, "UserID", Documented, "Made up."),
    field(VERIFY, "ActiveLicense", Documented, "Always true."),
    field(VERIFY, "DeviceID", Documented, "That of the registration."),
    field(VERIFY, "ID", Documented, "Of what is not said; made up."),
    field(VERIFY, "OrganizationID", Documented, "Made up."),
    field(VERIFY, "Region", Documented, "The value is made up."),
    field(VERIFY, "RemainingMeasurement", Documented, "A number or null; null."),
    field(VERIFY, "RoleID", Documented, "The value is made up."),
    field(VERIFY, "SessionGen", Documented, "A number; how often the pair was renewed."),
    field(VERIFY, "Type", Documented, "The value is made up."),
    field(VERIFY, "exp", Documented, "Unix seconds."),
    field(VERIFY, "iat", Documented, "Unix seconds."),
    field(VERIFY, "iss", Documented, "wms-sim, so that nobody takes the token for a real one."),
    field(MEASUREMENT, "ID", Documented, "The measurement ID of the session's events."),
    field(MEASUREMENT, "StatusID", Documented, "The values COMPLETE and INCOMPLETE are made up."),
    field(MEASUREMENT, "Created", Documented, "Unix seconds."),
    field(MEASUREMENT, "Updated", Documented, "Unix seconds."),
    field(
        MEASUREMENT,
        "Results",
        Documented,
        "By signal, a list of Data and Multiplier; the mean divided is the value.",
    ),
    field(
        MEASUREMENT,
        "SignalNames",
        Documented,
        "By signal; that signals are named by their points is inferred.",
    ),
    field(MEASUREMENT, "SignalUnits", Documented, "By signal."),
    field(MEASUREMENT, "SignalDescriptions", Documented, "By signal; the same as the names."),
    field(MEASUREMENT, "SignalConfig", Documented, "By signal, with a category, whose value is made up."),
    field(
        ERROR,
        "errorCode",
        Documented,
        "INVALID_TOKEN and TOKEN_EXPIRED were seen; the others are made up.",
    ),
    field(ERROR, "message", Documented, "The words are wms-sim's."),
    field(ERROR, "status", Inferred, "400 and 404 are documented; which belongs to what is inferred."),
    field("every answer", "simulated", Unknown, "Always true; the API has no such field."),
];
