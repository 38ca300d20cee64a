// A client of the deployed verifier's API, with nothing but `fetch`: puts one good bundle to a verifier in every way that there is,
// and prints the answers as one JSON object.
//
//   node verifier-client.mjs http://127.0.0.1:3000 token.der [https://api.example.com]

import { readFile } from 'node:fs/promises';

const [url, file, audience = 'https://api.example.com'] = process.argv.slice(2);
const der = await readFile(file);

async function verify(contentType, body, forAudience = audience) {
  const endpoint = new URL('/', url);
  if (forAudience !== undefined && forAudience !== '') {
    endpoint.searchParams.set('audience', forAudience);
  }
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: { 'Content-Type': contentType },
    body,
    signal: AbortSignal.timeout(20_000),
  });
  const answer = await response.json();
  return response.ok ? answer : { httpStatus: response.status, ...answer };
}

const BUNDLE = 'application/vnd.kliento.token-bundle';
const HEADER = 'application/vnd.kliento.auth-header';

console.log(
  JSON.stringify({
    bundle: await verify(BUNDLE, der),
    header: await verify(HEADER, `Kliento ${der.toString('base64')}`),
    malformed: await verify(BUNDLE, der.subarray(1)),
    otherAudience: await verify(BUNDLE, der, 'https://shop.example.com'),
    noAudience: await verify(BUNDLE, der, ''),
  }),
);
