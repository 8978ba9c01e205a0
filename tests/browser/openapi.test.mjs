// SPDX-License-Identifier: EUPL-1.2
// What /openapi.json promises is what programs get: the document is OpenAPI 3.1, its schemas are
// JSON Schema 2020-12, and the real answers of every JSON route hold to them, for people of each role.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, test } from 'node:test';
import Ajv from 'ajv/dist/2020.js';
import { startServer } from './harness.mjs';

const methods = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'];
let server, description, ajv;

before(async () => {
  server = await startServer();
  description = await json('/openapi.json');
  ajv = new Ajv({ strict: true, allErrors: true, allowUnionTypes: true, strictRequired: false, strictTypes: false });
  ajv.addFormat('date-time', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  ajv.addFormat('date', /^\d{4}-\d\d-\d\d$/);
  ajv.addFormat('uri', /^https?:\/\/\S+$/);
  ajv.addFormat('binary', true);
  ajv.addFormat('email', /^\S+@\S+$/);
});
after(() => server?.stop());

// --- asking as somebody ------------------------------------------------------------------------

const formToken = (secret) => createHash('sha256').update('campus form' + secret).digest('base64url');

function headers(session, changing) {
  const secret = session ?? 'v'.repeat(43);
  return {
    accept: 'application/json',
    cookie: session ? `campus_session=${session}` : `campus_visitor=${secret}`,
    ...(changing ? { 'x-csrf-token': formToken(secret), 'content-type': 'application/json' } : {}),
  };
}
const get = (path, session) => fetch(server.url + path, { headers: headers(session), redirect: 'manual' });
const post = (path, session, body = {}) => fetch(server.url + path,
  { method: 'POST', headers: headers(session, true), body: JSON.stringify(body), redirect: 'manual' });
async function json(path, session) {
  const response = await get(path, session);
  assert.equal(response.status, 200, path);
  return response.json();
}
async function signIn(person) {
  const response = await post('/sign-in', undefined, { person });
  assert.equal(response.status, 200);
  return response.headers.getSetCookie().find((cookie) => cookie.startsWith('campus_session='))
    .match(/=([^;]*)/)[1];
}
// One of each role; the first group are the plain agents. Once: sign-ins are limited.
let signedIn;
function sessions() {
  signedIn ??= (async () => {
    const { groups } = await json('/sign-in');
    assert.ok(groups.length > 2);
    return Promise.all(groups.map((group) => signIn(group.people[0].id)));
  })();
  return signedIn;
}

// --- the document ------------------------------------------------------------------------------

const operations = () => Object.entries(description.paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]) => ({ path, method, operation })));

function resolved(value) {
  if (!value?.$ref) return value;
  return value.$ref.replace(/^#\//, '').split('/').reduce((at, key) => {
    assert.ok(at && key in at, `${value.$ref} leads nowhere`);
    return at[key];
  }, description);
}
function schemaOf(response, type) {
  const media = resolved(response)?.content?.[type];
  return media?.schema;
}
const validators = new Map();
// References inside a schema point into the document: what they mean is put in their place.
function compiled(schema) {
  const key = JSON.stringify(resolved(schema), (name, inner) => resolved(inner));
  if (!validators.has(key)) validators.set(key, ajv.compile(JSON.parse(key)));
  return validators.get(key);
}
function check(schema, value, what) {
  const validate = compiled(schema);
  assert.ok(validate(value), `${what}: ${ajv.errorsText(validate.errors)}\n${JSON.stringify(value).slice(0, 600)}`);
}

test('the document is OpenAPI 3.1', () => {
  check({
    type: 'object', required: ['openapi', 'info', 'paths', 'components'],
    properties: {
      openapi: { type: 'string', pattern: '^3\\.1\\.\\d+$' },
      info: { type: 'object', required: ['title', 'version'], properties: { title: { type: 'string' }, version: { type: 'string' } } },
      paths: { type: 'object', propertyNames: { pattern: '^/' } },
      components: {
        type: 'object', additionalProperties: false,
        properties: Object.fromEntries(['schemas', 'responses', 'parameters', 'requestBodies', 'headers', 'securitySchemes']
          .map((name) => [name, { type: 'object', propertyNames: { pattern: '^[a-zA-Z0-9._-]+$' } }])),
      },
    },
  }, description, 'the document');
  const operation = {
    type: 'object', required: ['summary', 'responses', 'security'], additionalProperties: false,
    patternProperties: { '^x-': {} },
    properties: {
      summary: { type: 'string', minLength: 3 }, description: { type: 'string' }, operationId: { type: 'string' },
      tags: { type: 'array', items: { type: 'string' } },
      parameters: {
        type: 'array',
        items: {
          type: 'object', required: ['name', 'in', 'schema'], additionalProperties: false,
          properties: {
            name: { type: 'string' }, in: { enum: ['query', 'path', 'header', 'cookie'] }, required: { type: 'boolean' },
            description: { type: 'string' }, schema: { type: ['object', 'boolean'] },
          },
          if: { properties: { in: { const: 'path' } } }, then: { required: ['required'], properties: { required: { const: true } } },
        },
      },
      requestBody: {
        type: 'object', required: ['content'], additionalProperties: false,
        properties: { required: { type: 'boolean' }, description: { type: 'string' }, content: { type: 'object', minProperties: 1 } },
      },
      responses: {
        type: 'object', minProperties: 1, propertyNames: { pattern: '^([1-5](\\d\\d|XX)|default)$' },
        additionalProperties: {
          type: 'object', anyOf: [{ required: ['description'] }, { required: ['$ref'] }],
          properties: { description: { type: 'string' }, content: { type: 'object', propertyNames: { pattern: '^[\\w.+-]+/[\\w.+-]+$' } } },
        },
      },
      security: { type: 'array', items: { type: 'object', additionalProperties: { type: 'array' } } },
    },
  };
  for (const { path, method, operation: one } of operations()) {
    const name = `${method} ${path}`;
    assert.ok(methods.includes(method), name);
    check(operation, one, name);
    const inPath = (one.parameters ?? []).filter((parameter) => parameter.in === 'path').map((parameter) => parameter.name);
    assert.deepEqual(inPath, [...path.matchAll(/\{([^}]+)\}/g)].map((match) => match[1]), name);
    const keys = (one.parameters ?? []).map((parameter) => `${parameter.in} ${parameter.name}`);
    assert.equal(new Set(keys).size, keys.length, `${name}: a parameter twice`);
    for (const response of Object.values(one.responses)) assert.ok(resolved(response).description, name);
    for (const requirement of one.security) {
      for (const scheme of Object.keys(requirement)) assert.ok(description.components.securitySchemes[scheme], name);
    }
  }
});

test('every schema is JSON Schema 2020-12', () => {
  // An unknown keyword (a misspelling) does not compile.
  const compile = (value, where) => {
    if (!value || typeof value !== 'object') return;
    if (value.schema) assert.doesNotThrow(() => compiled(value.schema), where);
    for (const [key, inner] of Object.entries(value)) if (key !== 'schema') compile(inner, `${where}/${key}`);
  };
  compile(description, '#');
});

// --- the answers -------------------------------------------------------------------------------

// Values for the {names} of paths: what the site itself shows, and one of each that is not there.
async function pathValues(people) {
  const list = await json('/catalogue');
  const slugs = list.results.map((result) => result.slug);
  const offers = await Promise.all(slugs.map((slug) => json(`/catalogue/${slug}`)));
  const sessionIds = offers.flatMap((offer) => offer.sessions.map((session) => String(session.id)));
  assert.ok(slugs.length > 5);
  const trainings = await Promise.all(people.map((person) => json('/my-trainings', person)));
  const enrolments = trainings.flatMap((one) => [...one.coming, ...one.waiting, ...one.past]).map((one) => String(one.id));
  // What only some roles see: whoever may not look, is of no help here.
  const seen = async (path, pick) => (await Promise.all(people.map(async (person) => {
    const response = await get(path, person);
    return response.status === 200 ? pick(await response.json()) : [];
  }))).flat().map(String);
  const codes = await seen('/organisations', (list) => list.organisations.slice(0, 3).map((one) => one.code));
  const venues = await seen('/venues', (list) => list.venues.filter((one) => one.can_change).slice(0, 3).map((one) => one.code));
  codes.push(...await seen('/circuits', (list) => list.organisations.slice(0, 3).map((one) => one.code)));
  const ids = await seen('/offers', (list) => list.offers.slice(0, 3).map((one) => one.id));
  return {
    slug: slugs, session: sessionIds.slice(0, 40), enrolment: enrolments,
    code: [...new Set([...codes, ...venues])], id: [...new Set(ids)], number: ['1'],
  };
}
// Somebody who need not ask first takes a seat: {person, answer}.
async function takeSeat(sessionIds) {
  for (const person of await sessions()) {
    for (const id of sessionIds.slice(0, 8)) {
      const response = await post(`/sessions/${id}/enrolments`, person);
      const answer = await response.json();
      if (response.status === 201) return { person, answer };
      check(description.components.schemas.Problem, answer, id);
    }
  }
  assert.fail('no session takes anybody');
}
// Not there until somebody sets it up on the command line.
const may_be_absent = ['/sign-in/emergency'];
function* pathsOf(pattern, values) {
  const name = pattern.match(/\{([^}]+)\}/)?.[1];
  if (!name) return yield pattern;
  for (const value of [...(values[name] ?? ['1', '2', '3']), '999999999', 'nothing'].slice(-42)) {
    yield* pathsOf(pattern.replace(`{${name}}`, value), values);
  }
}

test('what is answered is what the document says', { timeout: 120_000 }, async (t) => {
  const people = await sessions();
  await takeSeat((await pathValues([])).session);
  const values = await pathValues(people);
  const problem = description.components.schemas.Problem;
  for (const { path, method, operation } of operations()) {
    const schema = schemaOf(operation.responses['200'], 'application/json');
    if (method !== 'get' || !schema) continue;
    await t.test(`GET ${path}`, async () => {
      let good = 0;
      for (const session of [undefined, ...people]) {
        for (const real of pathsOf(path, values)) {
          const response = await get(real, session);
          if (response.status === 303) {  // a test that is finished leads to its result
            assert.match(response.headers.get('location'), /^\//);
            continue;
          }
          const body = await response.json();
          if (response.status === 200) {
            check(schema, body, real);
            good += 1;
          } else {
            assert.ok([401, 403, 404].includes(response.status), `${real}: ${response.status}`);
            assert.equal(response.headers.get('content-type'), 'application/problem+json');
            check(problem, body, real);
            assert.equal(body.status, response.status);
          }
        }
      }
      if (good === 0) t.diagnostic(`nobody could see ${path}`);
      if (may_be_absent.includes(path)) return;
      if (!path.includes('{') || values[path.match(/\{([^}]+)\}/)[1]]) assert.ok(good > 0, `nobody could see ${path}`);
    });
  }
});

test('a seat taken and given back is answered as the document says', async () => {
  const answer = (path) => schemaOf(description.paths[path].post.responses['2XX'], 'application/json');
  const values = await pathValues([]);
  const taken = await takeSeat(values.session.reverse());
  check(answer('/sessions/{session}/enrolments'), taken.answer, 'taken');
  const response = await post(`/enrolments/${taken.answer.id}/withdraw`, taken.person);
  assert.equal(response.status, 200);
  check(answer('/enrolments/{enrolment}/withdraw'), await response.json(), 'withdrawn');
  // A field that is wrong is named as the document says.
  const refused = await post('/sign-in', undefined, { person: 'nobody' });
  assert.equal(refused.status, 422);
  const body = await refused.json();
  check(description.components.schemas.Problem, body, 'sign-in');
  assert.equal(body.errors[0].field, 'person');
});
