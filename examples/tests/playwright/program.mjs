// Starts a program, waits for the line with which it says where it listens, and ends it.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';

/** `ready` gets each line of its output, and gives the URL once a line has it. */
export async function start(command, args, env, ready) {
  // What goes wrong it says on standard error, which is shown.
  const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'inherit'] });
  // It must not outlive the tests, however they end.
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const ended = once(child, 'exit');
  const lines = createInterface({ input: child.stdout });
  const url = await Promise.race([
    new Promise((resolve) => lines.on('line', (line) => {
      // The app may go on to log, and a pipe that nobody empties would stop it.
      const found = ready(line);
      if (found) resolve(found);
    })),
    ended.then(
      ([code]) => { throw new Error(`${command} ended with ${code} before it was ready`); },
      (error) => { throw new Error(`${command} cannot be started: ${error.message}`); },
    ),
  ]);
  return {
    url,
    async stop() {
      child.kill('SIGTERM');
      await ended;
      process.removeListener('exit', kill);
    },
  };
}

/** A port that is free now. */
export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}
