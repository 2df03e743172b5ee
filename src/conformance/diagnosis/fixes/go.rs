//! Lines for Go.

use super::{Lines, Topic};

pub(super) const LINES: &[Lines] = &[
    Lines {
        topics: &[Topic::RawBody, Topic::WrongSecret, Topic::ReadAll, Topic::Limits, Topic::Status],
        text: "Read all of it once, verify, and parse afterwards (no json.NewDecoder(r.Body) before). `isValid` stands in docs/verify.md.",
        code: r#"
body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
if err != nil {
	http.Error(w, "body too large or cut off", http.StatusRequestEntityTooLarge)
	return
}
if !isValid(secret, body, r.Header.Get("X-WMS-Content-MAC")) {
	w.WriteHeader(http.StatusUnauthorized)
	return
}"#,
    },
    Lines {
        topics: &[Topic::RawBody, Topic::WrongSecret],
        text: "AWS Lambda behind API Gateway: the body may come in Base64.",
        code: r"
body := []byte(request.Body)
if request.IsBase64Encoded {
	body, err = base64.StdEncoding.DecodeString(request.Body)
}",
    },
    Lines {
        topics: &[Topic::Compare, Topic::Verify, Topic::RequireMac, Topic::UseResult, Topic::Everywhere],
        text: "This takes any header and compares all of it; write `return` behind the 401.",
        code: r#"
func isValid(secret, body []byte, header string) bool {
	mac := hmac.New(sha256.New, secret)
	mac.Write(body)
	expected := "hmac-sha256=" + hex.EncodeToString(mac.Sum(nil))
	return hmac.Equal([]byte(expected), []byte(header))
}"#,
    },
    Lines {
        topics: &[Topic::HeaderName],
        text: "Header.Get knows any spelling; the map r.Header[..] does not.",
        code: r#"
header := r.Header.Get("X-WMS-Content-MAC")"#,
    },
    Lines {
        topics: &[Topic::Secret],
        text: "When the program starts.",
        code: r#"
secret := os.Getenv("WMS_MAC_SECRET")
if secret == "" {
	log.Fatal("WMS_MAC_SECRET is not set")
}"#,
    },
    Lines {
        topics: &[Topic::Catch, Topic::Shapes, Topic::Payload, Topic::Parse],
        text: "A payload that is not there stays nil. After the MAC was verified.",
        code: r#"
var event struct {
	SessionID string          `json:"sessionId"`
	Event     string          `json:"event"`
	Payload   json.RawMessage `json:"payload"`
}
if err := json.Unmarshal(body, &event); err != nil || event.SessionID == "" {
	http.Error(w, "not an event", http.StatusBadRequest)
	return
}"#,
    },
    Lines {
        topics: &[Topic::OpenEnums, Topic::OpenKeys],
        text: "Without DisallowUnknownFields unknown keys pass; a default branch lets unknown events pass.",
        code: r#"
switch event.Event {
case "RESULTS_RECEIVED":
	complete(event)
default: // stored, and nothing else
}
w.WriteHeader(http.StatusNoContent)"#,
    },
    Lines {
        topics: &[Topic::Numbers],
        text: "int64 takes no 1.0: read numbers as float64 and ask whether they are whole.",
        code: r#"
var event struct {
	Sequence float64 `json:"sequence"`
}
whole := event.Sequence >= 0 && event.Sequence <= 1<<53 && event.Sequence == math.Trunc(event.Sequence)"#,
    },
    Lines {
        topics: &[Topic::PerSession],
        text: "A map under the session ID, and a lock that is held for as long as the map is touched only.",
        code: r"
mu.Lock()
sessions[event.SessionID] = append(sessions[event.SessionID], event)
mu.Unlock()",
    },
    Lines {
        topics: &[Topic::ContentType],
        text: "Compare the media type only.",
        code: r#"
mediaType, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
isJSON := err == nil && mediaType == "application/json""#,
    },
    Lines {
        topics: &[Topic::AnswerFirst, Topic::AlwaysAnswer, Topic::Store],
        text: "Store, answer, and work then. The request's context ends with the answer.",
        code: r"
if err := store(r.Context(), event); err != nil {
	w.WriteHeader(http.StatusInternalServerError)
	return
}
w.WriteHeader(http.StatusNoContent)
go work(context.WithoutCancel(r.Context()), event)",
    },
    Lines {
        topics: &[Topic::Redirect],
        text: "http.ServeMux redirects /webhook where /webhook/ only is registered.",
        code: r#"
mux.HandleFunc("POST /webhook", webhook)"#,
    },
];
