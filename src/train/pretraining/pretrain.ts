/**
 * @file Greedy pre-training without labels: each convolution of a network learns to explain what the layers before it
 * give, one after the other; then the network is trained as ever, from these weights.
 *
 * Two ways: a denoising auto-encoder per layer (`autoencoder.ts`), or a convolutional restricted Boltzmann machine
 * with probabilistic max-pooling, trained by CD-1 (`boltzmann.ts`). Layers in between (pooling, normalisation) pass
 * numbers on as they are; the layers behind the last convolution keep what is drawn for them. The network of 2012 did
 * without: "we did not use any unsupervised pre-training even though we expect that it will help".
 * Source: Hinton, Osindero, Teh 2006; Lee et al. 2009. Next stop: `train/snapshots/warmStart.ts`.
 */
import type { Session } from '../../backends/backend.ts';
import { UsageError, unreachable } from '../../base/errors.ts';
import { fitsPattern } from '../../base/patterns.ts';
import { type ImageShape, sizeOf } from '../../base/shape.ts';
import { fillInput } from '../../data/batches/arrayBatches.ts';
import type { Split } from '../../data/dataset.ts';
import { parametersOf } from '../../nn/network.ts';
import { initialStates } from '../../nn/programs/programs.ts';
import { layerShapes, type PlacedLayer } from '../../nn/shapes.ts';
import { checkOneInOneOut, inputsOf, type ModelSpec } from '../../nn/spec.ts';
import type { StateValue } from '../../nn/trained.ts';
import { fittedSplit } from '../checks.ts';
import { activations } from '../prediction/batchPrediction.ts';
import { type EncoderEpoch, trainEncoder } from './autoencoder.ts';
import { type MachineEpoch, trainMachine } from './boltzmann.ts';
import { machineOf, onto, standardised } from './machineOfLayer.ts';
import { type PretrainOptions, settingsOf } from './pretrainOptions.ts';

export type PretrainEvent =
  | { readonly type: 'layer'; readonly layer: string; readonly layers: readonly string[] }
  | {
      readonly type: 'epoch';
      readonly layer: string;
      /** From 1. */
      readonly epoch: number;
      readonly epochs: number;
      /** Mean square of what the layer reads minus its reconstruction; of an auto-encoder, from noise. */
      readonly error: number;
      /** Of a machine: mean probability that a hidden unit is on. */
      readonly activity?: number;
    }
  | {
      readonly type: 'done';
      /** Of the layers that were trained: what `initialWeights` of `fit` takes. */
      readonly weights: ReadonlyMap<string, StateValue>;
    };

/**
 * Pre-trains a network's convolutions on pictures; labels are not read.
 *
 *     for await (const event of pretrain(session, spec, data.train, { method: 'autoencoder' })) {
 *       if (event.type === 'done') weights = event.weights;
 *     }
 *     fit(session, spec, data, { initialWeights: weights });
 */
export async function* pretrain(
  session: Session,
  spec: ModelSpec,
  pictures: Split,
  options: PretrainOptions,
): AsyncGenerator<PretrainEvent, void, void> {
  const settings = settingsOf(options);
  const placed = chosenLayers(spec, options.layers);
  const layers = placed.map(({ spec: { name } }) => name);
  const first = initialStates(spec, { seed: settings.seed });
  const weights = new Map<string, StateValue>(
    parametersOf(spec).map(({ name, shape }) => [
      name,
      { shape, data: first.get(name) ?? unreachable(`no "${name}"`) },
    ]),
  );
  const trained = new Map<string, StateValue>();
  for (const layer of placed) {
    const { name } = layer.spec;
    yield { type: 'layer', layer: name, layers };
    const rows = await readBy(session, spec, weights, pictures, layer);
    const training = trainLayer(session, layer, rows, settings);
    for (;;) {
      const { done, value } = await training.next();
      if (done !== true) {
        yield { type: 'epoch', layer: name, epochs: settings.epochs, ...value };
        continue;
      }
      for (const [own, data] of Object.entries<Float32Array>({ ...value })) {
        const shape = weights.get(`${name}/${own}`)?.shape;
        if (shape === undefined) continue; // a layer without biases
        for (const all of [weights, trained]) all.set(`${name}/${own}`, { shape, data });
      }
      break;
    }
  }
  yield { type: 'done', weights: trained };
}

type Learned = { readonly kernel: Float32Array; readonly bias?: Float32Array };

async function* trainLayer(
  session: Session,
  layer: PlacedLayer,
  rows: Float32Array,
  settings: ReturnType<typeof settingsOf>,
): AsyncGenerator<EncoderEpoch | MachineEpoch, Learned, void> {
  const inputShape = layer.inputShapes[0] as ImageShape;
  if (settings.method === 'autoencoder') {
    const own = { ...settings, optimizer: settings.optimizerOf() };
    return yield* trainEncoder(session, layer.spec, inputShape, rows, own);
  }
  const { numbers, scale, visible } = standardised(rows);
  const machine = machineOf(layer, visible, settings);
  const own = { ...settings, optimizer: settings.optimizerOf(visible) };
  const learned = yield* trainMachine(session, machine, numbers, own);
  return onto(learned, scale, machine, layer.spec.options.activation);
}

/** Throws where a model cannot be pre-trained so: before anything is. */
export function checkPretraining(spec: ModelSpec, options: PretrainOptions): void {
  settingsOf(options);
  chosenLayers(spec, options.layers);
}

/** What a layer reads of every picture, with the weights as they are by now. */
async function readBy(
  session: Session,
  spec: ModelSpec,
  weights: ReadonlyMap<string, StateValue>,
  pictures: Split,
  layer: PlacedLayer,
): Promise<Float32Array> {
  const { split } = fittedSplit(spec, pictures);
  const [{ name: input, preprocessing }] = inputsOf(spec);
  const [from] = layer.inputs;
  if (from === input) {
    const numbers = new Float32Array(split.count * sizeOf(spec.inputShape));
    const all = Int32Array.from({ length: split.count }, (_, n) => n);
    fillInput(split.images, split.count, all, preprocessing, numbers);
    return numbers;
  }
  const found = await activations(session, { spec, weights }, split.images, [from]);
  return found[from].data;
}

/** The convolutions that read pictures, in their order; throws where a name or pattern fits none. */
function chosenLayers(
  spec: ModelSpec,
  patterns: readonly string[] = ['*'],
): readonly PlacedLayer[] {
  checkOneInOneOut(spec, 'to learn from pictures alone');
  const all = layerShapes(spec).filter((placed) => placed.spec.kind === 'conv2d');
  const fits = patterns.map((pattern) => ({ pattern, is: fitsPattern(pattern) }));
  const wrong = fits.find(({ is }) => !all.some((placed) => is(placed.spec.name)));
  if (wrong === undefined)
    return all.filter(({ spec: { name } }) => fits.some(({ is }) => is(name)));
  const names = all.map((placed) => placed.spec.name);
  throw new UsageError({
    option: 'layers',
    problem:
      names.length === 0
        ? `${spec.name} has no convolution (conv2d)`
        : `no convolution of ${spec.name} is named "${wrong.pattern}"`,
    expected: `names or patterns such as conv*${names.length === 0 ? ', of convolutions' : `, of ${names.join(', ')}`}`,
  });
}
