//! Lines for Java.

use super::{Lines, Topic};

pub(super) const LINES: &[Lines] = &[
    Lines {
        topics: &[Topic::RawBody, Topic::WrongSecret, Topic::ReadAll, Topic::Status, Topic::HeaderName],
        text: "Spring: byte[] as the body, no object and no String. `isValid` stands in docs/verify.md.",
        code: r#"
@PostMapping("/webhook")
ResponseEntity<Void> webhook(
        @RequestBody(required = false) byte[] body,
        @RequestHeader(name = "X-WMS-Content-MAC", required = false) String mac) throws GeneralSecurityException {
    boolean valid = isValid(secret, body == null ? new byte[0] : body, mac);
    return ResponseEntity.status(valid ? 204 : 401).build();
}"#,
    },
    Lines {
        topics: &[Topic::RawBody, Topic::WrongSecret, Topic::ReadAll],
        text: "Servlets: the stream and not the reader, before any getParameter.",
        code: r#"
byte[] body = request.getInputStream().readAllBytes();
boolean valid = isValid(secret, body, request.getHeader("X-WMS-Content-MAC"));"#,
    },
    Lines {
        topics: &[Topic::Compare, Topic::Verify, Topic::RequireMac, Topic::UseResult, Topic::Everywhere],
        text: "This takes any header and compares all of it (Java 17 or later; UTF_8 is StandardCharsets.UTF_8).",
        code: r#"
static boolean isValid(String secret, byte[] body, String header) throws GeneralSecurityException {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(secret.getBytes(UTF_8), "HmacSHA256"));
    String expected = "hmac-sha256=" + HexFormat.of().formatHex(mac.doFinal(body));
    return header != null && MessageDigest.isEqual(expected.getBytes(UTF_8), header.getBytes(UTF_8));
}"#,
    },
    Lines {
        topics: &[Topic::Secret],
        text: "When the program starts. Spring: @Value(\"${wms.mac-secret}\") without a default.",
        code: r#"
String secret = System.getenv("WMS_MAC_SECRET");
if (secret == null || secret.isEmpty()) throw new IllegalStateException("WMS_MAC_SECRET is not set");"#,
    },
    Lines {
        topics: &[Topic::Catch, Topic::Shapes, Topic::Payload, Topic::Parse, Topic::Numbers],
        text: "Jackson, after the MAC was verified: path() of what is not there is a missing node and never null.",
        code: r#"
JsonNode event;
try { event = mapper.readTree(body); }
catch (IOException e) { return ResponseEntity.badRequest().build(); }
if (event == null || !event.path("sessionId").isTextual() || !event.path("sequence").isNumber())
    return ResponseEntity.badRequest().build();
String measurementId = event.path("payload").path("measurementId").asText(null);"#,
    },
    Lines {
        topics: &[Topic::OpenEnums, Topic::OpenKeys],
        text: "Jackson: unknown keys pass, and names are text, not an enum. Spring Boot has this setting already; a mapper of your own does not.",
        code: r#"
mapper.disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);
switch (event.path("event").asText()) {
    case "RESULTS_RECEIVED" -> complete(event);
    default -> { } // stored, and nothing else
}"#,
    },
    Lines {
        topics: &[Topic::PerSession],
        text: "A controller has one instance: no fields for the current session.",
        code: r"
private final Map<String, List<JsonNode>> sessions = new ConcurrentHashMap<>();
void add(String id, JsonNode event) {
    sessions.computeIfAbsent(id, key -> new CopyOnWriteArrayList<>()).add(event);
}",
    },
    Lines {
        topics: &[Topic::ContentType],
        text: "Spring: no `consumes`, or a media type, which lets parameters pass.",
        code: r#"
@PostMapping(path = "/webhook", consumes = MediaType.ALL_VALUE)
ResponseEntity<Void> webhook(@RequestBody byte[] body) { return handle(body); }"#,
    },
    Lines {
        topics: &[Topic::AnswerFirst, Topic::AlwaysAnswer, Topic::Store],
        text: "Store, hand the rest to an executor (or @Async), and answer.",
        code: r"
store(event);
executor.submit(() -> work(event));
return ResponseEntity.noContent().build();",
    },
    Lines {
        topics: &[Topic::Workers],
        text: "HttpServer has one thread unless told otherwise.",
        code: r"
server.setExecutor(Executors.newFixedThreadPool(32)); // Java 21: newVirtualThreadPerTaskExecutor()",
    },
];
