'use strict';
// Receivers that are each one bug away from right. MUTANT=name chooses; the rest is as for node.cjs.
//
//   node mutants.cjs --list    name, the cases that it should fail, the diagnoses that name its bug, what `check` needs to
//                              show it, whether chance has a part in it, and the bug: a line each, with tabs between
//
// A case ID that ends in * stands for all that begin like it.

const http = require('node:http');

const listing = process.argv[2] === '--list';
if (listing) process.env.WMS_MAC_SECRET ||= 'unused';

const { listen } = require('./plumbing.cjs');
const { receiver } = require('./mutants/correct.cjs');

const mutants = new Map();
for (const section of ['mac', 'secrets', 'body', 'database', 'order', 'lifecycle', 'http', 'front', 'hosting', 'state']) {
  for (const [name, mutant] of Object.entries(require(`./mutants/${section}.cjs`))) {
    if (mutants.has(name)) throw new Error(`two mutants are called ${name}`);
    mutants.set(name, mutant);
  }
}

if (listing) {
  for (const [name, { fails, says = '', bug, check = '', chance }] of mutants) {
    console.log([name, fails, says, check, chance ? 'chance' : '', bug].join('\t'));
  }
  process.exit(0);
}

const mutant = mutants.get(process.env.MUTANT);
if (!mutant) {
  console.error(`MUTANT is ${process.env.MUTANT ?? 'not set'}; node mutants.cjs --list has the names`);
  process.exit(2);
}
Object.setPrototypeOf(mutant, receiver); // and so is `super` in its methods

const server = http.createServer((req, res) => {
  mutant.handle(req, res).catch((error) => {
    if (error.code === 'ECONNRESET') return;
    console.error(error);
    req.resume();
    if (res.headersSent) return req.socket.destroy();
    receiver.reply(req, res, 500, { error: 'internal error' });
  });
});
mutant.prepare(server);
listen(server);
