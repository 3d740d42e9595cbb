/**
 * @file Training steps of both LeNets against an independent framework, from what the repository holds: rows,
 * first values, losses, and summaries of the answers, the first gradients and the final parameters.
 *
 * The whole tensors are judged in `steps.test.ts` and `lenet1998Steps.test.ts`, behind their door.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Session } from '../../src/backends/backend.ts';
import { modelOf } from '../../src/models/index.ts';
import type { LossName } from '../../src/nn/losses/losses.ts';
import { optimizerOf } from '../../src/nn/optimizers/index.ts';
import { gradientGraph, parameterNames, trainingGraph } from '../../src/nn/programs/programs.ts';
import { backends } from '../backends.ts';
import { firstMnistRows, type MnistRows } from './mnistRows.ts';
import { connectedOf, expectSummary, scaledFormula, type TensorSummary } from './recordedSteps.ts';

/** Of losses, and of tensors relative to their largest magnitude. */
const TOLERANCE = 1e-4;

/** By the formula of `recordedSteps.ts`, one repeated, or as they are. */
type FirstValues = { readonly shape: readonly number[] } & (
  | { readonly seed: number; readonly scale: number }
  | { readonly value: number }
  | { readonly values: readonly number[] }
);

interface ShortRecording {
  readonly model: string;
  readonly loss: LossName;
  readonly optimizer: string;
  readonly learningRate: number;
  readonly batch: number;
  readonly losses: readonly number[];
  readonly parameters: Readonly<Record<string, FirstValues>>;
  readonly output1: TensorSummary;
  readonly grad1: Readonly<Record<string, TensorSummary>>;
  readonly final: Readonly<Record<string, TensorSummary>>;
}

function firstValues(given: FirstValues): ArrayLike<number> {
  if ('values' in given) return given.values;
  const length = given.shape.reduce((product, n) => product * n, 1);
  if ('value' in given) return new Float32Array(length).fill(given.value);
  return scaledFormula(length, given.seed, given.scale);
}

const rows = firstMnistRows();

const RUNS: readonly {
  readonly file: string;
  fill(...given: Parameters<MnistRows['fill']>): void;
}[] = [
  { file: 'lenet5-keras', fill: rows.fill },
  { file: 'lenet5-1998', fill: (program, first) => rows.fillOf1998(program, first) },
];

for (const { file, fill } of RUNS) {
  const path = join(import.meta.dirname, 'pytorch/steps', `${file}.json`);
  const recording = JSON.parse(readFileSync(path, 'utf8')) as ShortRecording;
  const { model, loss, batch, losses, parameters, learningRate } = recording;
  const spec = modelOf(model);
  // Parameters stand in the same order in both.
  const theirs = Object.keys(parameters);
  const names = parameterNames(spec).map((ours, i) => ({ ours, theirs: theirs[i] }));
  const begin = (session: Session) => {
    for (const { ours, theirs } of names) {
      const values = firstValues(parameters[theirs]);
      session.writeState(ours, theirs === 'c3.kernel' ? connectedOf(values) : values);
    }
  };

  describe.each(backends)(`${file} on $name`, ({ name: backend, open }) => {
    it('has the answers and gradients of the first step', async () => {
      const session = await open();
      const program = session.compile(gradientGraph(spec, { loss }, batch));
      begin(session);
      fill(program, 0);
      program.run();
      // The recording of 1998 has distances, which are the logits' negatives.
      const answers = (await program.output('logits')).map((x) => (loss === 'map' ? -x : x));
      expectSummary(answers, recording.output1, TOLERANCE, 'answers');
      for (const { ours, theirs } of names.filter(({ theirs }) => theirs in recording.grad1))
        expectSummary(
          await program.output(`gradient/${ours}`),
          recording.grad1[theirs],
          TOLERANCE,
          ours,
        );
      await session.close();
    });

    it(`has the losses of ${losses.length} steps`, async ({ skip }) => {
      skip(backend === 'reference', 'the plain loops would take half a minute');
      const optimizer = optimizerOf(recording.optimizer);
      const session = await open();
      const program = session.compile(trainingGraph(spec, { optimizer, loss }, batch));
      begin(session);
      for (let step = 0; step < losses.length; step++) {
        fill(program, step * batch);
        const scalars = Object.entries(optimizer.scalars(step, learningRate));
        for (const [name, value] of scalars) program.input(name)[0] = value;
        program.run();
        const error = Math.abs((await program.output('loss'))[0] - losses[step]) / losses[step];
        expect(error, `loss of step ${step}`).toBeLessThan(TOLERANCE);
      }
      for (const { ours, theirs } of names)
        expectSummary(
          await session.readState(ours),
          recording.final[theirs],
          TOLERANCE,
          `${ours} at the end`,
        );
      await session.close();
    });
  });
}
