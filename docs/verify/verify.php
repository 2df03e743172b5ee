<?php
// Usage: WMS_MAC_SECRET=... php verify.php BODY-FILE 'hmac-sha256=...'

function isValid(string $secret, string $body, ?string $header): bool
{
    // begin
    $expected = 'hmac-sha256=' . hash_hmac('sha256', $body, $secret);
    return hash_equals($expected, $header ?? '');
    // end
}

$secret = getenv('WMS_MAC_SECRET');
if ($secret === false || $secret === '' || $argc < 2) {
    fwrite(STDERR, "usage: WMS_MAC_SECRET=... php verify.php BODY-FILE 'hmac-sha256=...'\n");
    exit(2);
}
$body = file_get_contents($argv[1]);
if ($body === false) {
    exit(2);
}
$valid = isValid($secret, $body, $argv[2] ?? null);
echo $valid ? "valid\n" : "invalid\n";
exit($valid ? 0 : 1);
