/** @file Whom a model server answers, and what it does when that is too much, too slow or over. */
import { writeFileSync } from 'node:fs';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  ask,
  digits,
  drawnDigits,
  folder,
  PREDICT,
  serve,
  served,
} from '../../../test/support/modelServers.ts';
import { named, saveModelFiles } from '../../../test/support/savedModels.ts';
import type { ModelServer } from './openModelServer.ts';

let server: ModelServer;
let pngs: Buffer[];
beforeAll(async () => {
  server = await serve();
  ({ pngs } = await drawnDigits());
});
afterAll(() => server?.close(1));

/** With a Host or an Origin of one's own, which fetch does not allow. */
function askAs(
  headers: Record<string, string>,
  where = '/v1/models',
  { port } = server,
  method = 'GET',
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    httpRequest({ port, host: '127.0.0.1', path: where, headers, method }, (response) => {
      response.resume();
      resolve(response);
    })
      .on('error', reject)
      .end();
  });
}

describe('who is answered', () => {
  it('those who ask for its own names, from its own page or none', async () => {
    expect((await askAs({ host: `localhost:${server.port}` })).statusCode).toBe(200);
    expect((await askAs({ host: `evil.example:${server.port}` })).statusCode).toBe(421);
    expect((await askAs({ origin: `http://127.0.0.1:${server.port}` })).statusCode).toBe(200);
    expect((await askAs({ origin: 'https://evil.example' })).statusCode).toBe(403);
  });

  it('others where they are named, and those with the token', async () => {
    const open = await serve({
      allowHosts: ['Models.example.org'],
      allowOrigins: ['https://app.example'],
      token: 'open sesame',
    });
    try {
      const bearer = { authorization: 'Bearer open sesame' };
      const asked = (headers: Record<string, string>, where?: string, method?: string) =>
        askAs(headers, where, open, method);
      expect((await asked(bearer)).statusCode).toBe(200);
      expect((await asked({ ...bearer, host: 'models.example.org' })).statusCode).toBe(200);
      // Its own page under that name, whatever the port, and no other server of that machine.
      for (const [origin, status] of [
        ['http://models.example.org:8129', 200],
        ['http://models.example.org:3000', 403],
      ] as const) {
        const own = await asked({ ...bearer, host: 'models.example.org:8129', origin });
        expect(own.statusCode).toBe(status);
      }
      const allowed = await asked({ ...bearer, origin: 'https://app.example' });
      expect(allowed.statusCode).toBe(200);
      expect(allowed.headers).toMatchObject({
        'access-control-allow-origin': 'https://app.example',
        vary: 'origin',
      });
      const before = await asked(
        { origin: 'https://app.example' },
        '/v1/models/digits/predict',
        'OPTIONS',
      );
      expect([before.statusCode, before.headers['access-control-allow-headers']]).toEqual([
        204,
        expect.stringContaining('authorization'),
      ]);
      for (const headers of [
        {},
        { authorization: 'Bearer open' },
        { authorization: 'open sesame' },
        { authorization: 'Basic Bearer open sesame' },
      ]) {
        const refused = await asked(headers as Record<string, string>);
        expect([refused.statusCode, refused.headers['www-authenticate']]).toEqual([
          401,
          'Bearer realm="fovea"',
        ]);
        expect((await asked(headers as Record<string, string>, '/metrics')).statusCode).toBe(401);
      }
      expect((await asked({}, '/v2/health/ready')).statusCode).toBe(200);
    } finally {
      await open.close(1);
    }
  });
});

/** Sends the head of a request and `sent` of its bytes, and leaves it so. */
function halfARequest(
  to: ModelServer,
  sent = 10,
): Promise<{ end(): void; answer: Promise<string> }> {
  return new Promise((resolve, reject) => {
    const socket = connect(to.port, '127.0.0.1', () => {
      socket.write(
        `POST ${PREDICT} HTTP/1.1\r\nHost: 127.0.0.1:${to.port}\r\nContent-Type: image/png\r\nContent-Length: 1000\r\n\r\n${'x'.repeat(sent)}`,
      );
      let said = '';
      const answer = new Promise<string>((done) => {
        socket.on('data', (bytes) => {
          said += bytes;
        });
        socket.on('close', () => done(said));
      });
      resolve({ end: () => socket.destroy(), answer });
    });
    socket.on('error', reject);
  });
}

/** Resolves when the server has so many requests in hand. */
const inHand = (to: ModelServer, count: number) =>
  expect
    .poll(async () => (await ask(to, '/metrics')).body)
    .toContain(`fovea_requests_in_hand ${count}\n`);

describe('too much, too slow, gone', () => {
  it('sends the next away while it has its hands full, and takes it when others have gone', async () => {
    const small = await serve({ maxRequests: 2 });
    try {
      const held = [await halfARequest(small), await halfARequest(small)];
      await inHand(small, 2);
      const full = await ask(small, PREDICT, { method: 'POST', body: new Uint8Array(pngs[0]) });
      expect([full.status, full.headers.get('retry-after')]).toEqual([429, '1']);
      expect(full.body.detail).toMatch(/2 requests are in hand/);
      for (const one of held) one.end();
      await expect
        .poll(
          async () =>
            (await ask(small, PREDICT, { method: 'POST', body: new Uint8Array(pngs[0]) })).status,
        )
        .toBe(200);
    } finally {
      await small.close(1);
    }
  });

  it('does not wait for ever for a body', async () => {
    const hasty = await serve({ timeout: 1 });
    try {
      const { answer } = await halfARequest(hasty);
      expect(await answer).toMatch(/^HTTP\/1.1 408/);
    } finally {
      await hasty.close(1);
    }
  });

  it('gives up what nobody waits for, and what takes too long', async () => {
    const patient = await serve({ maxDelay: 60_000, timeout: 60 });
    const slow = await serve({ maxDelay: 60_000, timeout: 1 });
    try {
      const controller = new AbortController();
      const gone = ask(patient, PREDICT, {
        method: 'POST',
        body: new Uint8Array(pngs[0]),
        signal: controller.signal,
      }).catch((e: Error) => e.name);
      await inHand(patient, 1);
      controller.abort();
      expect(await gone).toBe('AbortError');
      const late = await ask(slow, PREDICT, { method: 'POST', body: new Uint8Array(pngs[0]) });
      expect([late.status, late.headers.get('retry-after')]).toEqual([503, '1']);
      expect(late.body.detail).toMatch(/not answered within 1 seconds/);
      for (const server of [patient, slow]) {
        await inHand(server, 0);
        const { body } = await ask(server, '/metrics');
        expect(body).not.toMatch(/fovea_batch_rows_count\{model="digits"\} [1-9]/);
      }
    } finally {
      await patient.close(1);
      await slow.close(1);
    }
  });
});

describe('its beginning and its end', () => {
  it('answers what is in hand, and nothing after it', async () => {
    const closing = await serve({ maxDelay: 600_000, timeout: 600 });
    const asked = ask(closing, PREDICT, { method: 'POST', body: new Uint8Array(pngs[0]) });
    await inHand(closing, 1);
    const closed = closing.close(60);
    expect((await asked).status).toBe(200);
    await closed;
    await expect(ask(closing, '/v2')).rejects.toThrow();
  });

  it('says that it is stopping to whoever has a connection still', async () => {
    const closing = await serve({ maxDelay: 600_000, timeout: 600 });
    let said = '';
    const socket = connect(closing.port, '127.0.0.1');
    const ended = new Promise((resolve) => socket.on('close', resolve));
    socket.on('data', (bytes) => {
      said += bytes;
    });
    const head = `HTTP/1.1\r\nHost: 127.0.0.1:${closing.port}\r\n`;
    socket.write(
      `POST ${PREDICT} ${head}Content-Type: image/png\r\nContent-Length: ${pngs[0].length}\r\n\r\n`,
    );
    socket.write(pngs[0]);
    await inHand(closing, 1);
    const closed = closing.close(60);
    socket.write(`GET /v2/health/ready ${head}\r\n`);
    await Promise.all([closed, ended]);
    expect([...said.matchAll(/HTTP\/1.1 (\d+)/g)].map(([, status]) => status)).toEqual([
      '200',
      '503',
    ]);
    expect(said).toContain('{"ready":false}');
  });

  it('says that a port is taken before it loads anything', async () => {
    await expect(serve({ port: server.port })).rejects.toThrow(/another program uses this port/);
  });

  it('names a folder that is broken, and a name that is taken', async () => {
    const broken = saveModelFiles(path.join(folder, 'broken'), named('lenet5'));
    writeFileSync(path.join(broken, 'weights.safetensors'), 'nothing');
    await expect(served(digits, broken)).rejects.toThrow(/broken.weights\.safetensors/);
    await expect(served(digits, path.join(folder, 'nobody'))).rejects.toThrow(/nobody/);
    await expect(served(digits, digits)).rejects.toThrow(/"digits" is .* already/);
  });

  it('describes itself', async () => {
    const { body } = await ask(server, '/openapi.json');
    expect(Object.keys(body.paths)).toEqual(
      expect.arrayContaining(['/v1/models/{name}/predict', '/v2/models/{name}/infer', '/metrics']),
    );
    expect(body.paths['/v1/models/{name}/predict'].post.parameters[0].schema.enum).toEqual([
      'digits',
    ]);
  });
});
