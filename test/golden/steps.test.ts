/**
 * @file Whole training steps against an independent framework: losses, first gradients, final parameters.
 *
 * The reference backend is slow and takes two steps; the others take them all.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Session } from '../../src/backends/backend.ts';
import { readSafetensors } from '../../src/interop/safetensors/safetensors.ts';
import { modelOf } from '../../src/models/index.ts';
import { adam } from '../../src/nn/optimizers/adam.ts';
import { gradientGraph, parameterNames, trainingGraph } from '../../src/nn/programs/programs.ts';
import { backends } from '../backends.ts';
import { expectClose } from '../support/compare.ts';
import { behindDoor, door, skipped } from '../support/doors.ts';
import { allMnistRows } from './mnistRows.ts';

/** Of losses, and of tensors relative to their largest magnitude. */
const TOLERANCE = 1e-4;

interface Recording {
  readonly batch: number;
  readonly steps: number;
  readonly losses: readonly number[];
  readonly parameters: Readonly<Record<string, readonly number[]>>;
}

behindDoor('FOVEA_GOLDEN', 'golden steps', (golden) => {
  const data = door('FOVEA_DATA');
  if (data === undefined) skipped('lenet5-keras', 'FOVEA_DATA is not set');
  else describe('lenet5-keras', () => lenet5Steps(join(golden, 'steps/lenet5-keras'), data));
});

function lenet5Steps(files: string, data: string): void {
  const { batch, losses, parameters, ...recording }: Recording = JSON.parse(
    readFileSync(`${files}.json`, 'utf8'),
  );
  const { tensors } = readSafetensors(readFileSync(`${files}.safetensors`));
  const recorded = (name: string) => tensors.get(name)!.data;
  const { fill: fillBatch } = allMnistRows(data);
  const spec = modelOf('lenet5');
  // Parameters stand in the same order in both.
  const theirs = Object.keys(parameters);
  const names = parameterNames(spec).map((ours, i) => ({ ours, theirs: theirs[i] }));
  const begin = (session: Session) => {
    for (const name of names) session.writeState(name.ours, recorded(`init.${name.theirs}`));
  };

  describe.each(backends)('on $name', ({ name: backend, open }) => {
    it('has the gradients of the first step', async () => {
      const session = await open();
      const program = session.compile(gradientGraph(spec, {}, batch));
      begin(session);
      fillBatch(program, 0);
      program.run();
      expectClose(await program.output('logits'), recorded('output1'), TOLERANCE, 'logits');
      for (const { ours, theirs } of names) {
        const gradient = await program.output(`gradient/${ours}`);
        expectClose(gradient, recorded(`grad1.${theirs}`), TOLERANCE, ours);
      }
      await session.close();
    });

    const steps = backend === 'reference' ? 2 : recording.steps;
    it(`has the losses of ${steps} Adam steps`, async () => {
      const optimizer = adam();
      const session = await open();
      const program = session.compile(trainingGraph(spec, { optimizer }, batch));
      begin(session);
      for (let step = 0; step < steps; step++) {
        fillBatch(program, step * batch);
        for (const [name, value] of Object.entries(optimizer.scalars(step, 0.001))) {
          program.input(name)[0] = value;
        }
        program.run();
        const error = Math.abs((await program.output('loss'))[0] - losses[step]) / losses[step];
        expect(error, `loss of step ${step}`).toBeLessThan(TOLERANCE);
      }
      if (steps === recording.steps) {
        for (const { ours, theirs } of names) {
          expectClose(await session.readState(ours), recorded(`final.${theirs}`), TOLERANCE, ours);
        }
      }
      await session.close();
    });
  });
}
