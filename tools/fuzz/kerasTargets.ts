/**
 * @file Models of Keras and TensorFlow.js for the fuzzer: small ones as we write them, read back however damaged.
 */
import { type NonEmpty, nonEmpty } from '../../src/base/lists.ts';
import { exportModel } from '../../src/interop/exporters.ts';
import { importModel } from '../../src/interop/importers.ts';
import { sourceOfFiles } from '../../src/interop/source.ts';
import { layers } from '../../src/nn/layers/index.ts';
import { input, model } from '../../src/nn/model.ts';
import { sequential } from '../../src/nn/sequential.ts';
import { asTrained } from '../../test/interop/asTrained.ts';
import { graphModelOf } from '../../test/interop/graphDef.ts';
import type { Target } from './targets.ts';

const { add, batchNormalization, conv2d, dense, flatten } = layers;

/** A chain, and a model of branches, whose JSON says how they go. */
function small() {
  const chain = sequential({ inputShape: [3, 3, 1], name: 'chain' }, [
    conv2d({ filters: 2, kernelSize: 2, activation: 'relu' }),
    batchNormalization(),
    flatten(),
    dense({ units: 2 }),
  ]);
  const x = input({ shape: [2] });
  const shared = dense({ units: 2, activation: 'tanh' });
  const branches = model({
    name: 'branches',
    inputs: x,
    outputs: add()(shared(x), shared(shared(x))),
  });
  return [asTrained(chain), asTrained(branches)];
}

export async function kerasTargets(): Promise<Record<string, Target>> {
  const models = small();
  const written = async (to: string) => {
    const all = await Promise.all(models.map((one) => exportModel(one, to, { name: 'm' })));
    return all.map((files) => nonEmpty([...files], 'files'));
  };
  const whole = async (to: string, name: string): Promise<Target> => ({
    seeds: (await written(to)).flatMap(([[, bytes]]) => [bytes]),
    read: async (bytes) => importModel(await sourceOfFiles(name, new Map([[name, bytes]]))),
  });
  /** Two files in one: the JSON up to a line end, then the weights. */
  const pair = (files: readonly NonEmpty<readonly [string, Uint8Array]>[]): Target => ({
    seeds: files.map(([[, json], ...rest]) =>
      Buffer.concat([json, Buffer.from('\n'), ...rest.map(([, bytes]) => bytes)]),
    ),
    read: async (bytes) => {
      const end = bytes.indexOf(10);
      const at = end === -1 ? bytes.length : end;
      const weights = bytes.subarray(at + 1);
      const names = ['m-shard1of1.bin', 'weights/all.bin'];
      const beside = names.map((name) => [name, weights] as const);
      const all = new Map([['m.json', bytes.subarray(0, at)], ...beside]);
      await importModel(await sourceOfFiles('m.json', all), { format: 'tfjs' });
    },
  });
  const graphs = models.slice(0, 1).map((one) => [...graphModelOf(one, { fused: true })]);
  return {
    keras: await whole('keras', 'm.keras'),
    kerasH5: await whole('h5', 'm.h5'),
    tfjs: pair(await written('tfjs')),
    tfjsGraph: pair(graphs.map((files) => nonEmpty(files, 'files'))),
  };
}
