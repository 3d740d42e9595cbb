/** @file What a model server answers, over HTTP. */
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  ask,
  digits,
  drawnDigits,
  folder,
  PREDICT,
  post,
  serve,
  served,
} from '../../../test/support/modelServers.ts';
import { named, saveModelFiles } from '../../../test/support/savedModels.ts';
import { openSession } from '../../backends/select.ts';
import { pictureToPng } from '../../data/images/contactSheet.ts';
import { predictBatch } from '../../train/prediction/batchPrediction.ts';
import type { ModelServer } from './openModelServer.ts';

let server: ModelServer;
let pixels: Uint8Array[];
let pngs: Buffer[];
beforeAll(async () => {
  const old = saveModelFiles(path.join(folder, 'old'), named('lenet5-1998'));
  server = await serve({ models: await served(digits, `ancient=${old}`) });
  ({ pixels, pngs } = await drawnDigits());
});
afterAll(() => server?.close(1));

const INFER = '/v2/models/digits/infer';

/** What the network gives, computed here; other sums than the worker's where it has pairs. */
async function expected(name: string, rows: Uint8Array): Promise<Float32Array[]> {
  await using session = await openSession({ threads: 1, revectorize: 'off' });
  const { output } = await predictBatch(session, named(name), rows);
  return Array.from({ length: output.data.length / 10 }, (_, i) =>
    output.data.slice(10 * i, 10 * i + 10),
  );
}

const near = (given: readonly number[], wanted: ArrayLike<number>): void => {
  expect(given).toHaveLength(wanted.length);
  given.forEach((v, i) => {
    expect(v).toBeCloseTo(wanted[i], 4);
  });
};

interface Answers {
  readonly answers: readonly { readonly class: string; readonly probability: number }[];
}
const probabilities = ({ answers }: Answers): number[] =>
  [...answers].sort((a, b) => Number(a.class) - Number(b.class)).map((a) => a.probability);

describe('predict', () => {
  it('reads a picture file, several in a form, and pixels in JSON', async () => {
    const [wanted] = await expected('lenet5', pixels[0]);
    const file = await post(server, `${PREDICT}?top=10`, pngs[0]);
    expect(file.status).toBe(200);
    near(probabilities(file.body.predictions[0]), wanted);
    expect(file.body).toMatchObject({
      model: 'digits',
      predictions: [{ blank: false, distances: null }],
    });

    const form = new FormData();
    for (const png of pngs.slice(0, 3))
      form.append('file', new Blob([new Uint8Array(png)]), 'a.png');
    const several = await ask(server, `${PREDICT}?top=10`, { method: 'POST', body: form });
    expect(several.body.predictions).toHaveLength(3);
    expect(several.body.predictions[0]).toEqual(file.body.predictions[0]);

    const rows = Array.from({ length: 28 }, (_, y) => [...pixels[0].slice(28 * y, 28 * y + 28)]);
    for (const picture of [
      rows,
      { width: 28, height: 28, channels: 1, pixels: [...pixels[0]] },
      { base64: pngs[0].toString('base64') },
    ]) {
      const json = await post(server, PREDICT, { picture, top: 10 });
      expect(json.body.predictions).toEqual(file.body.predictions);
    }
    const many = await post(server, PREDICT, { pictures: [rows, rows] });
    expect(many.body.predictions.map((p: Answers) => p.answers.length)).toEqual([3, 3]);
  });

  it('says that a sheet is blank, and gives distances of a network that has them', async () => {
    const blank = pictureToPng(new Uint8Array(900).fill(250), [30, 30, 1]);
    const { body } = await post(server, PREDICT, {
      pictures: [
        { base64: Buffer.from(blank).toString('base64') },
        { base64: pngs[1].toString('base64') },
      ],
    });
    expect(body.predictions.map((p: { blank: boolean }) => p.blank)).toEqual([true, false]);
    expect(body.predictions[1].answers).toHaveLength(3);
    const old = await post(server, '/v1/models/ancient/predict', pngs[0]);
    expect(old.body.predictions[0].distances).toHaveLength(10);
  });

  it('gives what arrives together the bits that it has alone', async () => {
    const alone: unknown[] = [];
    for (const png of pngs)
      alone.push((await post(server, `${PREDICT}?top=10`, png)).body.predictions[0]);
    const together = await Promise.all(pngs.map((png) => post(server, `${PREDICT}?top=10`, png)));
    expect(together.map(({ body }) => body.predictions[0])).toEqual(alone);
    expect(new Set(alone.map((one) => JSON.stringify(one))).size).toBe(12);
    const { body: metrics } = await ask(server, '/metrics');
    const batches = Number(/fovea_batch_rows_count\{model="digits"\} (\d+)/.exec(metrics)?.[1]);
    const rows = Number(/fovea_batch_rows_sum\{model="digits"\} (\d+)/.exec(metrics)?.[1]);
    expect(rows).toBeGreaterThan(batches + 4);
  });
});

describe('the Open Inference Protocol', () => {
  const tensor = { name: 'input', shape: [2, 28, 28, 1] };
  const numbers = () =>
    Float32Array.from([...pixels[0], ...pixels[1]], (v) => v * Math.fround(1 / 255));

  it('describes the server and its models', async () => {
    expect((await ask(server, '/v2')).body).toMatchObject({
      name: 'fovea',
      extensions: ['binary_tensor_data'],
    });
    expect((await ask(server, '/v2/health/live')).body).toEqual({ live: true });
    expect((await ask(server, '/v2/health/ready')).body).toEqual({ ready: true });
    expect((await ask(server, '/v2/models/digits')).body).toEqual({
      name: 'digits',
      versions: ['1'],
      platform: 'fovea',
      inputs: [{ name: 'input', datatype: 'FP32', shape: [-1, 28, 28, 1] }],
      outputs: [{ name: 'probabilities', datatype: 'FP32', shape: [-1, 10] }],
    });
    expect((await ask(server, '/v2/models/digits/versions/1/ready')).body).toEqual({
      name: 'digits',
      ready: true,
    });
    expect(
      (await ask(server, '/v2/models/ancient')).body.outputs.map((o: { name: string }) => o.name),
    ).toEqual(['probabilities', 'distances']);
  });

  it('infers from numbers and from pixels, as JSON', async () => {
    const wanted = await expected('lenet5', Uint8Array.from([...pixels[0], ...pixels[1]]));
    const floats = await post(server, INFER, {
      id: '7',
      inputs: [{ ...tensor, datatype: 'FP32', data: [...numbers()] }],
    });
    expect(floats.body).toMatchObject({
      model_name: 'digits',
      model_version: '1',
      id: '7',
      outputs: [{ name: 'probabilities', datatype: 'FP32', shape: [2, 10] }],
    });
    near(floats.body.outputs[0].data, Float32Array.from([...wanted[0], ...wanted[1]]));
    const nested = [pixels[0], pixels[1]].map((p) => [...p]);
    const bytes = await post(server, INFER, {
      inputs: [{ ...tensor, datatype: 'UINT8', data: nested }],
    });
    near(bytes.body.outputs[0].data, floats.body.outputs[0].data);
  });

  it('takes and gives bytes where that is asked', async () => {
    const floats = numbers();
    const json = await post(server, INFER, {
      inputs: [{ ...tensor, datatype: 'FP32', data: [...floats] }],
    });
    const head = Buffer.from(
      JSON.stringify({
        inputs: [
          { ...tensor, datatype: 'FP32', parameters: { binary_data_size: floats.byteLength } },
        ],
        outputs: [{ name: 'probabilities', parameters: { binary_data: true } }],
      }),
    );
    const response = await fetch(new URL(INFER, server.url), {
      method: 'POST',
      body: Buffer.concat([head, Buffer.from(floats.buffer)]),
      headers: { 'inference-header-content-length': String(head.length) },
    });
    const bytes = Buffer.from(await response.arrayBuffer());
    const length = Number(response.headers.get('inference-header-content-length'));
    expect(JSON.parse(bytes.subarray(0, length).toString())).toMatchObject({
      outputs: [{ name: 'probabilities', shape: [2, 10], parameters: { binary_data_size: 80 } }],
    });
    const given = new Float32Array(new Uint8Array(bytes.subarray(length)).buffer);
    expect([...given]).toEqual(json.body.outputs[0].data);
  });

  it('names what is wrong, as { error }', async () => {
    const data = new Array(784).fill(0);
    const one = { name: 'input', shape: [1, 28, 28, 1], datatype: 'FP32', data };
    const cases: [unknown, RegExp][] = [
      [{}, /inputs: .*expected: \{ "inputs"/],
      [{ inputs: [] }, /"input" is there 0 times/],
      [{ inputs: [one, one] }, /"input" is there 2 times/],
      [{ inputs: [one, { ...one, name: 'mask' }] }, /unknown input "mask"; expected: input/],
      [
        { inputs: [{ ...one, shape: [1, 784] }] },
        /shape \(1, 784\); expected: \(rows, 28, 28, 1\)/,
      ],
      [{ inputs: [{ ...one, shape: [0, 28, 28, 1] }] }, /shape \(0, 28, 28, 1\)/],
      [{ inputs: [{ ...one, data: data.slice(1) }] }, /783 numbers; expected: 784/],
      [{ inputs: [{ ...one, datatype: 'INT64' }] }, /is of INT64; expected: FP32/],
      [{ inputs: [{ ...one, data: [...data.slice(1), null] }] }, /holds null at 783/],
      [
        { inputs: [{ ...one, datatype: 'UINT8', data: [...data.slice(1), 256] }] },
        /holds 256 at 783/,
      ],
      [{ inputs: [{ ...one, data: [...data.slice(1), 1e300] }] }, /NaN or Infinity/],
      [
        { inputs: [one], outputs: [{ name: 'logits' }] },
        /unknown output "logits"; expected: probabilities/,
      ],
      [
        { inputs: [{ ...one, data: undefined, parameters: { binary_data_size: 3136 } }] },
        /claims 3136 bytes, and 0 are left/,
      ],
    ];
    for (const [body, words] of cases) {
      const said = await post(server, INFER, body);
      expect([said.status, Object.keys(said.body)]).toEqual([400, ['error']]);
      expect(said.body.error).toMatch(words);
    }
    const notJson = await ask(server, INFER, { method: 'POST', body: '{"inputs": NaN}' });
    expect([notJson.status, notJson.body.error]).toEqual([
      400,
      expect.stringContaining('this is not JSON'),
    ]);
    expect((await post(server, '/v2/models/nobody/infer', {})).body.error).toMatch(
      /no model "nobody"; expected: digits, ancient/,
    );
    expect((await post(server, '/v2/models/digits/versions/2/infer', {})).status).toBe(404);
  });
});

describe('what cannot be answered', () => {
  const said = async (where: string, body: unknown, headers = {}) => {
    const { status, headers: given, body: problem } = await post(server, where, body, headers);
    expect(given.get('content-type')).toBe('application/problem+json');
    expect(problem).toMatchObject({ status, type: 'about:blank', title: expect.any(String) });
    return `${status} ${problem.detail}`;
  };

  it('has a status and words of its own', async () => {
    expect(await said('/v1/models/nobody/predict', pngs[0])).toMatch(
      /^404 there is no model "nobody"; expected: digits, ancient/,
    );
    expect(await said(PREDICT, new Uint8Array(100))).toMatch(
      /^422 .*not a picture that can be read; expected: a PNG/,
    );
    expect(await said(PREDICT, new Uint8Array(0))).toMatch(/^400 the request is empty/);
    expect(await said(PREDICT, pngs[0].subarray(0, 60))).toMatch(/^422 .*cannot be decoded/);
    expect(
      await said(PREDICT, {
        pictures: [{ base64: pngs[0].toString('base64') }, { base64: 'AAAA' }],
      }),
    ).toMatch(/^422 picture 1: .*not a picture/);
    expect(await said(PREDICT, {})).toMatch(/^400 no picture; expected: \{ "picture": P \}/);
    expect(await said(PREDICT, { picture: 1, pictures: [] })).toMatch(/^400 both/);
    expect(await said(PREDICT, { pictures: [] })).toMatch(/^400 received 0 pictures/);
    expect(await said(PREDICT, { picture: 'digit.png' })).toMatch(
      /^422 picture 0: received string; expected: \{ "picture"/,
    );
    expect(
      await said(PREDICT, {
        picture: { width: 2, height: 2, channels: 1, pixels: [1, 2, 3, 'x'] },
      }),
    ).toMatch(/^422 picture 0: "pixels" is no list of bytes/);
    expect(await said(PREDICT, { picture: [[0]], tpo: 3 })).toMatch(/^400 /);
    expect(await said(`${PREDICT}?top=0`, pngs[0])).toMatch(/^400 top: /);
    expect(await said(`${PREDICT}?invert=maybe`, pngs[0])).toMatch(/^400 invert: /);
    expect(await said(PREDICT, pngs[0], { 'content-type': 'text/html' })).toMatch(
      /^415 received text\/html/,
    );
    expect(await said(PREDICT, new Uint8Array(200_001))).toMatch(
      /^413 the request is too large; expected: at most 200000/,
    );
    expect((await ask(server, PREDICT)).status).toBe(404);
  });

  it('a picture that claims to be 10,000 x 10,000 is not decoded', async () => {
    const claims = new Uint8Array(pngs[0]);
    new DataView(claims.buffer).setUint32(16, 10_000);
    new DataView(claims.buffer).setUint32(20, 10_000);
    const tooLarge = /^422 a picture of 10000 x 10000; expected: at most 4194304 pixels/;
    expect(await said(PREDICT, claims)).toMatch(tooLarge);
    // A bitmap of bits is small for what it holds.
    const bits = new TextEncoder().encode('P4 # a bitmap\n10000 10000\n');
    expect(await said(PREDICT, bits)).toMatch(tooLarge);
  });
});
