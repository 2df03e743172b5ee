//! Lines for Python.

use super::{Lines, Topic};

const HASHED: &[Topic] = &[Topic::RawBody, Topic::WrongSecret, Topic::ReadAll];

pub(super) const LINES: &[Lines] = &[
    Lines {
        topics: HASHED,
        text: "Flask: the bytes, before request.json or request.form is touched. `is_valid` stands in docs/verify.md.",
        code: r#"
@app.post("/webhook")
def webhook():
    body = request.get_data()
    if not is_valid(SECRET, body, request.headers.get("X-WMS-Content-MAC")):
        return "", 401
    return "", 204
"#,
    },
    Lines {
        topics: HASHED,
        text: "FastAPI, Starlette: the bytes, with no model as the parameter.",
        code: r#"
@app.post("/webhook")
async def webhook(request: Request):
    body = await request.body()
    valid = is_valid(SECRET, body, request.headers.get("x-wms-content-mac"))
    return Response(status_code=204 if valid else 401)
"#,
    },
    Lines {
        topics: HASHED,
        text: "Django: request.body, before request.POST is touched.",
        code: r#"
@csrf_exempt
@require_POST
def webhook(request):
    valid = is_valid(SECRET, request.body, request.headers.get("X-WMS-Content-MAC"))
    return HttpResponse(status=204 if valid else 401)
"#,
    },
    Lines {
        topics: &[Topic::RawBody, Topic::WrongSecret],
        text: "AWS Lambda behind API Gateway: the body may come in Base64.",
        code: r#"
def handler(event, context):
    body = event.get("body") or ""
    body = base64.b64decode(body) if event.get("isBase64Encoded") else body.encode()
    headers = {name.lower(): value for name, value in event["headers"].items()}
    return {"statusCode": 204 if is_valid(SECRET, body, headers.get("x-wms-content-mac")) else 401}
"#,
    },
    Lines {
        topics: &[Topic::Compare, Topic::Verify, Topic::RequireMac, Topic::UseResult, Topic::Everywhere],
        text: "This takes any header, compares all of it, and never raises (compare_digest does, for a str that is not ASCII).",
        code: r#"
def is_valid(secret: bytes, body: bytes, header: str | None) -> bool:
    expected = "hmac-sha256=" + hmac.new(secret, body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected.encode(), (header or "").encode(errors="replace"))
"#,
    },
    Lines {
        topics: &[Topic::HeaderName],
        text: "The framework's own headers know any spelling; a dict made of them does not.",
        code: r#"
header = request.headers.get("X-WMS-Content-MAC")
"#,
    },
    Lines {
        topics: &[Topic::Secret],
        text: "When the program starts: a KeyError in place of an empty secret.",
        code: r#"
SECRET = os.environb[b"WMS_MAC_SECRET"]
if not SECRET:
    raise SystemExit("WMS_MAC_SECRET is empty")
"#,
    },
    Lines {
        topics: &[Topic::Status],
        text: "An answer with a status on every way: no redirect, no exception.",
        code: r#"
@app.post("/webhook")
def webhook():
    if not is_valid(SECRET, request.get_data(), request.headers.get("X-WMS-Content-MAC")):
        return "", 401
    return "", 204
"#,
    },
    Lines {
        topics: &[Topic::Catch, Topic::Shapes, Topic::Payload, Topic::Parse],
        text: "After the MAC was verified. ValueError is what bad JSON and bad UTF-8 raise, RecursionError what deep nesting does.",
        code: r#"
def read_event(body):
    try:
        event = json.loads(body)
    except (ValueError, RecursionError):
        return None  # answer 400
    ok = isinstance(event, dict) and isinstance(event.get("sessionId"), str) and isinstance(event.get("event"), str)
    return event if ok else None
"#,
    },
    Lines {
        topics: &[Topic::OpenEnums, Topic::OpenKeys],
        text: "Pydantic: keep names as text and let unknown keys pass (no Literal or Enum, no extra=\"forbid\").",
        code: r#"
class Event(BaseModel):
    model_config = ConfigDict(extra="ignore")
    sessionId: str
    sequence: int
    event: str
    payload: dict | None = None
"#,
    },
    Lines {
        topics: &[Topic::Limits],
        text: "Flask; larger bodies get a 413 by themselves. Django: DATA_UPLOAD_MAX_MEMORY_SIZE, 2.5 MB by default.",
        code: r#"
app.config["MAX_CONTENT_LENGTH"] = 1024 * 1024
"#,
    },
    Lines {
        topics: &[Topic::PerSession],
        text: "A dict under the session ID; with several workers a database.",
        code: r#"
sessions = defaultdict(list)
sessions[event["sessionId"]].append(event)
"#,
    },
    Lines {
        topics: &[Topic::ContentType],
        text: "Flask and Django: parsing by hand does not look at the Content-Type.",
        code: r"
event = json.loads(request.get_data())  # Django: request.body
",
    },
    Lines {
        topics: &[Topic::AnswerFirst, Topic::AlwaysAnswer],
        text: "FastAPI: what runs in the background runs after the answer. Flask and Django: a queue (Celery, RQ).",
        code: r#"
@app.post("/webhook", status_code=204)
async def webhook(background: BackgroundTasks, event: Event = Depends(verified)):
    await store(event)
    background.add_task(work, event)
"#,
    },
    Lines {
        topics: &[Topic::Connections],
        text: "http.server and wsgiref: a thread for each connection.",
        code: r#"
from http.server import ThreadingHTTPServer     # in place of HTTPServer
server = ThreadingHTTPServer(("0.0.0.0", 8080), Handler)

class ThreadingWSGIServer(socketserver.ThreadingMixIn, wsgiref.simple_server.WSGIServer):
    daemon_threads = True
"#,
    },
    Lines {
        topics: &[Topic::Workers],
        text: "Several workers and threads; the server that comes with the framework is for development.",
        code: r"
# gunicorn --workers 4 --threads 8 app:app
# uvicorn --workers 4 app:app
",
    },
    Lines {
        topics: &[Topic::Redirect],
        text: "Flask: the route without the slash at its end does not redirect; FastAPI and Django redirect where told so.",
        code: r"
app.url_map.strict_slashes = False          # Flask
app = FastAPI(redirect_slashes=False)       # FastAPI
APPEND_SLASH = False                        # Django, settings.py
",
    },
];
