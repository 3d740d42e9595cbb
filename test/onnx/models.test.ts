/**
 * @file ONNX models of others: what they get right here, that they train on, and that graph and layers agree.
 *
 * The accuracies are those an independent implementation found on the first 1,000 test pictures.
 */
import { readFileSync } from 'node:fs';
import { fromBinary } from '@bufbuild/protobuf';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Session } from '../../src/backends/backend.ts';
import { openSession } from '../../src/backends/select.ts';
import { type Dataset, loadDataset } from '../../src/index.ts';
import { importModel } from '../../src/interop/importers.ts';
import { readOnnx } from '../../src/interop/onnx/importOnnx.ts';
import { TensorProtoSchema } from '../../src/interop/onnx/proto/schema.ts';
import { readTensor } from '../../src/interop/onnx/tensors.ts';
import { parsePreprocessing } from '../../src/interop/preprocessing.ts';
import { openSource } from '../../src/interop/source.node.ts';
import { evaluate } from '../../src/train/evaluation/evaluate.ts';
import { fit } from '../../src/train/fit.ts';
import { behindDoor, door } from '../support/doors.ts';
import { layersProgram, runBothWays } from './bothWays.ts';

interface Known {
  readonly file: string;
  readonly data: 'mnist' | 'cifar10';
  readonly preprocess: string;
  readonly accuracy: number;
}

const KNOWN: readonly Known[] = [
  { file: 'lenet5-openvino', data: 'mnist', preprocess: 'mnist', accuracy: 0.979 },
  { file: 'lenet5-web', data: 'mnist', preprocess: '0..1', accuracy: 0.982 },
  { file: 'mlp-batch10', data: 'mnist', preprocess: 'mnist', accuracy: 0.968 },
  { file: 'mnist-8-opt', data: 'mnist', preprocess: 'mnist', accuracy: 0.987 },
  { file: 'mnist-cnn-bn', data: 'mnist', preprocess: 'mnist', accuracy: 0.975 },
  { file: 'tiny-mnist', data: 'mnist', preprocess: '0..1', accuracy: 0.935 },
  {
    file: 'vnn-cifar-base-kw',
    data: 'cifar10',
    preprocess: 'mean=0.485/0.456/0.406,std=0.225',
    accuracy: 0.611,
  },
  { file: 'vnn-cifar10-resnet-2b', data: 'cifar10', preprocess: 'cifar10', accuracy: 0.703 },
  { file: 'vnn-convnet-avgpool', data: 'mnist', preprocess: '0..1', accuracy: 0.974 },
  { file: 'vnn-marabou-cifar10-small', data: 'cifar10', preprocess: '0..1', accuracy: 0.63 },
];

/** Networks of ImageNet whose weights are all one number: a thousand equal probabilities. */
const LIGHT = ['light_bvlc_alexnet', 'light_squeezenet', 'light_resnet50'];

let session: Session;
beforeAll(async () => {
  session = await openSession();
});
afterAll(() => session.close());

behindDoor('FOVEA_MODELS', 'ONNX models of others', (folder) => {
  const fileOf = (name: string) => `${folder}/onnx/${name}.onnx`;

  it.each([...KNOWN.map(({ file }) => file), 'lenet5-tanh-avgpool-32'])(
    '%s answers the same as graph and as layers',
    async (name) => {
      const { outputs } = await runBothWays(session, readFileSync(fileOf(name)));
      for (const { graph, layers } of outputs) {
        expect(new Set(graph).size).toBeGreaterThan(1);
        graph.forEach((y, i) => {
          expect(Math.abs(layers[i]! - y)).toBeLessThanOrEqual(1e-4 + 1e-5 * Math.abs(y));
        });
      }
    },
    60_000,
  );

  it.each(LIGHT)(
    '%s has the shapes and operators of its network',
    async (name) => {
      const light = `${folder}/onnx-light/${name}`;
      const imported = await importModel(await openSource(`${light}.onnx`));
      const { graph } = await readOnnx(await openSource(`${light}.onnx`));
      expect(graph.output).toHaveLength(1);
      const right = readTensor(
        fromBinary(TensorProtoSchema, readFileSync(`${light}_output_0.pb`)),
        name,
      );
      const scope = session.scopeOf();
      const { program, inputs, outputs } = layersProgram(scope, imported, 1);
      const pixels = 3 * 224 * 224;
      const plane = 224 * 224;
      // (3, 224, 224), number i is i / 150528, here channels last.
      inputs[0]!.set(
        Float32Array.from(
          { length: pixels },
          (_, i) => ((i % 3) * plane + Math.floor(i / 3)) / pixels,
        ),
      );
      program.run();
      const found = await program.output(outputs[0]!.name);
      right.read().forEach((y, i) => {
        expect(Math.abs(found[i]! - y)).toBeLessThanOrEqual(1e-3 * y + 1e-7);
      });
      scope.free();
    },
    120_000,
  );

  if (door('FOVEA_DATA') === undefined) return;
  const sets = new Map<string, Promise<Dataset>>();
  const dataOf = (name: Known['data']) => {
    const loaded = sets.get(name) ?? loadDataset(name, { testCount: 1000, trainCount: 5000 });
    sets.set(name, loaded);
    return loaded;
  };

  it.each(KNOWN)(
    '$file gets right what its authors say, and trains on',
    async (known) => {
      const { file, data, preprocess, accuracy } = known;
      const imported = await importModel(await openSource(fileOf(file)));
      const { preprocessing } = parsePreprocessing(preprocess, imported.spec);
      const spec = { ...imported.spec, preprocessing };
      const dataset = await dataOf(data);
      const { classes } = dataset;
      const before = await evaluate(session, spec, dataset.test, {
        classes,
        weights: imported.weights,
      });
      expect(Math.abs(before.accuracy - accuracy)).toBeLessThanOrEqual(0.002 + 1e-9);

      const epoch = {
        epochs: 1,
        batchSize: 64,
        optimizer: { kind: 'sgd', learningRate: 2e-4, momentum: 0 } as const,
        initialWeights: imported.weights,
      };
      let loss = Number.POSITIVE_INFINITY;
      for await (const event of fit(session, spec, dataset, epoch)) {
        if (event.type === 'epoch') loss = event.train.loss;
      }
      const after = await evaluate(session, spec, dataset.test, { classes });
      expect(loss).toBeLessThan(Math.log(classes.length));
      expect(after.accuracy).toBeGreaterThanOrEqual(before.accuracy - 0.005);
      session.scopeOf(spec).free();
    },
    120_000,
  );
});
