// Mock DNSSEC chains, signed with the zone signer that the DNSSEC library keeps for its own tests.

import { generateKeyPair as generateKeyPairWithCallback } from 'node:crypto';
import { promisify } from 'node:util';

import { DigestType, DnsClass, DnsRecord, DnssecAlgorithm, RrSet } from '@relaycorp/dnssec';
import { DnskeyData } from '@relaycorp/dnssec/build/lib/lib/records/DnskeyData.js';
import { DsData } from '@relaycorp/dnssec/build/lib/lib/records/DsData.js';
import { ZoneSigner } from '@relaycorp/dnssec/build/lib/lib/testing/ZoneSigner.js';

const generateKeyPair = promisify(generateKeyPairWithCallback);

const TYPE_SOA = 6;
const TYPE_OPT = 41;
const POINTER_TO_QUESTION = Buffer.from([0xc0, 0x0c]);

/** `.`, `com.`, `example.com.` for `example.com.`. */
export function zonesOf(name) {
  const labels = name.replace(/\.$/u, '').split('.');
  return ['.', ...labels.map((_, index) => `${labels.slice(index).join('.')}.`).reverse()];
}

async function makeSigner(zoneName, algorithm, { bits, exponent } = {}) {
  if (bits === undefined) {
    return ZoneSigner.generate(algorithm, zoneName);
  }
  const { privateKey, publicKey } = await generateKeyPair('rsa', {
    modulusLength: bits,
    publicExponent: exponent,
  });
  return new ZoneSigner(privateKey, publicKey, zoneName, algorithm);
}

const signers = new Map();

/** A signer, made once for each set of arguments. */
function getSigner(...args) {
  const key = JSON.stringify(args);
  if (!signers.has(key)) {
    signers.set(key, makeSigner(...args));
  }
  return signers.get(key);
}

function makeKey(signer, isEntryPoint, ttl) {
  const flags = { zoneKey: true, secureEntryPoint: isEntryPoint };
  const data = new DnskeyData(signer.publicKey, signer.algorithm, flags);
  const { zoneName } = signer;
  const record = new DnsRecord(zoneName, 'DNSKEY', DnsClass.IN, ttl, data.serialise());
  return { signer, data, record, tag: data.calculateKeyTag() };
}

/**
 * A zone: `algorithm` for all its keys or `kskAlgorithm` and `zskAlgorithm`; `split` for separate keys; `ksk` and `zsk`
 * with `bits` and `exponent`; `standby` for a published key that signs nothing; `digests` for its DS records;
 * `signedByBoth` where the ZSK signs the DNSKEY RRset as well; `second` for a second algorithm that signs everything.
 */
async function makeZone(name, options, ttl) {
  const { algorithm = DnssecAlgorithm.ECDSAP256SHA256 } = options;
  const { split = false, digests = [DigestType.SHA256], signedByBoth = false } = options;
  const { kskAlgorithm = algorithm, zskAlgorithm = algorithm } = options;
  const ksk = makeKey(await getSigner(name, kskAlgorithm, options.ksk), true, ttl);
  const zsk = split ? makeKey(await getSigner(name, zskAlgorithm, options.zsk, 'zsk'), false, ttl) : ksk;
  const keys = split ? [ksk, zsk] : [ksk];
  const keySigners = signedByBoth ? [ksk, zsk] : [ksk];
  const dataSigners = [zsk];
  const entryPoints = [ksk];
  if (options.standby) {
    const standby = makeKey(await getSigner(name, algorithm, undefined, 'standby'), true, ttl);
    keys.push(standby);
    entryPoints.unshift(standby);
  }
  if (options.second) {
    const second = makeKey(await getSigner(name, options.second, undefined, 'second'), true, ttl);
    keys.push(second);
    entryPoints.push(second);
    keySigners.push(second);
    dataSigners.push(second);
  }
  const dsRecords = entryPoints.flatMap((key) =>
    digests.map((digestType) => {
      const digest = DsData.calculateDnskeyDigest(key, digestType);
      return new DsData(key.tag, key.data.algorithm, digestType, digest);
    }),
  );
  return { name, keys, keySigners, dataSigners, dsRecords };
}

function header({ id, flags, answers, authorities, additionals }) {
  const octets = Buffer.alloc(12);
  [id, flags, 1, answers, authorities, additionals].forEach((value, index) => {
    octets.writeUInt16BE(value, index * 2);
  });
  return octets;
}

const OPT = Buffer.from([0, 0, TYPE_OPT, 0x04, 0xd0, 0, 0, 0x80, 0, 0, 0]);

/** A message as a recursive resolver sends it: header flags, compressed owners, OPT. */
function resolverMessage(question, records, { id, withSoa = false }) {
  const owner = Buffer.from(
    question.name === '.'
      ? [0]
      : [
          ...question.name
            .slice(0, -1)
            .split('.')
            .flatMap((label) => [label.length, ...Buffer.from(label)]),
          0,
        ],
  );
  const typeAndClass = Buffer.alloc(4);
  typeAndClass.writeUInt16BE(question.typeId, 0);
  typeAndClass.writeUInt16BE(question.classId, 2);
  const answers = records.map((record) => {
    const fixed = Buffer.alloc(10);
    fixed.writeUInt16BE(record.typeId, 0);
    fixed.writeUInt16BE(record.classId, 2);
    fixed.writeUInt32BE(record.ttl, 4);
    fixed.writeUInt16BE(record.dataSerialised.length, 8);
    return Buffer.concat([POINTER_TO_QUESTION, fixed, record.dataSerialised]);
  });
  const authorities = [];
  if (withSoa) {
    const rdata = Buffer.concat([POINTER_TO_QUESTION, POINTER_TO_QUESTION, Buffer.alloc(20, 1)]);
    const fixed = Buffer.from([0, TYPE_SOA, 0, 1, 0, 0, 0, 60, 0, rdata.length]);
    authorities.push(Buffer.concat([POINTER_TO_QUESTION, fixed, rdata]));
  }
  // QR, RD, RA, AD, CD; NOERROR.
  const flags = 0x81b0;
  const counts = { answers: answers.length, authorities: authorities.length, additionals: 1 };
  return Buffer.concat([
    header({ id, flags, ...counts }),
    owner,
    typeAndClass,
    ...answers,
    ...authorities,
    OPT,
  ]);
}

/**
 * Builds a chain.
 *
 * - `owner`: the TXT RRset's name; `txt`: its strings
 * - `zones`: the zones from the root down, each `{name, ...}` as for `makeZone`; the last one signs the TXT RRset
 * - `window`: the RRSIGs' `{start, end}`, and `windows`: those of single RRsets, by `<name>/<type>`
 * - `ttl`; `servedTtl`: what the messages carry instead of the signed TTL
 * - `rootDs`: whether the self-referential DS message of the root is there
 * - `style`: "mock" or "resolver"; `order`: a function to rearrange the messages; `rrsigFirst`
 */
export async function makeChain(options) {
  const { owner, txt, window, windows = {}, ttl = 300, servedTtl = ttl } = options;
  const { rootDs = false, style = 'mock', order = (messages) => messages } = options;
  const zones = await Promise.all(options.zones.map(({ name, ...rest }) => makeZone(name, rest, ttl)));

  let lastId = 0;
  const sign = (records, keys) => {
    const question = records[0].makeQuestion();
    const rrset = RrSet.init(question, records);
    const { start, end } = windows[`${question.name}/${question.getTypeName()}`] ?? window;
    const validity = { signatureInception: start, signatureExpiry: end };
    const rrsigs = keys.map(({ signer, tag }) => signer.generateRrsig(rrset, tag, validity));
    const signatures = rrsigs.map(({ record }) => record);
    const answers = (options.rrsigFirst ? [...signatures, ...records] : [...records, ...signatures]).map(
      (record) => record.shallowCopy({ ttl: servedTtl }),
    );
    if (style === 'resolver') {
      lastId += 4099;
      return resolverMessage(question, answers, { id: lastId });
    }
    const [{ message }] = rrsigs;
    message.answers = answers;
    return message.serialise();
  };
  const dsOf = (zone) =>
    zone.dsRecords.map((data) => new DnsRecord(zone.name, 'DS', DnsClass.IN, ttl, data.serialise()));

  const messages = zones.flatMap((zone, index) => {
    const dnskey = sign(
      zone.keys.map(({ record }) => record),
      zone.keySigners,
    );
    if (index === 0) {
      return rootDs ? [sign(dsOf(zone), zone.dataSigners), dnskey] : [dnskey];
    }
    return [sign(dsOf(zone), zones[index - 1].dataSigners), dnskey];
  });
  const txtRecords = txt.map((text) => new DnsRecord(owner, 'TXT', DnsClass.IN, ttl, text));
  messages.push(sign(txtRecords, zones.at(-1).dataSigners));
  if (options.negatives) {
    // What a resolver says of the cut that is not there.
    for (const type of ['DNSKEY', 'DS']) {
      const question = txtRecords[0].makeQuestion().shallowCopy({ type });
      messages.push(resolverMessage(question, [], { id: 7, withSoa: true }));
    }
  }
  return { responses: order(messages), trustAnchors: zones[0].dsRecords };
}
