//! What to do, in any language.

use super::Topic;

const UNIQUE: &str = "CREATE UNIQUE INDEX ON events (session_id, sequence, event);
INSERT INTO events (session_id, sequence, event, body) VALUES ($1, $2, $3, $4)
ON CONFLICT DO NOTHING;  -- MySQL: INSERT IGNORE. Answer 2xx either way.";

const CONCLUDE: &str = "SELECT event FROM events WHERE session_id = $1
  AND event IN ('RESULTS_RECEIVED', 'MEASUREMENT_CANCELED', 'LOW_SNR', 'GENERAL_ERROR', 'API_ERROR')
ORDER BY sequence DESC LIMIT 1;";

const NGINX: &str = "location = /webhook {
    proxy_pass http://app;           # no URI behind the name: the path stays as it is
    client_max_body_size 1m;
    proxy_read_timeout 30s;
}";

const CERTIFICATE: &str = r#"openssl req -x509 -newkey rsa:2048 -nodes -days 90 -keyout server.key -out server.pem \
  -subj "/CN=localhost" -addext "basicConstraints=critical,CA:FALSE" \
  -addext "subjectAltName=DNS:localhost,IP:127.0.0.1""#;

/// What to do in a sentence or two, with lines where they are the same in every language.
#[expect(clippy::too_many_lines, reason = "a table, a row for each topic")]
pub const fn fix(topic: Topic) -> (&'static str, Option<&'static str>) {
    let text = match topic {
        Topic::AlwaysAnswer => {
            "Answer on every way through the handler, errors too: 204 when the event is stored, 4xx when it is refused. Look at the server's log for a worker that was killed or waits for a lock."
        }
        Topic::EndAnswer => {
            "Say where each answer ends, refusals too: `Content-Length: 0` where there is no body, the length in bytes (not in characters) or chunks where there is one; or close the connection. A framework's own function for an answer does so; lines that are written by hand do not."
        }
        Topic::BriefAnswer => {
            "Answer 204 and send no body, or a short text where an event is refused: nobody reads more of a webhook's answer than its status. Look for what writes a log, a page, a file or a list of all events into it, and for a loop that writes without end."
        }
        Topic::BriefHead => {
            "Look at the answer's header fields with curl -i: a profiler, a trace, a token or cookies that grow with each request. Turn off for this route what writes them: proxies and senders allow 8 to 64 KiB for all of them together."
        }
        Topic::FinalAnswer => {
            "Answer with one final status: 204 when the event is stored. Leave 100 Continue to the server, which sends it once and only to who asks for it; look for a loop that writes 100, 102 or 103."
        }
        Topic::DefinedStatus => {
            "Answer 204 when the event is stored, 401 where the MAC is wrong, 400 where the body is, 500 where something breaks. A code of your own goes into the body: HTTP defines 100 to 599, and proxies and senders may drop any other answer."
        }
        Topic::Scheme => {
            "Compare the URL with what the server speaks: http or https, and the port of the app and not of its debugger or its proxy's admin page."
        }
        Topic::Redirect => {
            return (
                "Give WMS the URL that answers by itself: with or without the slash at the end, https where http is redirected, and outside of what needs a login. Turn off automatic slashes for this route.",
                Some(NGINX),
            );
        }
        Topic::Reliable => {
            "Look at which instance, worker or connection answered what failed: one of several with old code or secrets, a pool whose connections break, a limit per minute, a worker that starts anew."
        }
        Topic::AnswerFirst => {
            "Verify, store the event, answer 204, and do the rest (mails, other services) afterwards: in a queue, or in a job that reads what was stored."
        }
        Topic::ReadLog => {
            "Read the error that the server logged for the first of these requests: it stands before everything else."
        }
        Topic::Secret => {
            "Look under which name the MAC secret is set where the code runs (.env files are not read in production by themselves), and refuse to start without it."
        }
        Topic::RawBody => {
            "Read the body as bytes, verify over these bytes, and parse afterwards. No middleware may read or decode it before; a proxy must not change it."
        }
        Topic::WrongSecret => {
            "First compare the MAC secret with that of your Config ID: no blank or line break at its end, used as text and not decoded as hex or Base64. Then log the length of what you hash: it has to equal Content-Length. If it does not, hash the raw bytes; behind AWS API Gateway decode the body if isBase64Encoded is set."
        }
        Topic::Compare => {
            "Compute `hmac-sha256=` and 64 small hex digits yourself, and compare all of it with the header as it came, as text and in constant time. Do not split, cut or decode the header."
        }
        Topic::Verify => {
            "Verify each request before anything else, and answer 401 where the MAC is not right. If your code does verify, look for what lets this check through: a switch for development or tests, or an exception for an address (localhost, the own network, the proxy, behind which every request has the same one)."
        }
        Topic::UseResult => {
            "Use the result of the check: wait for it if it is a promise (`await`), and return a 401 if it is false. A log line is no refusal."
        }
        Topic::Everywhere => {
            "Verify first, in one place that every request goes through, before anything is looked up or stored: no exception for known sessions, new ones, or some events."
        }
        Topic::RequireMac => {
            "Treat a missing, empty or repeated header like a wrong one: 401. Write no `if (header)` around the check."
        }
        Topic::HeaderName => {
            "Look up the header by the framework's own method, which knows any spelling, or make the names small letters first; cut blanks around the value."
        }
        Topic::Status => {
            "Answer 401 where the MAC is wrong and 400 where the body is, by status and not only in words: no redirect to a page to log in, no closed connection. An error handler that renders JSON has to set a status too."
        }
        Topic::PerSession => {
            "Keep what belongs to a session in a row or a map under its session ID, and nothing of it in global variables or on the connection."
        }
        Topic::Announce => {
            "If your app registers its sessions before it sends the browser away, run check with --before-session, which tells it of each. If not, create the session when its first event comes."
        }
        Topic::Route => {
            "Look at the path and the method: a prefix that a proxy adds or takes away, a slash at the end, a route for GET only."
        }
        Topic::ContentType => {
            "Compare what stands before the semicolon with application/json, in any letters, or do not look at the Content-Type: the MAC says that the body is right."
        }
        Topic::OpenKeys => {
            "Let the parser pass over keys that it does not know, and ask only for those that you use. Log which rule of validation refused the event."
        }
        Topic::OpenEnums => {
            "Keep events and severities as text, store every one, answer 2xx, and act on those that you know: a default branch that does nothing."
        }
        Topic::Payload => {
            "Ask whether there is a payload, and whether it has the key, before you read it: `measurementId` is there only once a measurement was created."
        }
        Topic::Parse => {
            "Parse the body with a JSON parser, after it was verified, and read the values by their keys."
        }
        Topic::Numbers => {
            "Let the JSON parser read numbers, take them as double or decimal, and ask for whole ones and a range before you store them."
        }
        Topic::Snr => {
            "Ask whether `snr` is there (`typeof payload.snr === 'number'`, `\"snr\" in payload`) and not whether it is truthy, take any finite number, and store it in a signed column: -100 is a value too."
        }
        Topic::Limits => {
            return (
                "Allow 1 MB at least, in the framework and in each proxy, answer 413 beyond, and refuse deep nesting with a 400 before you walk through it.",
                Some(NGINX),
            );
        }
        Topic::Ids => {
            "Take the session ID as any text up to 255 characters, which can be more than 255 bytes (TEXT or VARCHAR(255)), use it as a parameter or the key of a map only, and answer 400 to what you cannot store."
        }
        Topic::Unicode => {
            "Use UTF-8 everywhere: in MySQL utf8mb4 for table and connection. Refuse with a 400 what your database does not take: NUL, half an emoji, bytes that are no UTF-8."
        }
        Topic::Statements => {
            return (
                "Give values to the database as parameters, never within the text of a statement.",
                Some(
                    "SELECT * FROM sessions WHERE id = $1;  -- with the ID as a parameter: ? in MySQL and SQLite",
                ),
            );
        }
        Topic::Paths => {
            "Make no file name or URL of a session ID: use a row in a database, or a hash of the ID as the name. Do not decode what nobody encoded."
        }
        Topic::Idempotent => {
            return (
                "Make session ID, sequence and event a unique key, insert without looking first, and answer 2xx where the event is there already.",
                Some(UNIQUE),
            );
        }
        Topic::AnyOrder => {
            "Store each event as it comes, whatever its sequence, create the session with whichever comes first, and put them in order when you read them."
        }
        Topic::Transaction => {
            return (
                "Store each event by one insert of its own, and conclude the state when you read it. Where a row has to be changed, do it in one statement, or lock it (SELECT ... FOR UPDATE) and try again on a conflict.",
                Some(UNIQUE),
            );
        }
        Topic::WholeIds => {
            return (
                "Keep the session ID as it came, in a column that has room for 255 characters, and compare it byte by byte: a collation that tells capitals, accents and blanks apart, and no `trim()`, `toLowerCase()` or `normalize()`.",
                Some(
                    "-- MySQL 8; in SQL Server: COLLATE Latin1_General_100_BIN2
ALTER TABLE events MODIFY session_id VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin NOT NULL;",
                ),
            );
        }
        Topic::Store => {
            "Wait until the event is stored before you answer 2xx, and answer 5xx if it could not be stored: then the sender can try again. Where several processes or instances serve, store it where all of them look, and not in the memory of one."
        }
        Topic::Conclude => {
            return (
                "Keep all events, sort them by sequence and not by arrival or time stamp, and conclude the outcome from the highest sequence that decides something, whenever it arrived. PAGE_UNLOADED ends nothing.",
                Some(CONCLUDE),
            );
        }
        Topic::Workers => {
            "Run several workers, hold no lock during a request, make the pool of database connections as large as what runs at once, and do slow work after the answer."
        }
        Topic::Connections => {
            "Use a server that serves many connections at once, with a thread or a task for each or with events, or let a proxy that does so stand before it. Where there has to be one thread, answer with `Connection: close`, so that nobody else waits for an idle connection."
        }
        Topic::OwnState => {
            "Make the hash object, the buffer of the body and whatever belongs to one request inside its handler: nothing of it in a module, a global or a field that other requests use too."
        }
        Topic::Rate => {
            "Leave the webhook's path out of the limit of requests per second: all events come from few addresses. Where there has to be a limit, verify first, and let it hold back only what has no right MAC."
        }
        Topic::Ban => {
            "Refuse each forged event with a 401, which costs next to nothing, and ban nobody for it: leave this path out of fail2ban and the firewall's rules. If there has to be a ban, verify first, so that a right MAC is taken whoever is banned; count by the address of the connection, or by what your own proxy says of it, never by an X-Forwarded-For as it came. (If the ban is meant, and spares the addresses of WMS, let it spare the one from which you check.)"
        }
        Topic::SharedStore => {
            return (
                "Keep sessions, and what was seen, in one store that all processes and instances share (a database, Redis), and not in a variable, a file beside the code or SQLite on each machine. Workers of one machine (cluster, PM2, gunicorn, php-fpm) have memories of their own too, and all of it is lost with the next deployment.",
                Some(UNIQUE),
            );
        }
        Topic::ReadAll => {
            "Let the HTTP library read the body to its end: until Content-Length bytes are there, or the last chunk. A single read gives what happens to have arrived."
        }
        Topic::KeepAlive => {
            "Read each request's body to its end even if it is refused, and let the idle timeout of the app be longer than that of the proxy before it (Node: server.keepAliveTimeout)."
        }
        Topic::Server => {
            "Use a server that speaks HTTP/1.1 (RFC 9112) in front of the app, and let it answer Expect itself; 417 and 4xx are right too, 5xx and silence are not."
        }
        Topic::Certificate => {
            "Serve a certificate for this host with its intermediate certificates (`fullchain.pem`), renew it automatically, and allow TLS 1.2 and 1.3."
        }
        Topic::OwnCertificate => {
            return (
                "Make a certificate that is the server's own, with the host of the URL as its subjectAltName, and give it to the server. The check trusts it with --cacert server.pem; WMS itself wants one from a public issuer.",
                Some(CERTIFICATE),
            );
        }
        Topic::Catch => {
            "Parse after the MAC was verified, catch what the parser throws, and answer 400. A last error handler has to keep the process alive."
        }
        Topic::Shapes => {
            "Ask for the shape before you use it: an object with a text sessionId, a whole number sequence (0 is one), a text event. Answer 400 to anything else."
        }
        Topic::GiveBack => {
            "Verify before you take a lock, a connection or a transaction, and give back what you took on every way out (`finally`, `defer`, `with`), where an event is refused too."
        }
        Topic::Columns => {
            return (
                "Store texts whose length somebody else chooses in columns without a length, and answer 413 or 400 to what is too long all the same.",
                Some(
                    "ALTER TABLE events ALTER COLUMN body TYPE text;  -- MySQL: MODIFY body MEDIUMTEXT NOT NULL",
                ),
            );
        }
        Topic::Exempt => {
            "Leave the webhook's path out of what protects pages for people (CSRF tokens, logins, a firewall's rules for forms): the MAC takes the place of all of these."
        }
    };
    (text, None)
}
