// Makes the vectors of `test-vectors/js`: bundles that the JavaScript library signs, each verified with that library
// before it is written. Keys, serials and times are new in every run.

import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';

import { DigestType, DnsClass, DnsRecord, DnssecAlgorithm, MockChain, RrSet } from '@relaycorp/dnssec';
import {
  generateTxtRdata,
  issueMemberCertificate,
  MemberIdBundle,
  OrganisationSigner,
  selfIssueOrganisationCertificate,
  SignatureBundle,
  VeraidDnssecChain,
} from '@relaycorp/veraid';
import { generateRsaKeyPair } from '@relaycorp/veraid/build/lib/lib/utils/keys/generation.js';

import { makeChain, zonesOf } from './chains.mjs';
import { formatTrustAnchor, KLIENTO_OID, MAX_TOKEN_BUNDLE_OCTETS, SCHEMA, verifyVector } from './vectors.mjs';

const OUTPUT = new URL('../../test-vectors/js/', import.meta.url);
const ORIGIN = '@relaycorp/veraid 3.1.2';
const TEST_OID = '1.3.6.1.4.1.58708.1.1';
const AUDIENCE = 'https://api.example.com';
const { RSASHA256, RSASHA512, ECDSAP256SHA256, ECDSAP384SHA384, ED25519, ED448 } = DnssecAlgorithm;

const HOUR = 3600;
const DAY = 24 * HOUR;
const CHUNK_OCTETS = 65_536;
const DEFAULT_WINDOW = [-DAY, 14 * DAY];
const DEFAULT_CERTIFICATE = [-DAY, 90 * DAY];

const OPERATIONS = {
  token: 'verify-token',
  bundle: 'verify-bundle',
  'member-id-bundle': 'verify-member-id-bundle',
};
/** Where VeraId's specification has the reference implementations decide, of which the library is one. */
const REFERENCE = 'VeraId specification, section 10.1';

const SPECS = {
  token: `${REFERENCE}; Kliento overview, "How Kliento Extends VeraId"`,
  bundle: REFERENCE,
  'member-id-bundle': REFERENCE,
};

// ---------------------------------------------------------------------------------------------------------------------
// Making one vector

const keyPairs = new Map();

/** `[bits, hash, label]`; the same arguments give the same key pair. */
function keyPair([modulus, hashingAlgorithm, label = ''], role) {
  const key = [modulus, hashingAlgorithm, label, role].join();
  if (!keyPairs.has(key)) {
    keyPairs.set(key, generateRsaKeyPair({ modulus, hashingAlgorithm }));
  }
  return keyPairs.get(key);
}

/** Whether the serial's first octet could be left out: the certificate starts 30 82 LL LL 30 82 LL LL A0 03 02 01 02. */
function hasPaddedSerial(certificate) {
  const der = Buffer.from(certificate.serialize());
  const [tag, length, first, second] = der.subarray(13);
  if (tag !== 0x02 || length !== 8) {
    throw new Error('The serial is not at the expected place');
  }
  return first === 0 && second < 0x80;
}

async function issueUntil(isWanted, issue) {
  for (;;) {
    const certificate = await issue();
    if (isWanted(certificate)) {
      return certificate;
    }
  }
}

const toArrayBuffer = (octets) => new Uint8Array(octets).buffer;
const formatInstant = (date) => date.toISOString().replace('.000Z', 'Z');

async function makeMockChain(domain, txt, window, retrieve) {
  const zone = `${domain}.`;
  const chain = await MockChain.generate(zone);
  const records = txt.map((text) => new DnsRecord(`_veraid.${zone}`, 'TXT', DnsClass.IN, 42, text));
  const rrset = RrSet.init(records[0].makeQuestion(), records);
  const fixture = chain.generateFixture(rrset, 'SECURE', window);
  const dnssecChain = retrieve
    ? await VeraidDnssecChain.retrieve(domain, fixture)
    : new VeraidDnssecChain(
        domain,
        fixture.responses.map((response) => toArrayBuffer(response.serialise())),
      );
  return { dnssecChain, trustAnchors: fixture.trustAnchors };
}

async function makeVector(definition) {
  const {
    area,
    rule,
    name,
    description,
    spec = SPECS[area],
    organisation = 'example.com',
    commonName = organisation,
    user = 'alice',
    by = 'member',
    organisationKey = [2048, 'SHA-256'],
    memberKey = [2048, 'SHA-256'],
    certificates = {},
    paddedSerial,
    chain = {},
    txt,
    service = area === 'bundle' ? TEST_OID : KLIENTO_OID,
    audience = AUDIENCE,
    claims = {},
    detached = false,
    start,
    end = HOUR,
    at = 600,
    period,
  } = definition;

  // All times are seconds from here.
  const base = Math.floor(Date.now() / 1000);
  const instant = (offset) => new Date(Math.round((base + offset) * 1000));
  const interval = ([from, until]) => ({ start: instant(from), end: instant(until) });

  const organisationKeys = await keyPair(organisationKey, 'organisation');
  const memberKeys = await keyPair(memberKey, 'member');

  const { organisation: organisationDates = DEFAULT_CERTIFICATE } = certificates;
  const { member: memberDates = DEFAULT_CERTIFICATE } = certificates;
  const startOption = ([from]) => (from === null ? {} : { startDate: instant(from) });
  const organisationCertificate = await issueUntil(
    (certificate) => paddedSerial !== 'organisation' || hasPaddedSerial(certificate),
    () =>
      selfIssueOrganisationCertificate(
        commonName,
        organisationKeys,
        instant(organisationDates[1]),
        startOption(organisationDates),
      ),
  );
  const issueMember = () =>
    issueMemberCertificate(
      user ?? undefined,
      memberKeys.publicKey,
      organisationCertificate,
      organisationKeys.privateKey,
      instant(memberDates[1]),
      startOption(memberDates),
    );

  const rdata = (ttl, oid, key = organisationKeys) => generateTxtRdata(key.publicKey, ttl, oid);
  const texts = await (txt ? txt(rdata) : Promise.all([rdata(HOUR)]));
  const window = interval(chain.window ?? DEFAULT_WINDOW);
  let dnssecChain;
  let trustAnchors;
  if (chain.mock) {
    ({ dnssecChain, trustAnchors } = await makeMockChain(
      organisation,
      texts,
      window,
      chain.mock === 'retrieved',
    ));
  } else {
    const { zone = `${organisation}.`, algorithms, zones, windows = {}, ...rest } = chain;
    const names = zonesOf(zone);
    const made = await makeChain({
      ...rest,
      owner: `_veraid.${organisation}.`,
      txt: texts,
      zones: names.map((zoneName, index) => ({
        name: zoneName,
        algorithm: algorithms?.[index % algorithms.length],
        ...zones,
      })),
      window,
      windows: Object.fromEntries(Object.entries(windows).map(([key, value]) => [key, interval(value)])),
    });
    dnssecChain = new VeraidDnssecChain(organisation, made.responses.map(toArrayBuffer));
    ({ trustAnchors } = made);
  }

  const vector = {
    schema: SCHEMA,
    id: `${area}::${rule}::${name}`,
    description,
    authority: 'veraid',
    spec,
    derived_from: null,
    origin: ORIGIN,
    operation: OPERATIONS[area],
    profile: 'veraid',
    trust_anchors: trustAnchors.map(formatTrustAnchor),
  };
  if (period) {
    vector.period = {
      from: formatInstant(instant(period[0])),
      until: formatInstant(instant(period[1])),
    };
  } else {
    vector.at = formatInstant(instant(at));
  }

  let serialisation;
  let signedPlaintext;
  if (area === 'member-id-bundle') {
    const certificate = await issueMember();
    const bundle = new MemberIdBundle(dnssecChain, organisationCertificate, certificate);
    serialisation = bundle.serialise();
  } else {
    vector.service = service;
    if (area === 'token') {
      vector.audience = audience;
      const hasClaims = Object.keys(claims).length > 0;
      const object = hasClaims ? { audience, claims } : { audience };
      signedPlaintext = Buffer.from(JSON.stringify(object));
    } else {
      signedPlaintext = Buffer.from(definition.plaintext);
    }
    let signer;
    let signingKey;
    if (by === 'member') {
      const certificate = await issueUntil(
        (candidate) => paddedSerial !== 'member' || hasPaddedSerial(candidate),
        issueMember,
      );
      signer = new MemberIdBundle(dnssecChain, organisationCertificate, certificate);
      signingKey = memberKeys.privateKey;
    } else {
      signer = new OrganisationSigner(dnssecChain, organisationCertificate, user ?? undefined);
      signingKey = organisationKeys.privateKey;
    }
    const options = { shouldEncapsulatePlaintext: !detached };
    if (start !== undefined) {
      options.startDate = instant(start);
    }
    const bundle = await SignatureBundle.sign(
      toArrayBuffer(signedPlaintext),
      service,
      signer,
      signingKey,
      instant(end),
      options,
    );
    serialisation = bundle.serialise();
    const seconds = Math.floor(end) - Math.floor(start ?? 0);
    if (seconds > HOUR) {
      vector.max_validity = seconds;
    }
  }
  vector.input = Buffer.from(serialisation).toString('base64');
  if (detached) {
    vector.plaintext = signedPlaintext.toString('base64');
  }

  const { message, ...expect } = await verifyVector(vector);
  if (expect.result !== 'valid') {
    throw new Error(`${vector.id}: the library says ${expect.result} (${message})`);
  }
  const { organisation: provedOrganisation, user: provedUser, signer: provedSigner } = expect;
  const proved = [provedOrganisation, provedUser, provedSigner];
  if (!isDeepStrictEqual(proved, [organisation, user, area === 'member-id-bundle' ? undefined : by])) {
    throw new Error(`${vector.id}: the library proved something else (${JSON.stringify(expect)})`);
  }
  return { ...vector, expect };
}

// ---------------------------------------------------------------------------------------------------------------------
// The cases

const cases = [];
const add = (area, rule, list) => {
  for (const [name, description, options] of list) {
    cases.push({ area, rule, name, description, ...options });
  }
};

add('token', 'js-member', [
  [
    'rsa-2048-user',
    'A user signs with 2,048-bit keys over the default mock chain.',
    { chain: { mock: 'whole' } },
  ],
  ['rsa-2048-bot', 'A bot signs with keys of 2,048 bits.', { user: null }],
  [
    'rsa-3072-sha-384',
    'A user signs with 3,072-bit keys, and everything uses SHA-384.',
    { organisationKey: [3072, 'SHA-384'], memberKey: [3072, 'SHA-384'] },
  ],
  [
    'rsa-4096-sha-512',
    'A user signs with 4,096-bit keys and SHA-512, while the digest algorithm stays SHA-256.',
    { organisationKey: [4096, 'SHA-512'], memberKey: [4096, 'SHA-512'] },
  ],
  [
    'rsa-4096-sha-256-organisation',
    'The organisation key has 4,096 bits and uses SHA-256; the member key has 2,048 bits.',
    { organisationKey: [4096, 'SHA-256'] },
  ],
  [
    'rsa-mixed-sizes',
    'The organisation key has 3,072 bits with SHA-256, the member key 4,096 bits with SHA-384.',
    { organisationKey: [3072, 'SHA-256'], memberKey: [4096, 'SHA-384'] },
  ],
  [
    'retrieved-mock-chain',
    'The chain is what the library keeps of a retrieval, including NXDOMAIN answers for the owner of the TXT record.',
    {
      chain: { mock: 'retrieved' },
      commonName: 'example.com.',
      certificates: { organisation: [null, 90 * DAY], member: [null, 90 * DAY] },
    },
  ],
]);

add('token', 'js-organisation', [
  [
    'organisation-rsa-2048-user',
    'The organisation signs for a user over the default mock chain.',
    { by: 'organisation', chain: { mock: 'whole' } },
  ],
  ['organisation-rsa-2048-bot', 'The organisation signs for a bot.', { by: 'organisation', user: null }],
  [
    'organisation-rsa-2048-sha-512',
    'The organisation signs with a 2,048-bit key and SHA-512.',
    { by: 'organisation', organisationKey: [2048, 'SHA-512'] },
  ],
  [
    'organisation-rsa-3072-sha-384',
    'The organisation signs with a 3,072-bit key and SHA-384.',
    { by: 'organisation', organisationKey: [3072, 'SHA-384'] },
  ],
  [
    'organisation-rsa-4096-sha-512',
    'The organisation signs with a 4,096-bit key and SHA-512, while the digest algorithm stays SHA-256.',
    { by: 'organisation', organisationKey: [4096, 'SHA-512'] },
  ],
  [
    'organisation-sorted-by-chance',
    'The attributed name is so long that the order in which the attributes were added is also the DER order.',
    { by: 'organisation', user: 'a-rather-long-name-for-the-machine-that-builds-the-nightly-releases' },
  ],
]);

add('token', 'js-organisation-name', [
  [
    'final-dot-member',
    'The common name of the organisation ends with a dot.',
    { commonName: 'example.com.' },
  ],
  [
    'final-dot-organisation',
    'The organisation signs the content itself, and its common name ends with a dot.',
    { commonName: 'example.com.', by: 'organisation' },
  ],
  [
    'a-label',
    'The name of the organisation has an A-label.',
    { organisation: 'xn--bcher-kva.example', by: 'organisation' },
  ],
  [
    'a-labels-final-dot',
    'All labels of the organisation are A-labels and its common name ends with a dot.',
    { organisation: 'xn--fsqu00a.xn--0zwm56d', commonName: 'xn--fsqu00a.xn--0zwm56d.', user: '小明' },
  ],
  ['single-label', 'The organisation is a top-level domain.', { organisation: 'example' }],
  [
    'long-labels',
    'The name of the organisation is as long as its TXT record allows and its labels have up to 63 octets.',
    {
      organisation: `${'a'.repeat(63)}.${'b'.repeat(63)}.${'c'.repeat(63)}.${'4'.repeat(41)}.example.com`,
      chain: { zone: 'example.com.' },
    },
  ],
  [
    'hyphens-and-digits',
    'Labels have digits and hyphens.',
    { organisation: '3-a--b.0.x1.example', by: 'organisation' },
  ],
]);

const userNames = [
  ['cyrillic', 'алиса'],
  ['japanese', 'アリス・リデル'],
  ['arabic', 'أليس'],
  ['persian-zwnj', 'مهمان\u200Cها'],
  ['emoji', '🦊'],
  ['emoji-zwj', '👩🏽‍🚀'],
  ['emoji-variation-selector', '❤️‍🔥'],
  ['non-bmp-letters', '𐐀𐐨 𝒜𝓁𝒾𝒸ℯ'],
  ['inner-spaces', 'Alice  Pleasance Liddell'],
  ['decomposed', 'Ame\u0301lie'],
  ['punctuation', `a.b+c/d\\e'f"g<h>&%$#!`],
];
add(
  'token',
  'js-user-name',
  userNames.map(([name, user], index) => [
    `user-${name}`,
    index % 2 === 0
      ? 'The name of the user comes from the BMPString of the member certificate.'
      : 'The name of the user comes from the attribution.',
    { user, by: index % 2 === 0 ? 'member' : 'organisation' },
  ]),
);
add('token', 'js-user-name', [
  [
    'user-255-octets-member',
    'The name of the user has 255 octets in UTF-8, most of them in surrogate pairs of the BMPString.',
    { user: '漢'.repeat(41) + '😀'.repeat(33) },
  ],
  [
    'user-255-octets-organisation',
    'The attributed name has 255 octets in UTF-8.',
    { user: 'é'.repeat(127) + 'e', by: 'organisation' },
  ],
]);

add('token', 'js-claims', [
  ['claims-one', 'There is one claim.', { claims: { role: 'admin' } }],
  [
    'claims-many',
    'There are sixty claims.',
    {
      claims: Object.fromEntries(
        Array.from({ length: 60 }, (_, index) => [`claim-${index}`, `${index ** 3}`]),
      ),
    },
  ],
  [
    'claims-unicode',
    'Names and values of claims are in several scripts.',
    {
      claims: { ключ: 'значение', 鍵: '値', '🔑': '👨‍👩‍👧‍👦', مفتاح: 'قيمة', 'e\u0301': '\u00E9' },
      by: 'organisation',
    },
  ],
  [
    'claims-object-members',
    'Claims are named like the properties of every JavaScript object.',
    { claims: JSON.parse('{"__proto__":"a","constructor":"b","toString":"c","hasOwnProperty":"d"}') },
  ],
  [
    'claims-empty-strings',
    'Both the name and a value of claims are empty.',
    { claims: { '': 'a', b: '', 1: '', 0: '' } },
  ],
  [
    'claims-escapes',
    'The JSON text needs escapes.',
    { claims: { 'quote"\\': '"\\/\b\f\n\r\t', nul: '\u0000\u001F\u007F', lines: '\u2028\u2029\uFEFF' } },
  ],
  [
    'audience-unicode',
    'The audience is not ASCII.',
    { audience: 'https://bücher.example/Überblick?q=🦊#片' },
  ],
]);

const text = (string) => Buffer.from(string);
add('bundle', 'js-content', [
  [
    'attached-member',
    'The content of a member signature is attached.',
    { plaintext: text('Hello, world!\n') },
  ],
  [
    'attached-organisation',
    'The binary content of an organisation signature is attached.',
    { plaintext: Uint8Array.from({ length: 256 }, (_, index) => index), by: 'organisation', user: null },
  ],
  [
    'attached-empty',
    'The attached content is empty, so its constructed OCTET STRING has no chunk with octets.',
    { plaintext: text('') },
  ],
  [
    'attached-two-chunks',
    'The attached content is one octet longer than a chunk.',
    { plaintext: Buffer.alloc(CHUNK_OCTETS + 1, 'two chunks '), by: 'organisation' },
  ],
  [
    'detached-member',
    'The content of a member signature is detached.',
    { plaintext: text('Detached'), detached: true },
  ],
  [
    'detached-organisation',
    'The content of an organisation signature is detached.',
    { plaintext: text('Ünïcödé 🦊'), detached: true, by: 'organisation' },
  ],
  [
    'detached-bot-rsa-4096',
    'The content of a bot signature with keys of 4,096 bits is detached.',
    {
      plaintext: Buffer.alloc(1000, 0),
      detached: true,
      user: null,
      organisationKey: [4096, 'SHA-512'],
      memberKey: [4096, 'SHA-512'],
    },
  ],
  [
    'other-service',
    'The service has an OID outside the arc of VeraId, with an arc of several octets under 2.',
    { plaintext: text('x'), service: '2.999.4294967295.1' },
  ],
  [
    'kliento-service',
    'Content that is not a token is signed for Kliento.',
    { plaintext: text('{}'), service: KLIENTO_OID },
  ],
]);

add('bundle', 'js-txt', [
  [
    'txt-service',
    'There is only a record for the service.',
    { plaintext: text('a'), txt: async (rdata) => [await rdata(60, TEST_OID)] },
  ],
  [
    'txt-service-and-wildcard',
    'There is a record for the service and one for any service; the window needs the TTL of the former.',
    {
      plaintext: text('a'),
      txt: async (rdata) => [await rdata(1), await rdata(1800, TEST_OID)],
      start: -2 * HOUR,
      period: [-2 * HOUR, HOUR],
      chain: { window: [-DAY, 1800] },
    },
  ],
  [
    'txt-other-service-and-wildcard',
    'There is a record for another service and one for any service.',
    {
      plaintext: text('a'),
      txt: async (rdata) => [
        await rdata(60, KLIENTO_OID),
        await rdata(7200),
        await rdata(30, `${TEST_OID}.1`),
      ],
      by: 'organisation',
    },
  ],
  ['txt-ttl-0', 'The TTL override is 0.', { plaintext: text('a'), txt: async (rdata) => [await rdata(0)] }],
  [
    'txt-ttl-1-period',
    'The TTL override is 1, and the DNSSEC signatures end one second before the period.',
    {
      plaintext: text('a'),
      txt: async (rdata) => [await rdata(1)],
      start: 0,
      period: [0, HOUR],
      chain: { window: [-DAY, HOUR - 1] },
    },
  ],
  [
    'txt-ttl-7776000-period',
    'The TTL override is 90 days, and the DNSSEC signatures end ten days before the end of the period.',
    {
      plaintext: text('a'),
      txt: async (rdata) => [await rdata(7_776_000)],
      start: -20 * DAY,
      period: [-20 * DAY, 0],
      certificates: { organisation: [-30 * DAY, 60 * DAY], member: [-25 * DAY, 60 * DAY] },
      chain: { window: [-14 * DAY, -10 * DAY] },
    },
  ],
  [
    'txt-ttl-above-cap',
    'The TTL override has more digits than any valid value needs and is capped at 90 days.',
    {
      plaintext: text('a'),
      txt: async (rdata) => [(await rdata(1)).replace(/ 1$/u, ' 99999999999999999999')],
      start: -2 * DAY,
      period: [-2 * DAY, 0],
      certificates: { organisation: [-3 * DAY, 60 * DAY], member: [-3 * DAY, 60 * DAY] },
      chain: { window: [-3 * DAY, -DAY] },
      by: 'organisation',
    },
  ],
  [
    'txt-white-space',
    'The record has tabs and runs of spaces between its fields and around them, zeros before the TTL and a fifth field.',
    {
      plaintext: text('a'),
      txt: async (rdata) => [
        `\t ${(await rdata(5, TEST_OID)).replace(' 5 ', ' 0005 ').replaceAll(' ', ' \t ')} extra `,
      ],
    },
  ],
  [
    'txt-several-keys',
    'The TXT RRset also names keys of other sizes.',
    {
      plaintext: text('a'),
      txt: async (rdata) => [
        await rdata(60, undefined, await keyPair([4096, 'SHA-512'], 'organisation')),
        await rdata(HOUR),
        await rdata(60, undefined, await keyPair([3072, 'SHA-384'], 'organisation')),
        await rdata(60, undefined, await keyPair([2048, 'SHA-512'], 'organisation')),
      ],
    },
  ],
]);

const DNSSEC_SPEC = `${SPECS.token}; RFC 4035 section 5`;
const dnssec = (name, description, chain, options = {}) => [
  name,
  description,
  { spec: DNSSEC_SPEC, chain, ...options },
];
add('token', 'js-dnssec', [
  dnssec('dnssec-rsasha256-split', 'All zones use RSASHA256 with separate keys of 2,048 and 1,024 bits.', {
    zones: { algorithm: RSASHA256, split: true, zsk: { bits: 1024, exponent: 65_537 } },
  }),
  dnssec('dnssec-rsasha512', 'All zones use RSASHA512.', { algorithms: [RSASHA512], rootDs: true }),
  dnssec('dnssec-rsa-4096-exponent-3', 'All zones have one RSA key of 4,096 bits with the exponent 3.', {
    zones: { algorithm: RSASHA256, ksk: { bits: 4096, exponent: 3 } },
  }),
  dnssec('dnssec-ecdsap256', 'All zones use ECDSAP256SHA256 with separate keys.', {
    zones: { algorithm: ECDSAP256SHA256, split: true },
    rootDs: true,
  }),
  dnssec('dnssec-ecdsap384', 'All zones use ECDSAP384SHA384 with separate keys and SHA-384 in DS.', {
    zones: { algorithm: ECDSAP384SHA384, split: true, digests: [DigestType.SHA384] },
  }),
  dnssec('dnssec-ed25519', 'All zones use ED25519.', { algorithms: [ED25519] }),
  dnssec('dnssec-ed448', 'All zones use ED448 with separate keys.', {
    zones: { algorithm: ED448, split: true },
  }),
  dnssec(
    'dnssec-mixed-deep',
    'Each of six zones down to the organisation uses a different algorithm.',
    { algorithms: [RSASHA256, ECDSAP256SHA256, ED25519, ECDSAP384SHA384, RSASHA512, ED448] },
    { organisation: 'a.b.c.example.com' },
  ),
  dnssec(
    'dnssec-below-cut',
    'The organisation is a name inside the zone example.com.',
    { zone: 'example.com.' },
    { organisation: 'staff.example.com', by: 'organisation' },
  ),
  dnssec('dnssec-signed-by-parent', 'The zone com. signs the TXT record and the organisation has no zone.', {
    zone: 'com.',
  }),
  dnssec(
    'dnssec-standby-keys',
    'Every zone has a standby key with a DS record, DS digests of two types, and two signatures over its keys.',
    {
      zones: {
        split: true,
        standby: true,
        signedByBoth: true,
        digests: [DigestType.SHA256, DigestType.SHA384],
      },
    },
  ),
  dnssec('dnssec-two-algorithms', 'Every zone is signed with two algorithms.', {
    zones: { algorithm: ECDSAP256SHA256, second: ED25519 },
  }),
  dnssec(
    'dnssec-resolver-messages',
    'The messages look like a resolver\'s: flags, compressed owners, OPT, and extra negative answers.',
    {
      style: 'resolver',
      negatives: true,
      zones: { split: true },
    },
  ),
  dnssec(
    'dnssec-cached-messages',
    'The messages have lower TTLs than were signed, RRSIGs before the data, and are in reverse order.',
    {
      ttl: 86_400,
      servedTtl: 117,
      rrsigFirst: true,
      order: (messages) => messages.reverse(),
      rootDs: true,
    },
  ),
  dnssec('dnssec-ttl-0', 'All TTLs of the chain are 0.', { ttl: 0 }, { by: 'organisation' }),
]);

add('token', 'js-period', [
  [
    'period-start-instant',
    'The instant is the second in which the signature starts.',
    { start: -60, end: 3540, at: -60 },
  ],
  [
    'period-end-instant',
    'The instant is the second in which the signature ends.',
    { start: 0, end: 3600, at: 3600 },
  ],
  [
    'period-single-second',
    'The signature starts and ends in the same second.',
    { start: 5, end: 5, at: 5, by: 'organisation' },
  ],
  [
    'period-tenths',
    'The start has tenths of a second, and the instant is the next full second.',
    { start: 0.5, end: 3600, at: 1 },
  ],
  [
    'period-hundredths-and-milliseconds',
    'The start has hundredths and the end thousandths of a second, and the instant is the last full second.',
    { start: -59.25, end: 3000.999, at: 3000, by: 'organisation' },
  ],
  ['period-two-hours', 'The signature is valid for two hours.', { start: 0, end: 7200, at: 7199 }],
  [
    'period-thirty-days',
    'The signature is valid for thirty days, and the instant is ten days after its start.',
    { end: 30 * DAY, at: 10 * DAY, by: 'organisation' },
  ],
  [
    'period-certificate-start',
    'The instant is the second in which the certificates start.',
    {
      certificates: { organisation: [-300, DAY * 90], member: [-300, DAY * 90] },
      start: -600,
      end: 3000,
      at: -300,
    },
  ],
  [
    'period-certificate-end',
    'The instant is the second in which the organisation certificate ends, which cut the member certificate short.',
    {
      certificates: { organisation: [-DAY, 10 * DAY], member: [-DAY, 20 * DAY] },
      start: 10 * DAY - 1800,
      end: 10 * DAY + 1800,
      at: 10 * DAY,
    },
  ],
  [
    'period-rrsig-inception',
    'The instant is the second in which the last DNSSEC signature starts.',
    { chain: { windows: { '_veraid.example.com./TXT': [900, DAY], 'com./DS': [-HOUR, DAY] } }, at: 900 },
  ],
  [
    'period-rrsig-expiry',
    'The instant is the second in which the first DNSSEC signature ends.',
    { chain: { window: [-3 * DAY, 20 * DAY], windows: { './DNSKEY': [-2 * DAY, 900] } }, at: 900 },
  ],
]);

add('bundle', 'js-period', [
  [
    'period-inside',
    'The requested period lies inside the signed period.',
    { plaintext: text('a'), start: -HOUR, end: HOUR, period: [-60, 60] },
  ],
  [
    'period-overlap',
    'The requested period overlaps with the signed period in one second.',
    { plaintext: text('a'), start: -HOUR, end: 0, period: [0, HOUR], by: 'organisation' },
  ],
  [
    'period-outside',
    'The requested period contains the signed period.',
    { plaintext: text('a'), start: 0.125, end: 600, period: [-2 * DAY, 2 * DAY] },
  ],
]);

add('token', 'js-serial', [
  [
    'serial-padded-member',
    'The serial of the member certificate is not minimal.',
    { paddedSerial: 'member' },
  ],
  [
    'serial-padded-organisation',
    'The serial of the issuing certificate is not minimal.',
    { paddedSerial: 'organisation' },
  ],
  [
    'serial-padded-organisation-signature',
    'The serial of the organisation certificate, which signs, is not minimal.',
    { paddedSerial: 'organisation', by: 'organisation' },
  ],
]);

add('member-id-bundle', 'js-member-id', [
  ['member-id-user', 'The bundle is for a user.', { chain: { rootDs: true } }],
  [
    'member-id-bot',
    'The bundle is for a bot of an organisation whose name ends with a dot.',
    { user: null, commonName: 'example.com.' },
  ],
  [
    'member-id-rsa-4096-period',
    'The bundle has keys of 4,096 bits and is verified for a period.',
    {
      organisationKey: [4096, 'SHA-512'],
      memberKey: [3072, 'SHA-384'],
      user: '👩🏽‍🚀 Ada',
      period: [-HOUR, HOUR],
    },
  ],
]);

/** The token bundle that just fits: a claim is lengthened until it does. */
async function makeLargestToken() {
  const definition = {
    area: 'token',
    rule: 'js-claims',
    name: 'token-bundle-16384-octets',
    description: 'The bundle has the maximum size of a token bundle.',
    chain: { zones: { split: true } },
    start: 0,
  };
  let length = 10_000;
  for (;;) {
    const vector = await makeVector({ ...definition, claims: { padding: 'x'.repeat(length) } });
    const missing = MAX_TOKEN_BUNDLE_OCTETS - Buffer.from(vector.input, 'base64').byteLength;
    if (missing === 0) {
      return vector;
    }
    length += missing;
  }
}

await mkdir(OUTPUT, { recursive: true });
for (const file of await readdir(OUTPUT)) {
  if (file.endsWith('.json')) {
    await rm(new URL(file, OUTPUT));
  }
}

const written = new Set();
async function write(vector) {
  const file = `${vector.id.split('::').at(-1)}.json`;
  if (written.has(file)) {
    throw new Error(`Two cases are named ${file}`);
  }
  written.add(file);
  await writeFile(new URL(file, OUTPUT), `${JSON.stringify(vector, null, 2)}\n`);
}
for (const definition of cases) {
  await write(await makeVector(definition));
}
await write(await makeLargestToken());
console.log(`${written.size} vectors written`);
