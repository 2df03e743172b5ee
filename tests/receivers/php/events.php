<?php
// What the receiver does with an event once its MAC is right: read it, and remember what has become of its session. Each
// request may be another process's, so it is a table with a unique index that remembers.

declare(strict_types=1);

const MAX_EVENTS = 100_000;
const MAX_TEXT = 1_024;

const FAILURES = [
    'CAMERA_PERMISSION_DENIED',
    'CONSTRAINT_VIOLATION',
    'WEBSOCKET_RECONNECTION_FAILED',
    'API_ERROR',
    'LOW_SNR',
    'GENERAL_ERROR',
];

function is_text(mixed $value): bool
{
    return is_string($value) && $value !== '' && strlen($value) <= 4 * MAX_TEXT;
}

/** 1.0 and 1e2 are integers that somebody else's printer wrote; infinity is not, and neither is what no integer holds. */
function is_integer_number(mixed $value): bool
{
    return is_int($value) || (is_float($value) && floor($value) === $value && abs($value) < PHP_INT_MAX);
}

/** The event in a body, or null. What it has beyond these three keys is none of our business. */
function read_event(string $body): ?array
{
    $message = json_decode($body, true);
    if (!is_array($message)) {
        return null;
    }
    $fine = is_text($message['sessionId'] ?? null) && is_text($message['event'] ?? null)
        && is_integer_number($message['sequence'] ?? null);
    return $fine ? $message : null;
}

function database(): PDO
{
    $database = new PDO('sqlite:' . getenv('DATABASE'), options: [PDO::ATTR_TIMEOUT => 10]);
    $database->exec('PRAGMA synchronous = OFF');
    return $database;
}

function create_tables(): void
{
    // An event is known by its body: a page that is loaded again may count from 0 again, and what is sent twice has the
    // same bytes.
    database()->exec('PRAGMA journal_mode = WAL; CREATE TABLE event (
        session TEXT NOT NULL, body TEXT NOT NULL, sequence INTEGER NOT NULL, code TEXT NOT NULL,
        severity TEXT, measurement TEXT, PRIMARY KEY (session, body))');
}

function add_event(array $message, string $body): void
{
    $measurement = is_array($message['payload'] ?? null) ? $message['payload']['measurementId'] ?? null : null;
    $severity = $message['severity'] ?? null;
    $insert = database()->prepare('INSERT OR IGNORE INTO event
        SELECT ?, ?, ?, ?, ?, ? WHERE (SELECT count(*) FROM event) < ' . MAX_EVENTS);
    $insert->execute([
        $message['sessionId'],
        hash('sha256', $body),
        (int) $message['sequence'],
        $message['event'],
        is_text($severity) ? $severity : null,
        is_text($measurement) ? $measurement : null,
    ]);
}

function outcome(array $codes, array $severities): ?string
{
    return match (true) {
        in_array('RESULTS_RECEIVED', $codes, true) => 'completed',
        in_array('MEASUREMENT_CANCELED', $codes, true) => 'canceled',
        array_intersect($codes, FAILURES) !== [] || in_array('ERROR', $severities, true) => 'failed',
        in_array('PAGE_UNLOADED', $codes, true) => 'abandoned',
        default => null,
    };
}

/** What is known of a session. It depends on which events came, and not on how often or in which order. */
function find_session(string $session): ?array
{
    // Of two measurements, the one of the event with the highest sequence; the ID decides what that does not.
    $select = database()->prepare('SELECT * FROM event WHERE session = ? ORDER BY sequence, measurement');
    $select->execute([$session]);
    $events = $select->fetchAll(PDO::FETCH_ASSOC);
    if ($events === []) {
        return null;
    }
    $codes = array_column($events, 'code');
    $measurements = array_filter(array_column($events, 'measurement'), is_string(...));
    $counts = array_count_values($codes);
    ksort($counts, SORT_STRING);
    return [
        'sessionId' => $session,
        'outcome' => outcome($codes, array_column($events, 'severity')),
        'measurementId' => array_pop($measurements),
        'events' => count($events),
        'lastSequence' => max(array_column($events, 'sequence')),
        'counts' => (object) $counts,
    ];
}
