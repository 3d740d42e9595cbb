import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import { onlyKnownOrigins, onlyNamedHosts, onlyWithBearer } from './guards.ts';
import { answerProblem, type HttpProblem } from './problems.ts';

type Guard = ReturnType<typeof onlyNamedHosts>;

/** The status of a request with these headers, and the headers of the answer. */
async function asked(guard: Guard, headers: Record<string, string>, method = 'GET') {
  const app = new Hono().use(guard).all('/', (c) => c.text('in'));
  app.onError((error, c) => answerProblem(c, error as HttpProblem));
  const { status, headers: given } = await app.request('/', { method, headers });
  return { status, allowed: given.get('access-control-allow-origin') };
}

describe('a name that is asked for', () => {
  it('is one of the server, with its port or without', async () => {
    const guard = onlyNamedHosts(new Set(['localhost:8129', 'models.example.org']));
    const names = [
      'localhost:8129',
      'LOCALHOST:8129',
      'models.example.org',
      'models.example.org:1',
    ];
    for (const host of names) expect((await asked(guard, { host })).status, host).toBe(200);
    for (const host of ['localhost', 'localhost:1', 'evil.example', ''])
      expect((await asked(guard, { host })).status, host).toBe(421);
  });

  it('is any where that is allowed', async () => {
    expect((await asked(onlyNamedHosts(new Set(['*'])), { host: 'any.example' })).status).toBe(200);
  });
});

describe('a page that asks', () => {
  const [host, own] = ['localhost:8129', 'http://localhost:8129'];
  const guard = (...origins: string[]) => onlyKnownOrigins(new Set([host]), new Set(origins));
  const app = 'https://app.example';

  it('is the own one, or one that is named and told so', async () => {
    expect(await asked(guard(), { host, origin: own })).toEqual({ status: 200, allowed: null });
    expect((await asked(guard(), { host, origin: app })).status).toBe(403);
    expect(await asked(guard(app), { host, origin: app })).toEqual({ status: 200, allowed: app });
    expect((await asked(guard(app), { host, origin: 'http://app.example' })).status).toBe(403);
    expect(await asked(guard('*'), { host, origin: app })).toEqual({ status: 200, allowed: app });
    expect((await asked(guard(), { host })).status).toBe(200);
  });

  it('is told beforehand what it may do, and nothing is done', async () => {
    expect((await asked(guard(app), { host, origin: app }, 'OPTIONS')).status).toBe(204);
    expect((await asked(guard(), { host, origin: app }, 'OPTIONS')).status).toBe(403);
  });
});

it('a token is asked for as RFC 6750 writes it, in capitals or not', async () => {
  const guard = onlyWithBearer('open sesame');
  const status = async (authorization: string) => (await asked(guard, { authorization })).status;
  expect(await status('Bearer open sesame')).toBe(200);
  expect(await status('bearer open sesame')).toBe(200);
  for (const wrong of [
    '',
    'open sesame',
    'Bearer open',
    'Bearer OPEN SESAME',
    'x Bearer open sesame',
  ])
    expect(await status(wrong), wrong).toBe(401);
});
