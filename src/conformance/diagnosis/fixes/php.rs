//! Lines for PHP.

use super::{Lines, Topic};

pub(super) const LINES: &[Lines] = &[
    Lines {
        topics: &[Topic::RawBody, Topic::WrongSecret, Topic::ReadAll],
        text: "The bytes of the request, and not json_encode of what was parsed. Laravel: $request->getContent(), Symfony the same.",
        code: r"
$body = file_get_contents('php://input');
$expected = 'hmac-sha256=' . hash_hmac('sha256', $body, $secret);
if (!hash_equals($expected, $_SERVER['HTTP_X_WMS_CONTENT_MAC'] ?? '')) {
    http_response_code(401);
    exit;
}",
    },
    Lines {
        topics: &[Topic::Compare, Topic::Verify, Topic::RequireMac, Topic::UseResult, Topic::Everywhere],
        text: "hash_equals, the known text first; `==` makes numbers of texts such as 0e12.",
        code: r"
function isValid(string $secret, string $body, ?string $header): bool
{
    $expected = 'hmac-sha256=' . hash_hmac('sha256', $body, $secret);
    return hash_equals($expected, $header ?? '');
}",
    },
    Lines {
        topics: &[Topic::HeaderName],
        text: "$_SERVER has one spelling whatever was sent; getallheaders() has that of the sender.",
        code: r"
$header = $_SERVER['HTTP_X_WMS_CONTENT_MAC'] ?? ''; // Laravel: $request->header('X-WMS-Content-MAC', '')",
    },
    Lines {
        topics: &[Topic::Secret],
        text: "getenv gives false where nothing is set, and hash_hmac makes an empty text of it. Laravel: env() in config files only, for it is null where the configuration is cached.",
        code: r"
$secret = getenv('WMS_MAC_SECRET');
if ($secret === false || $secret === '') {
    throw new RuntimeException('WMS_MAC_SECRET is not set');
}",
    },
    Lines {
        topics: &[Topic::Status],
        text: "A status before anything is written, and no Location.",
        code: r"
if (!isValid($secret, $body, $_SERVER['HTTP_X_WMS_CONTENT_MAC'] ?? '')) {
    http_response_code(401);
    exit;
}
http_response_code(204);",
    },
    Lines {
        topics: &[Topic::Catch, Topic::Shapes, Topic::Payload, Topic::Parse],
        text: "After the MAC was verified.",
        code: r"
$event = json_decode($body, true); // null where it is not JSON
if (!is_array($event) || !is_string($event['sessionId'] ?? null) || !is_string($event['event'] ?? null)) {
    http_response_code(400);
    exit;
}
$measurementId = $event['payload']['measurementId'] ?? null;",
    },
    Lines {
        topics: &[Topic::OpenEnums, Topic::OpenKeys],
        text: "match throws without a default, and Enum::from too: use tryFrom.",
        code: r"
match ($event['event']) {
    'RESULTS_RECEIVED' => complete($event),
    default => null, // stored, and nothing else
};
http_response_code(204);",
    },
    Lines {
        topics: &[Topic::Idempotent, Topic::Statements],
        text: "PDO: one statement, with parameters.",
        code: r"
$insert = $pdo->prepare('INSERT IGNORE INTO events (session_id, sequence, event, body) VALUES (?, ?, ?, ?)');
$insert->execute([$event['sessionId'], $event['sequence'], $event['event'], $body]);
http_response_code(204); // also where it was there already",
    },
    Lines {
        topics: &[Topic::ContentType],
        text: "php://input is there for every type but multipart/form-data; compare the media type only.",
        code: r"
$type = strtolower(trim(explode(';', $_SERVER['CONTENT_TYPE'] ?? '')[0]));",
    },
    Lines {
        topics: &[Topic::AnswerFirst, Topic::AlwaysAnswer, Topic::Store],
        text: "PHP-FPM: the answer goes out, and the script goes on. Laravel: dispatch()->afterResponse(), or a queue.",
        code: r"
store($event);
http_response_code(204);
fastcgi_finish_request();
work($event);",
    },
    Lines {
        topics: &[Topic::Limits],
        text: "php.ini; beyond post_max_size the body is empty, so that the MAC does not fit.",
        code: r"
// post_max_size = 8M
if ((int) ($_SERVER['CONTENT_LENGTH'] ?? 0) > 1024 * 1024) {
    http_response_code(413);
    exit;
}",
    },
    Lines {
        topics: &[Topic::Unicode],
        text: "PDO: the charset belongs to the connection too.",
        code: r"
$pdo = new PDO('mysql:host=db;dbname=app;charset=utf8mb4', $user, $password);",
    },
];
