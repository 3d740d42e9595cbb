/** @file Keras files through the door of Node: read in a thread of its own, with an end; and archives that claim gigabytes. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { strToU8, zipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FoveaError } from '../../src/base/errors.ts';
import { importApart } from '../../src/interop/apart.node.ts';
import { exportModel } from '../../src/interop/exporters.ts';
import { importModel } from '../../src/interop/importers.ts';
import type { ThreadedSource } from '../../src/interop/importing.ts';
import { openSource } from '../../src/interop/source.node.ts';
import { modelOf } from '../../src/models/index.ts';
import { asTrained } from './asTrained.ts';
import { expectSame } from './roundTrip.ts';

const folder = mkdtempSync(join(tmpdir(), 'fovea-apart-'));
afterAll(() => rmSync(folder, { recursive: true }));

const model = asTrained(modelOf('lenet5'));
let opened: ThreadedSource;

async function kept(name: string, bytes: Uint8Array): Promise<ThreadedSource> {
  const file = join(folder, name);
  writeFileSync(file, bytes);
  return openSource(file);
}

beforeAll(async () => {
  const files = await exportModel(model, 'h5', { name: 'net' });
  opened = await kept('net.h5', files.get('net.h5')!);
});

const refusal = (task: Promise<unknown>): Promise<FoveaError> =>
  task.then(
    () => expect.fail('it was imported'),
    (error: unknown) => {
      expect(error).toBeInstanceOf(FoveaError);
      return error as FoveaError;
    },
  );

/** A thread that hears, and goes round for ever. */
const ENDLESS = new URL(
  `data:text/javascript,${encodeURIComponent(
    "import { parentPort } from 'node:worker_threads';" +
      "parentPort.on('message', () => { parentPort.postMessage({ state: 'begun' }); for (;;); });",
  )}`,
);

describe('a file for a library', () => {
  it('is read in a thread, with the same result', async () => {
    const { apart } = opened;
    let calls = 0;
    const counted: ThreadedSource = {
      ...opened,
      apart: (source, options) => {
        calls++;
        return apart!(source, options);
      },
    };
    const inThread = await importModel(counted);
    expect(calls).toBe(1);
    expect(inThread.format).toBe('keras');
    expectSame(inThread, model);
    const { apart: _, ...here } = opened;
    expectSame(inThread, await importModel(here));
  });

  it('is refused in the same words', async () => {
    const cut = await kept('cut.h5', opened.bytes.slice(0, 4000));
    const { apart: _, ...here } = cut;
    const [inThread, inPlace] = [await refusal(importModel(cut)), await refusal(importModel(here))];
    expect(inThread.parts).toEqual(inPlace.parts);
  });

  it('is read with the weights and the network that come with it', async () => {
    const json = await kept('net.json', strToU8('{"class_name": "Sequential"}'));
    const failure = await refusal(importModel(json, { format: 'keras', weights: opened }));
    expect(failure.message).toMatch(/net\.json/);
    const onto = await importModel(opened, { model: model.spec });
    expectSame(onto, model);
  });

  it('is given up where the library never comes back', async () => {
    const failure = await refusal(importApart(opened, {}, { worker: ENDLESS, limit: 50 }));
    expect(failure.message).toMatch(/net\.h5: .*not done after 0\.05 s and was stopped/);
    expectSame(await importModel(opened), model); // and the next one is read
  });
});

describe('an archive that is no larger than its head', () => {
  /** A .keras file whose first entry claims to be this large. */
  function archive(config: Uint8Array, claimed: number): Uint8Array {
    const bytes = zipSync({ 'config.json': config, 'model.weights.h5': new Uint8Array(100) });
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    const directory = bytes.findIndex((_, i) => view.getUint32(i, true) === 0x02014b50);
    view.setUint32(22, claimed, true);
    view.setUint32(directory + 24, claimed, true);
    return bytes;
  }

  it.each([
    ['claims gigabytes', strToU8('{}'), 4_000_000_000, /claims 4000000100 bytes unpacked/],
    ['hides megabytes', new Uint8Array(2 ** 22), 100, /config\.json.*(100|more)/],
  ])('and %s is refused', async (_, config, claimed, words) => {
    const bytes = archive(config, claimed);
    expect(bytes.length).toBeLessThan(8000);
    const before = process.memoryUsage().arrayBuffers;
    const failure = await refusal(importModel(await kept('bomb.keras', bytes)));
    expect(failure.message).toMatch(words);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2e7);
  });
});
