// Usage: node check.mjs docs/verify/verify.mjs docs/vectors.json
// Runs the published lines, and those of the WMS page, over the published vectors.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';

const [program, vectors] = process.argv.slice(2).map((file) => readFileSync(file, 'utf8'));
const lines = program.split('// begin')[1].split('// end')[0];
const ofBytes = new Function('createHmac', 'timingSafeEqual', 'secret', 'body', 'header', lines)
  .bind(null, createHmac, timingSafeEqual);

function asOnThePage(secret, body, header) {
  const hmac = createHmac('sha256', secret);
  hmac.update(body.toString(), 'ascii');
  return header === 'hmac-sha256=' + hmac.digest('hex');
}

let count = 0;
for (const vector of JSON.parse(vectors)) {
  const body = 'body' in vector ? Buffer.from(vector.body) : Buffer.from(vector.body_base64, 'base64');
  const isAscii = body.every((byte) => byte < 0x80);
  const checks = isAscii ? [ofBytes, asOnThePage] : [vector.mac_input === 'latin1' ? asOnThePage : ofBytes];
  for (const check of checks) {
    const verdict = check(vector.secret, body, vector.header) ? 'valid' : 'invalid';
    if (verdict !== vector.verdict) {
      console.log(`${vector.name}: ${verdict}, expected ${vector.verdict}`);
      process.exitCode = 1;
    }
  }
  count += 1;
}
console.log(`${count} vectors`);
