// Speaks the conformance protocol for the JavaScript library: one line of JSON a vector in, one line out.
// What the library has no notion of is answered with `unsupported`; nothing is verified by code of this folder.

import { createInterface } from 'node:readline';

import { AsnParser } from '@peculiar/asn1-schema';
import { dnssecLookUp, Message, Question, SecurityStatus } from '@relaycorp/dnssec';
import { makeDnssecOfflineResolver } from '@relaycorp/veraid/build/lib/lib/dns/offlineDnsResolver.js';
import { DnssecChainSchema } from '@relaycorp/veraid/build/lib/lib/schemas/DnssecChainSchema.js';

import { explain, KLIENTO_OID, parseTrustAnchor, setClock, vectorClock, vectorTime, verifyVector } from './vectors.mjs';

/** The version of the protocol that is spoken here. */
const PROTOCOL = 2;

const FIELDS = new Set([
  'protocol', 'id', 'operation', 'trust_anchors', 'at', 'period', 'service', 'name', 'type', 'input', 'plaintext',
  // Of no effect here: the library verifies the signature of a token, and does not look into it.
  'audience',
  // The library accepts every issuer of an organisation certificate.
  'foreign_issuers',
]);
const UNSUPPORTED = {
  header: 'the library has no parser of headers',
  leeway: 'the library knows no leeway',
  max_validity: 'the library has no limit to signed periods',
};

/** Why a request cannot be answered, if so. */
function whyUnsupported(request) {
  if (request.protocol !== PROTOCOL) {
    return `protocol is ${request.protocol}, not ${PROTOCOL}`;
  }
  for (const field of Object.keys(request)) {
    if (field === 'max_validity' && request.operation !== 'verify-token') {
      continue; // It is for tokens alone.
    }
    if (Object.hasOwn(UNSUPPORTED, field)) {
      return UNSUPPORTED[field];
    }
    if (field === 'accepted_profile') {
      if (request.accepted_profile !== 'veraid') {
        return 'the library knows no other profile than VeraId';
      }
    } else if (!FIELDS.has(field)) {
      return `unknown field: ${field}`;
    }
  }
  return Object.hasOwn(OPERATIONS, request.operation) ? undefined : `unknown operation: ${request.operation}`;
}

/** A chain alone, with the library's parsers and its validator: the calls that its own verification makes. */
async function verifyChain(request) {
  let responses;
  let question;
  try {
    const chain = AsnParser.parse(new Uint8Array(Buffer.from(request.input, 'base64')).buffer, DnssecChainSchema);
    responses = chain.map((response) => Message.deserialise(Buffer.from(response)));
    question = new Question(request.name, request.type);
  } catch (error) {
    return { result: 'malformed', message: explain(error) };
  }
  try {
    const outcome = await dnssecLookUp(question, makeDnssecOfflineResolver(responses), {
      dateOrPeriod: vectorTime(request),
      trustAnchors: request.trust_anchors.map(parseTrustAnchor),
    });
    if (outcome.status !== SecurityStatus.SECURE) {
      return { result: 'invalid', message: `${outcome.status}: ${outcome.reasonChain.join(', ')}` };
    }
    const records = outcome.result.records.map((record) => record.dataSerialised.toString('base64'));
    return { result: 'valid', records };
  } catch (error) {
    return { result: 'invalid', message: explain(error) };
  }
}

const OPERATIONS = {
  'verify-chain': verifyChain,
  'verify-bundle': verifyVector,
  'verify-member-id-bundle': verifyVector,
  // The library knows signatures and not tokens: it is asked about the bundle.
  'verify-token': ({ audience, ...request }) =>
    verifyVector({ ...request, operation: 'verify-bundle', service: request.service ?? KLIENTO_OID }),
};

async function answer(request) {
  const message = whyUnsupported(request);
  if (message !== undefined) {
    return { result: 'unsupported', message };
  }
  setClock(vectorClock(request));
  try {
    return await OPERATIONS[request.operation](request);
  } finally {
    setClock(undefined);
  }
}

/** Lone surrogates, which the library lets pass in names, have no place in JSON. */
const wellFormed = (_, value) => (typeof value === 'string' ? value.toWellFormed() : value);

for await (const line of createInterface({ input: process.stdin })) {
  if (line.trim() !== '') {
    const request = JSON.parse(line);
    console.log(JSON.stringify({ id: request.id, ...(await answer(request)) }, wellFormed));
  }
}
