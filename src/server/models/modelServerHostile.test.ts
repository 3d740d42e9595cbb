/** @file Requests that no client of good will sends, and networks of several inputs and outputs under /v2. */
import { connect } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { smallModels, withWeights } from '../../../test/interop/models.ts';
import {
  ask,
  digits,
  folder,
  PREDICT,
  post,
  serve,
  served,
} from '../../../test/support/modelServers.ts';
import { saveModelFiles } from '../../../test/support/savedModels.ts';
import { openSession } from '../../backends/select.ts';
import { sizeOf } from '../../base/shape.ts';
import { inferenceGraph, parameterNames } from '../../nn/programs/programs.ts';
import { restoreStates } from '../../train/snapshots/snapshot.ts';
import type { ModelServer } from './openModelServer.ts';

const several = withWeights(smallModels.severalEnds());
const INFER = '/v2/models/digits/infer';

let server: ModelServer;
beforeAll(async () => {
  const ends = saveModelFiles(path.join(folder, 'ends'), several);
  server = await serve({ models: await served(digits, `ends=${ends}`) });
});
afterAll(() => server?.close(1));

describe('a network of several inputs and outputs', () => {
  const wave = (length: number, step: number) =>
    Array.from({ length }, (_, i) => Math.sin(i * step));
  const shapes = { picture: [6, 6, 2], other: [6, 6, 2], numbers: [3] };
  const inputs = Object.entries(shapes).map(([name, shape], i) => ({
    name,
    shape: [2, ...shape],
    datatype: 'FP32',
    data: wave(2 * sizeOf(shape), 0.3 + i),
  }));

  async function expected(): Promise<Record<string, number[]>> {
    await using session = await openSession({ threads: 1, revectorize: 'off' });
    const scope = session.scopeOf();
    const program = scope.compile(inferenceGraph(several.spec, 2));
    restoreStates(scope, parameterNames(several.spec), several.weights);
    for (const { name, data } of inputs) program.input(`x/${name}`).set(data);
    program.run();
    const read = async (name: string) => [...(await program.output(`output/${name}`))];
    return { class: await read('class'), map: await read('map') };
  }

  const near = (given: readonly number[], wanted: readonly number[]): void => {
    const off = given.map((v, i) => Math.abs(v - (wanted[i] ?? Number.NaN)));
    expect([given.length, Math.max(...off) < 1e-4]).toEqual([wanted.length, true]);
  };

  it('takes and gives all of them by name', async () => {
    const { body: about } = await ask(server, '/v2/models/ends');
    expect(about.inputs.map((one: { name: string }) => one.name)).toEqual(Object.keys(shapes));
    expect(about.outputs).toEqual([
      { name: 'class', datatype: 'FP32', shape: [-1, 4] },
      { name: 'map', datatype: 'FP32', shape: [-1, 4, 4, 3] },
    ]);
    const { body } = await post(server, '/v2/models/ends/infer', { inputs });
    const wanted = await expected();
    for (const { name, shape, data } of body.outputs) {
      expect(shape).toEqual(name === 'class' ? [2, 4] : [2, 4, 4, 3]);
      near(data, wanted[name]);
    }
    expect(new Set(body.outputs[0].data).size).toBe(8);
  });

  it('gives those that are asked for, in their order, some as bytes', async () => {
    const outputs = [{ name: 'map', parameters: { binary_data: true } }, { name: 'class' }];
    const response = await fetch(new URL('/v2/models/ends/infer', server.url), {
      method: 'POST',
      body: JSON.stringify({ inputs, outputs }),
    });
    const bytes = Buffer.from(await response.arrayBuffer());
    const length = Number(response.headers.get('inference-header-content-length'));
    const head = JSON.parse(bytes.subarray(0, length).toString());
    expect(head.outputs).toMatchObject([
      { name: 'map', parameters: { binary_data_size: 2 * 48 * 4 } },
      { name: 'class', shape: [2, 4] },
    ]);
    const map = new Float32Array(new Uint8Array(bytes.subarray(length)).buffer);
    const wanted = await expected();
    near([...map], wanted.map);
  });

  it('names what is missing, and reads no pictures', async () => {
    const said = await post(server, '/v2/models/ends/infer', { inputs: inputs.slice(1) });
    expect(said.body.error).toMatch(/"picture" is there 0 times; expected: one tensor for each of/);
    const uneven = [{ ...inputs[0], shape: [1, 6, 6, 2], data: wave(72, 1) }, ...inputs.slice(1)];
    const counts = await post(server, '/v2/models/ends/infer', { inputs: uneven });
    expect(counts.body.error).toMatch(/inputs of 1 and 2 rows; expected: equally many/);
    const picture = await post(server, '/v1/models/ends/predict', { picture: [[0]] });
    expect(picture.body.detail).toMatch(/POST \/v2\/models\/ends\/infer takes numbers/);
  });
});

/** A request as it goes over the wire, and what comes back before the connection closes. */
function wire(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    const socket = connect(server.port, '127.0.0.1', () => socket.write(text));
    socket.on('data', (bytes) => {
      said += bytes;
      socket.end();
    });
    socket.on('close', () => resolve(said));
    socket.on('error', reject);
  });
}

describe('a request of ill will', () => {
  const one = { name: 'input', shape: [1, 28, 28, 1], datatype: 'FP32', data: Array(784).fill(0) };

  it('that is nested without end is refused, not followed', async () => {
    const deep = '['.repeat(90_000) + ']'.repeat(90_000);
    for (const [where, body] of [
      [PREDICT, `{"picture": ${deep}}`],
      [INFER, `{"inputs": [{"name": "input", "shape": [1], "datatype": "FP32", "data": ${deep}}]}`],
    ]) {
      const headers = { 'content-type': 'application/json' };
      const said = await ask(server, where, { method: 'POST', body, headers });
      expect([said.status, said.body.detail ?? said.body.error]).toEqual([
        400,
        expect.stringMatching(/JSON of more than \d+ levels/),
      ]);
    }
  });

  it('that asks for one output many times gets none', async () => {
    const outputs = Array(2000).fill({ name: 'probabilities' });
    const said = await post(server, INFER, { inputs: [one], outputs });
    expect([said.status, said.body.error]).toEqual([
      400,
      'the output "probabilities" is asked for twice; expected: each output once',
    ]);
  });

  it('that brings bytes along for nothing is told so', async () => {
    const head = JSON.stringify({ inputs: [one] });
    const said = await ask(server, INFER, {
      method: 'POST',
      body: `${head}12345`,
      headers: { 'inference-header-content-length': String(head.length) },
    });
    expect([said.status, said.body.error]).toEqual([
      400,
      '5 bytes belong to no tensor; expected: binary_data_size of each binary tensor',
    ]);
  });

  it('that says "__proto__" changes nothing', async () => {
    const body = `{"__proto__": {"top": 1}, "picture": [[0]]}`;
    const headers = { 'content-type': 'application/json' };
    const said = await ask(server, PREDICT, { method: 'POST', body, headers });
    expect([said.status, said.body.detail]).toEqual([400, expect.stringMatching(/"__proto__"/)]);
  });

  it('of an unknown kind, packed or in no form is told so', async () => {
    const kinds = [
      ['multipart/form-data; boundary=b', '--b\r\nContent-Disp', 400, /form cannot be read/],
      ['multipart/form-data', 'x', 400, /form cannot be read/],
      ['text/plain', 'x', 415, /received text\/plain/],
      ['application/json; charset=utf-16', '\ud83d[', 400, /not JSON/],
      ['', 'x', 422, /not a picture/],
    ] as const;
    for (const [kind, body, status, words] of kinds) {
      const headers = { 'content-type': kind };
      const bytes = new TextEncoder().encode(body);
      const said = await ask(server, PREDICT, { method: 'POST', body: bytes, headers });
      expect([kind, said.status]).toEqual([kind, status]);
      expect(said.body.detail).toMatch(words);
    }
  });

  it('that does not say how long it is ends where the limit is', async () => {
    const chunk = `8000\r\n${'x'.repeat(0x8000)}\r\n`;
    const said = await wire(
      `POST ${PREDICT} HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\nContent-Type: image/png\r\nTransfer-Encoding: chunked\r\n\r\n${chunk.repeat(7)}`,
    );
    expect(said).toMatch(/^HTTP\/1.1 413/);
  });

  it('that is no HTTP closes its connection alone', async () => {
    expect(await wire('\u0000\u0001 nothing\r\n\r\n')).toMatch(/^HTTP\/1.1 400/);
    expect((await ask(server, '/v2/health/ready')).status).toBe(200);
  });
});
