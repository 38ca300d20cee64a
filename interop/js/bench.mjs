// Times the JavaScript library on one vector: `node bench.mjs VECTOR.json [--seconds 5] [--name js/member]`.
// Each round parses the bundle and verifies it, one after the other. The clock that the library reads stands still
// at the vector's time, so the vector may be as old as it likes.

import { readFile } from 'node:fs/promises';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';

import { setClock, vectorClock, verifyVector } from './vectors.mjs';

const WARM_UP_ROUNDS = 20;

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { seconds: { type: 'string', default: '5' }, name: { type: 'string' } },
});
const seconds = Number(options.seconds);
if (positionals.length !== 1 || !(seconds > 0)) {
  throw new TypeError('Usage: node bench.mjs VECTOR.json [--seconds 5] [--name js/member]');
}

const vector = JSON.parse(await readFile(positionals[0], 'utf8'));
setClock(vectorClock(vector));

async function round() {
  const outcome = await verifyVector(vector);
  if (outcome.result !== 'valid') {
    throw new Error(`${vector.id} is ${outcome.result}: ${outcome.message}`);
  }
  return outcome;
}

let outcome;
for (let index = 0; index < WARM_UP_ROUNDS; index += 1) {
  outcome = await round();
}

let rounds = 0;
let elapsed = 0;
const start = performance.now();
do {
  await round();
  rounds += 1;
  elapsed = performance.now() - start;
} while (elapsed < seconds * 1000);

const name = options.name ?? `js/${outcome.signer ?? 'member-id-bundle'}`;
const value = Math.round((elapsed * 10_000) / rounds) / 10;
console.log(JSON.stringify({ name, value, unit: 'us' }));
