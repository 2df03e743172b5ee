<?php
// A receiver for PHP's built-in server, or any other. The point to get right is `php://input`: it is the body as it came.
// Whatever was decoded and encoded again has other bytes.

declare(strict_types=1);

require __DIR__ . '/events.php';
require __DIR__ . '/plumbing.php';

const MAX_BODY = 1024 * 1024;

function is_signed(string $header, string $body): bool
{
    $expected = 'hmac-sha256=' . hash_hmac('sha256', $body, getenv('WMS_MAC_SECRET'));
    return hash_equals($expected, $header);
}

function answer(int $status, ?array $message = null): never
{
    http_response_code($status);
    if ($message !== null) {
        header('Content-Type: application/json');
        echo json_encode($message, JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES);
    }
    exit;
}

function webhook(): never
{
    $body = (string) file_get_contents('php://input', length: MAX_BODY + 1);
    if (strlen($body) > MAX_BODY || (int) ($_SERVER['CONTENT_LENGTH'] ?? 0) > MAX_BODY) {
        answer(413, ['error' => 'body too large']);
    }

    $mac_ok = is_signed($_SERVER['HTTP_X_WMS_CONTENT_MAC'] ?? '', $body);
    $event = $mac_ok ? read_event($body) : null;
    $status = !$mac_ok ? 401 : ($event === null ? 400 : 200);
    if ($event !== null) {
        add_event($event, $body);
    }
    record($body, $mac_ok, $status);
    if (!$mac_ok) {
        answer(401, ['error' => 'wrong MAC']);
    }
    if ($event === null) {
        answer(400, ['error' => 'not an event']);
    }
    answer(200, ['ok' => true]);
}

// The path as it was sent, without the host that a target may begin with.
$path = strtok(preg_replace('#^https?://[^/]*#i', '', $_SERVER['REQUEST_URI']), '?');
$method = $_SERVER['REQUEST_METHOD'];

if ($path === '/webhook') {
    if ($method !== 'POST') {
        answer(405, ['error' => 'only POST']);
    }
    webhook();
}
if ($method === 'GET' && str_starts_with($path, '/sessions/')) {
    $session = find_session(rawurldecode(substr($path, strlen('/sessions/'))));
    answer($session === null ? 404 : 200, $session ?? ['error' => 'no such session']);
}
if ($method === 'GET' && $path === '/healthz') {
    answer(200, ['ok' => true]);
}
answer(404, ['error' => 'not found']);
