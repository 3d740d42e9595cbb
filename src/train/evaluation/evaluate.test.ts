/**
 * @file Evaluation reports the loss that the model is trained on: penalties with it, and by ten crops too.
 */
import { describe, expect, it } from 'vitest';
import { openSession } from '../../backends/select.ts';
import { parseAugmentation } from '../../data/augment/index.ts';
import type { Split } from '../../data/dataset.ts';
import { layers } from '../../nn/layers/index.ts';
import type { LossName } from '../../nn/losses/losses.ts';
import { sgd } from '../../nn/optimizers/sgd.ts';
import { initialStates, trainingGraph } from '../../nn/programs/programs.ts';
import { sequential } from '../../nn/sequential.ts';
import type { ModelSpec } from '../../nn/spec.ts';
import { Feed } from '../feed.ts';
import { compileEvaluation, evaluate, measure, openEvaluationBatches } from './evaluate.ts';

const { dense, flatten } = layers;
const classes = ['a', 'b', 'c'];

/** Pictures of `side` x `side` that differ from place to place. */
function pictures(count: number, side: number): Split {
  const images = Uint8Array.from({ length: count * side * side }, (_, i) => (i * i * 37) % 251);
  const labels = Uint8Array.from({ length: count }, (_, n) => n % 3);
  return { count, images, labels };
}

const spec = (l2: number) =>
  sequential({ inputShape: [4, 4, 1] }, [
    flatten(),
    dense({ units: 5, activation: 'tanh', l2 }),
    dense({ units: 3, activation: 'softmax', l2: 2 * l2 }),
  ]);

const weightsOf = (model: ModelSpec) =>
  new Map(
    [...initialStates(model, { seed: 2 })].map(([name, data]) => [
      name,
      { shape: [data.length], data },
    ]),
  );

const LOSSES: readonly LossName[] = ['sparseCategoricalCrossentropy', 'meanSquaredError'];

describe.each(['reference', 'wasm'] as const)('evaluation on %s', (backend) => {
  it.each(LOSSES)('has the loss of a training step, penalties included: %s', async (loss) => {
    const model = spec(0.1);
    const split = pictures(6, 4);
    const session = await openSession({ backend, threads: 1 });
    const source = await openEvaluationBatches(model, split);
    const graph = trainingGraph(model, { optimizer: sgd(), loss }, 6);
    const step = new Feed(graph, session.compile(graph), model);
    const program = compileEvaluation(session, model, source.batchSize, { loss });
    const weights = weightsOf(model);
    for (const [name, { data }] of weights) session.writeState(name, data);
    const validation = await measure(program, source);
    const evaluation = await evaluate(session, model, split, { classes, loss, weights });
    step.bind();
    step.fill(source, 0, 0);
    step.executable.run();
    const [trained] = await step.executable.output('loss');
    expect(validation.loss).toBeCloseTo(trained, 5);
    expect(evaluation.loss).toBeCloseTo(trained, 5);
    // Far from what it would be without the penalties.
    const bare = await evaluate(session, spec(0), split, { classes, loss, weights });
    expect(evaluation.loss - bare.loss).toBeGreaterThan(0.1);
    await session.close();
  });
});

it('by ten crops the loss is the mean of that of the ten', async () => {
  const loss = 'meanSquaredError';
  const model = spec(0.1);
  const split = pictures(5, 6);
  const session = await openSession({ backend: 'reference' });
  const weights = weightsOf(model);
  const reading = {
    augmentation: parseAugmentation('crop', [4, 4, 1]),
    stored: [6, 6, 1] as const,
  };
  const ten = await evaluate(session, model, split, { classes, loss, weights, reading, crops: 10 });
  // The four corners and the middle, each mirrored as well.
  const corners = [0, 2].flatMap((top) => [0, 2].map((left) => [top, left] as const));
  const views = [...corners, [1, 1] as const].flatMap(([top, left]) =>
    [false, true].map((mirrored) => ({ top, left, mirrored })),
  );
  const parts = views.flatMap(({ top, left, mirrored }) =>
    Array.from({ length: 5 * 16 }, (_, i) => {
      const [n, y, x] = [Math.floor(i / 16), Math.floor(i / 4) % 4, i % 4];
      return split.images[n * 36 + (top + y) * 6 + left + (mirrored ? 3 - x : x)];
    }),
  );
  const all: Split = {
    count: 50,
    images: Uint8Array.from(parts),
    labels: Uint8Array.from({ length: 50 }, (_, i) => split.labels[i % 5]),
  };
  const single = await evaluate(session, model, all, { classes, loss, weights });
  expect(ten.loss).toBeCloseTo(single.loss, 5);
  await session.close();
});
