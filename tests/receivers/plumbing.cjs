'use strict';
// What the tests need around a receiver and a receiver of yours does not: the record, the ready line, the ending.

const fs = require('node:fs');
const http = require('node:http');

const { env } = process;

exports.macSecret = env.WMS_MAC_SECRET;
if (!exports.macSecret) {
  console.error('WMS_MAC_SECRET is not set');
  process.exit(2);
}

// The rest of the environment is for node.cjs: whatever a receiver may do and still be right. README.md tells of each.
exports.macSecrets = [env.WMS_MAC_SECRET, env.SECRET_OLD].filter(Boolean);

exports.knobs = {
  announced: env.ANNOUNCED === '1',
  statusOk: Number(env.STATUS_OK ?? 204),
  statusBad: Number(env.STATUS_BAD ?? 401),
  headers: env.CLOSE === '1' ? { connection: 'close' } : {},
};

exports.slowly = () => new Promise((resolve) => setTimeout(resolve, Number(env.SLOW_MS ?? 0)));

/** Speaks https, and HTTP/2 to whoever asks for it, if there is a certificate. */
exports.createServer = (handler) => {
  // Without a word: the answer does not say that the connection ends with it.
  const ending = (req, res) => {
    if (env.CLOSE === 'silently') res.on('finish', () => req.socket.end());
    return handler(req, res);
  };
  if (!env.TLS_CERT) return http.createServer(ending);
  const identity = { cert: fs.readFileSync(env.TLS_CERT), key: fs.readFileSync(env.TLS_KEY) };
  return require('node:http2').createSecureServer({ allowHTTP1: true, ...identity }, handler);
};

const file = env.RECORD ? fs.openSync(env.RECORD, 'a') : undefined;
let received = 0;

// Written before the answer goes out, so that whoever has an answer finds its line in the record.
exports.record = (req, body, macOk, status) => {
  received += 1;
  if (file === undefined) return;
  const headers = {};
  for (let i = 0; i < req.rawHeaders.length; i += 2) {
    const [name, value] = [req.rawHeaders[i], req.rawHeaders[i + 1]];
    headers[name] = name in headers ? `${headers[name]}, ${value}` : value;
  }
  const line = { n: received, at_ms: Date.now(), mac_ok: macOk, status, headers, body: body.toString('utf8') };
  fs.writeSync(file, JSON.stringify(line) + '\n');
};

exports.received = () => received;

exports.listen = (server) => {
  const end = () => {
    server.close(() => process.exit(0));
    server.closeIdleConnections?.();
    setTimeout(() => process.exit(0), 1000).unref();
  };
  process.on('SIGTERM', end);
  // The parent holds our stdin: when it dies, however it dies, so do we.
  process.stdin.on('end', () => process.exit(0)).on('error', () => process.exit(0)).resume();

  server.on('error', (error) => {
    console.error(error.message);
    process.exit(1);
  });
  server.listen(Number(env.PORT ?? 0), '127.0.0.1', () => {
    console.log(JSON.stringify({ type: 'ready', port: server.address().port }));
  });
};
