<?php
// Starts `php -S` with workers, each a process that takes one request at a time, and ends them. For the tests' sake only:
// it tells the port, and nothing is left behind. It must outlive them: ended by SIGKILL, it cannot end its workers.

declare(strict_types=1);

const WORKERS = 8;

require __DIR__ . '/events.php';

if (!getenv('WMS_MAC_SECRET')) {
    fwrite(STDERR, "WMS_MAC_SECRET is not set\n");
    exit(2);
}
$port = (int) getenv('PORT');
$listener = @stream_socket_server("tcp://127.0.0.1:$port", $code, $message);
if ($listener === false) {
    fwrite(STDERR, "port $port: $message\n");
    exit(1);
}
$address = stream_socket_get_name($listener, false);
fclose($listener); // `php -S` takes no open socket, only a port

$folder = sys_get_temp_dir() . '/receiver-' . bin2hex(random_bytes(8));
mkdir($folder, 0700);
putenv("DATABASE=$folder/events.sqlite");
putenv('PHP_CLI_SERVER_WORKERS=' . WORKERS);
create_tables();

$server = pcntl_fork();
if ($server === 0) {
    posix_setpgid(0, 0); // a group of its own, to end the workers with
    fclose(STDIN);
    fclose(STDOUT);
    pcntl_exec(PHP_BINARY, ['-d', 'display_errors=stderr', '-d', 'enable_post_data_reading=0', '-q',
        '-S', $address, __DIR__ . '/index.php']);
    exit(1);
}

$end = function (int $exit = 0) use ($server, $folder): never {
    posix_kill(-$server, SIGKILL);
    pcntl_wait($status);
    array_map(unlink(...), glob("$folder/*"));
    rmdir($folder);
    exit($exit);
};
pcntl_async_signals(true);
pcntl_signal(SIGTERM, fn () => $end());
pcntl_signal(SIGINT, fn () => $end());

while (!($socket = @stream_socket_client("tcp://$address"))) {
    if (pcntl_waitpid($server, $status, WNOHANG) !== 0) {
        $end(1);
    }
    usleep(10_000);
}
fclose($socket);
echo json_encode(['type' => 'ready', 'port' => (int) substr(strrchr($address, ':'), 1)]), "\n";

// The parent holds our stdin: when it dies, however it dies, so do we.
stream_set_blocking(STDIN, false);
while (!feof(STDIN)) {
    $read = [STDIN];
    $none = [];
    if (@stream_select($read, $none, $none, 0, 200_000)) {
        fread(STDIN, 4096);
    }
    if (pcntl_waitpid($server, $status, WNOHANG) !== 0) {
        $end(1);
    }
}
$end();
