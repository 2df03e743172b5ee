// Runs all specs against the real server and Debian's Chromium.
//
//   node tests/browser/run.mjs [name of a test]
//
// WMS_SIM_BIN is the program (default: target/debug/wms-sim), CHROMIUM the browser (default: /usr/bin/chromium).

import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.resolve(here, '../..');
const needed = [
  [path.resolve(root, process.env.WMS_SIM_BIN ?? 'target/debug/wms-sim'), 'cargo build'],
  [process.env.CHROMIUM ?? '/usr/bin/chromium', 'apt-get install chromium, or set CHROMIUM'],
  [path.join(here, 'node_modules'), 'npm ci --prefix tests/browser'],
  [path.join(root, 'examples/webapp/node_modules'), 'npm ci --prefix examples/webapp'],
];
const missing = needed.filter(([file]) => !fs.existsSync(file));
for (const [file, remedy] of missing) console.error(`${path.relative(root, file)} is missing: ${remedy}`);
if (missing.length > 0) process.exit(2);

const specs = fs.readdirSync(path.join(here, 'specs')).map((name) => path.join(here, 'specs', name));
const only = process.argv[2] ? [`--test-name-pattern=${process.argv[2]}`] : [];
const { status } = spawnSync(process.execPath, ['--test', '--test-reporter=spec', '--test-force-exit', '--test-concurrency=2', ...only, ...specs], { stdio: 'inherit' });
process.exit(status ?? 1);
