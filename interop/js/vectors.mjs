// What the scripts of this folder share: reading a vector, and verifying it with the JavaScript library.

import { MemberIdBundle, SignatureBundle } from '@relaycorp/veraid';

/** The form of the vectors, as their member `schema` names it. */
export const SCHEMA = 'kliento.vector/v2';

export const KLIENTO_OID = '1.3.6.1.4.1.58708.3.0';
export const MAX_TOKEN_BUNDLE_OCTETS = 16_384;

/** `. IN DS <key tag> <algorithm> <digest type> <hex>`, with or without a TTL, to the library's trust anchor. */
export function parseTrustAnchor(line) {
  const fields = line.trim().split(/\s+/u);
  const [keyTag, algorithm, digestType, ...hex] = fields.slice(fields.indexOf('DS') + 1);
  if (fields[0] !== '.' || hex.length === 0) {
    throw new Error(`Not a DS record of the root: ${line}`);
  }
  return {
    keyTag: Number(keyTag),
    algorithm: Number(algorithm),
    digestType: Number(digestType),
    digest: Buffer.from(hex.join(''), 'hex'),
  };
}

export function formatTrustAnchor({ keyTag, algorithm, digestType, digest }) {
  return `. IN DS ${keyTag} ${algorithm} ${digestType} ${digest.toString('hex').toUpperCase()}`;
}

const RealDate = globalThis.Date;

/** Makes every reading of the wall clock in this process give `date`; without a date, undoes that. */
export function setClock(date) {
  globalThis.Date =
    date === undefined
      ? RealDate
      : new Proxy(RealDate, {
          construct: (target, args) => (args.length === 0 ? new target(date.getTime()) : new target(...args)),
          get: (target, property) =>
            property === 'now' ? () => date.getTime() : Reflect.get(target, property),
        });
}

/** The instant or period for which a vector is to be verified. */
export function vectorTime(vector) {
  if (vector.period) {
    return { start: new Date(vector.period.from), end: new Date(vector.period.until) };
  }
  return vector.at ? new Date(vector.at) : new Date();
}

/** An instant at which a vector's certificates should be valid. */
export function vectorClock(vector) {
  const time = vectorTime(vector);
  return time instanceof Date ? time : time.end;
}

export function explain(error) {
  const messages = [];
  for (let current = error; current instanceof Error; current = current.cause) {
    messages.push(current.message);
  }
  return messages.length === 0 ? String(error) : messages.join(': ');
}

function parseToken(plaintext) {
  const token = JSON.parse(Buffer.from(plaintext).toString());
  const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isObject(token) || typeof token.audience !== 'string') {
    throw new Error('Token has no audience');
  }
  const claims = token.claims === undefined ? {} : token.claims;
  if (!isObject(claims) || Object.values(claims).some((value) => typeof value !== 'string')) {
    throw new Error('Claims are not an object of strings');
  }
  return { audience: token.audience, claims };
}

const PARSERS = {
  'verify-token': SignatureBundle,
  'verify-bundle': SignatureBundle,
  'verify-member-id-bundle': MemberIdBundle,
};

/** Parses a vector's input; throws if the library cannot. */
function parseInput(vector) {
  const parser = PARSERS[vector.operation];
  const input = Buffer.from(vector.input, 'base64');
  if (vector.operation === 'verify-token' && input.byteLength > MAX_TOKEN_BUNDLE_OCTETS) {
    throw new Error(`Token bundle of ${input.byteLength} octets is too large`);
  }
  // A copy of its own: the library wants an ArrayBuffer that holds nothing else.
  return parser.deserialise(new Uint8Array(input).buffer);
}

/** Verifies a parsed bundle as its vector says, and gives the expectation that describes the outcome. */
async function verifyBundle(vector, bundle) {
  const time = vectorTime(vector);
  const anchors = vector.trust_anchors?.map(parseTrustAnchor);
  const outcome = (member, extra) => {
    const { organisation, user = null } = member;
    const subject = user ? `${user}@${organisation}` : organisation;
    return { result: 'valid', subject, organisation, user, ...extra };
  };

  if (vector.operation === 'verify-member-id-bundle') {
    const period = time instanceof Date ? { start: time, end: time } : time;
    return outcome(await bundle.verify(vector.service, period, anchors), {});
  }

  const detached = vector.plaintext === undefined ? undefined : Buffer.from(vector.plaintext, 'base64');
  const content = detached && new Uint8Array(detached).buffer;
  const { member, plaintext, wasSignedByMember } = await bundle.verify(
    content,
    vector.service ?? KLIENTO_OID,
    time,
    anchors,
  );
  const signer = wasSignedByMember ? 'member' : 'organisation';
  if (vector.operation === 'verify-bundle') {
    const base64 = Buffer.from(plaintext).toString('base64');
    return outcome(member, { signer, plaintext: base64 });
  }
  const { audience, claims } = parseToken(plaintext);
  if (audience !== vector.audience) {
    throw new Error(`Token is for another audience: ${audience}`);
  }
  return outcome(member, { signer, claims });
}

/** The whole of it: valid with what was proved, malformed, or invalid, the last two with a message. */
export async function verifyVector(vector) {
  if (!Object.hasOwn(PARSERS, vector.operation)) {
    throw new TypeError(`Unknown operation: ${vector.operation}`);
  }
  let bundle;
  try {
    bundle = parseInput(vector);
  } catch (error) {
    return { result: 'malformed', message: explain(error) };
  }
  try {
    return await verifyBundle(vector, bundle);
  } catch (error) {
    return { result: 'invalid', message: explain(error) };
  }
}
