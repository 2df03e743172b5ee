//! Lines for Rust.

use super::{Lines, Topic};

pub(super) const LINES: &[Lines] = &[
    Lines {
        topics: &[Topic::RawBody, Topic::WrongSecret, Topic::ReadAll, Topic::Status, Topic::HeaderName],
        text: "axum: Bytes as the last extractor, not Json. `is_valid` stands in docs/verify.md.",
        code: r#"
async fn webhook(State(app): State<App>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let header = headers.get("x-wms-content-mac").and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !is_valid(&app.secret, &body, header) {
        return StatusCode::UNAUTHORIZED;
    }
    StatusCode::NO_CONTENT
}"#,
    },
    Lines {
        topics: &[Topic::RawBody, Topic::WrongSecret],
        text: "actix-web: web::Bytes, not web::Json.",
        code: r#"
async fn webhook(request: HttpRequest, body: web::Bytes) -> HttpResponse {
    let header = request.headers().get("x-wms-content-mac").and_then(|value| value.to_str().ok());
    let valid = is_valid(&secret(), &body, header.unwrap_or_default());
    if valid { HttpResponse::NoContent().finish() } else { HttpResponse::Unauthorized().finish() }
}"#,
    },
    Lines {
        topics: &[Topic::Compare, Topic::Verify, Topic::RequireMac, Topic::UseResult, Topic::Everywhere],
        text: "hmac 0.13, sha2 0.11 and hex 0.4; verify_slice compares all of it, in constant time.",
        code: r#"
fn is_valid(secret: &[u8], body: &[u8], header: &str) -> bool {
    let digits = header.strip_prefix("hmac-sha256=").filter(|hex| *hex == hex.to_ascii_lowercase());
    let Some(given) = digits.and_then(|digits| hex::decode(digits).ok()) else { return false };
    let mac = Hmac::<Sha256>::new_from_slice(secret).map(|mac| mac.chain_update(body));
    mac.is_ok_and(|mac| mac.verify_slice(&given).is_ok())
}"#,
    },
    Lines {
        topics: &[Topic::Secret],
        text: "When the program starts.",
        code: r#"
let secret = std::env::var("WMS_MAC_SECRET").unwrap_or_default();
assert!(!secret.is_empty(), "WMS_MAC_SECRET is not set");"#,
    },
    Lines {
        topics: &[Topic::Catch, Topic::Shapes, Topic::Payload, Topic::Parse],
        text: "serde, after the MAC was verified; no unwrap.",
        code: r#"
let Ok(event) = serde_json::from_slice::<Event>(&body) else {
    return StatusCode::BAD_REQUEST;
};
let measurement_id = event.payload.as_ref().and_then(|payload| payload.get("measurementId"));"#,
    },
    Lines {
        topics: &[Topic::OpenEnums, Topic::OpenKeys, Topic::Numbers, Topic::Payload],
        text: "serde: names as text (or an enum with #[serde(other)]), numbers as f64, no deny_unknown_fields.",
        code: r#"
#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event {
    session_id: String,
    sequence: f64,
    event: String,
    payload: Option<serde_json::Value>,
}"#,
    },
    Lines {
        topics: &[Topic::Limits],
        text: "axum takes 2 MB by default.",
        code: r#"
let app = Router::new().route("/webhook", post(webhook)).layer(DefaultBodyLimit::max(1024 * 1024));"#,
    },
    Lines {
        topics: &[Topic::Idempotent, Topic::Statements, Topic::Transaction],
        text: "sqlx: one statement, with parameters.",
        code: r#"
sqlx::query("INSERT INTO events (session_id, sequence, event) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING")
    .bind(&event.session_id)
    .bind(event.sequence)
    .bind(&event.event)
    .execute(&pool)
    .await?;"#,
    },
    Lines {
        topics: &[Topic::AnswerFirst, Topic::AlwaysAnswer, Topic::Store],
        text: "Store, answer, and work then.",
        code: r"
store(&app.pool, &event).await?;
tokio::spawn(work(event));
Ok(StatusCode::NO_CONTENT)",
    },
    Lines {
        topics: &[Topic::PerSession],
        text: "A map under the session ID; the lock is not held across an await.",
        code: r"
app.sessions.lock().await.entry(event.session_id.clone()).or_insert_with(Vec::new).push(event);",
    },
    Lines {
        topics: &[Topic::ContentType],
        text: "Bytes as the extractor does not look at the Content-Type, as Json does.",
        code: r"
let event = serde_json::from_slice::<Event>(&body);",
    },
];
