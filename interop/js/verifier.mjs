// The deployed verifier's API on the JavaScript library, to compare with: POST /?audience=… with a bundle in DER.
//
//   node verifier.mjs --trust-anchors anchors.ds [--port 0] [--stopped-clock 2026-11-22T12:00:00Z]
//
// It listens on loopback and prints its port. Kliento's own JavaScript packages cannot be had from a registry, so this does what
// they are documented to do and nothing besides.

import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { parseArgs } from 'node:util';

import { explain, parseTrustAnchor, setClock, verifyVector } from './vectors.mjs';

const { values: options } = parseArgs({
  options: {
    'trust-anchors': { type: 'string' },
    port: { type: 'string', default: '0' },
    'stopped-clock': { type: 'string' },
  },
});
const at = options['stopped-clock'];
setClock(at === undefined ? undefined : new Date(at));
const lines = (await readFile(options['trust-anchors'], 'utf8')).split('\n');
const trustAnchors = lines.filter((line) => line.trim() !== '' && !line.startsWith(';'));
trustAnchors.forEach(parseTrustAnchor);

async function readContent(request) {
  const chunks = [];
  for await (const chunk of request) {
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function verdict(bundle, audience) {
  const outcome = await verifyVector({
    operation: 'verify-token',
    trust_anchors: trustAnchors,
    at,
    audience,
    input: bundle.toString('base64'),
  });
  if (outcome.result !== 'valid') {
    return { error: outcome.message, status: outcome.result };
  }
  return { claims: outcome.claims, status: 'valid', subject: outcome.subject };
}

const server = createServer({ maxHeaderSize: 32_768 }, async (request, response) => {
  const url = new URL(request.url, 'http://localhost');
  const audience = url.searchParams.get('audience');
  let status = 200;
  let body;
  try {
    if (request.method !== 'POST' || url.pathname !== '/') {
      status = 404;
    } else if (!audience) {
      status = 400;
      body = { error: 'Audience is missing from the query string' };
    } else {
      body = await verdict(await readContent(request), audience);
    }
  } catch (error) {
    status = 500;
    body = { error: explain(error) };
  }
  const content = Buffer.from(JSON.stringify(body ?? {}));
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': content.length });
  response.end(content);
});
server.listen(Number(options.port), '127.0.0.1', () => {
  console.log(JSON.stringify({ port: server.address().port }));
});
