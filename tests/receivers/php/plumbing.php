<?php
// What the tests need of a receiver and yours does not: the record.

declare(strict_types=1);

/** Written before the answer goes out, so that whoever has an answer finds its line in the record. */
function record(string $body, bool $mac_ok, int $status): void
{
    $path = getenv('RECORD');
    if (!$path) {
        return;
    }
    // The first line of the file beside the database is how many there were; whoever has its lock writes next.
    $counter = fopen(getenv('DATABASE') . '.count', 'c+');
    flock($counter, LOCK_EX);
    $n = 1 + (int) fgets($counter);
    rewind($counter);
    fwrite($counter, (string) $n);
    $line = [
        'n' => $n,
        'at_ms' => (int) (microtime(true) * 1000),
        'mac_ok' => $mac_ok,
        'status' => $status,
        'headers' => (object) getallheaders(),
        'body' => $body,
    ];
    file_put_contents($path, json_encode($line, JSON_INVALID_UTF8_SUBSTITUTE) . "\n", FILE_APPEND);
    fclose($counter);
}
