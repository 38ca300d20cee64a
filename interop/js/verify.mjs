// Verifies vectors with the JavaScript library: files named as arguments, or else one JSON object a line on stdin.
//
//   --clock vector   reads the wall clock as the vector's own time, so that expired certificates do not matter
//   --check          exits with 1 if an outcome differs from the vector's `expect`

import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { isDeepStrictEqual, parseArgs } from 'node:util';

import { setClock, vectorClock, verifyVector } from './vectors.mjs';

const { values: options, positionals: paths } = parseArgs({
  allowPositionals: true,
  options: {
    clock: { type: 'string', default: 'wall' },
    check: { type: 'boolean', default: false },
  },
});
if (!['wall', 'vector'].includes(options.clock)) {
  throw new TypeError('--clock is "wall" or "vector"');
}

async function* read() {
  if (paths.length > 0) {
    for (const path of paths) {
      yield JSON.parse(await readFile(path, 'utf8'));
    }
    return;
  }
  for await (const line of createInterface({ input: process.stdin })) {
    if (line.trim() !== '') {
      yield JSON.parse(line);
    }
  }
}

let differences = 0;
for await (const vector of read()) {
  setClock(options.clock === 'vector' ? vectorClock(vector) : undefined);
  const outcome = await verifyVector(vector);
  setClock(undefined);
  const { result, subject, message } = outcome;
  console.log(JSON.stringify({ id: vector.id, result, subject, message }));
  if (options.check) {
    // A vector may expect less than the library can tell.
    const { expect } = vector;
    const comparable = Object.keys(expect).filter((key) => key in outcome || key === 'result');
    if (!comparable.every((key) => isDeepStrictEqual(outcome[key], expect[key]))) {
      differences += 1;
      console.error(`${vector.id}: expected ${JSON.stringify(expect)}, got ${JSON.stringify(outcome)}`);
    }
  }
}
process.exitCode = differences > 0 ? 1 : 0;
