// Usage: WMS_MAC_SECRET=... node verify.mjs BODY-FILE 'hmac-sha256=...'
import { createHmac, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';

function isValid(secret, body, header) {
  // begin
  const expected = Buffer.from('hmac-sha256=' + createHmac('sha256', secret).update(body).digest('hex'));
  const given = Buffer.from(header ?? '');
  return given.length === expected.length && timingSafeEqual(given, expected);
  // end
}

const secret = process.env.WMS_MAC_SECRET;
const [file, header] = process.argv.slice(2);
if (!secret || !file) {
  console.error("usage: WMS_MAC_SECRET=... node verify.mjs BODY-FILE 'hmac-sha256=...'");
  process.exit(2);
}
const valid = isValid(secret, readFileSync(file), header);
console.log(valid ? 'valid' : 'invalid');
process.exitCode = valid ? 0 : 1;
