/**
 * @file Training steps of LeNet-5 as of 1998 against an independent framework: eq. 9 with j = 1, plain SGD.
 *
 * The recording keeps C3's kernel as (5, 5, 6, 16) with zeros where Table I has no connection; ours has the
 * 60 kernels that exist. The reference backend is slow and takes one step; the others take them all, once
 * in the recorded order of rows and once with each batch shuffled, which changes no loss.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Session } from '../../src/backends/backend.ts';
import { readSafetensors } from '../../src/interop/safetensors/safetensors.ts';
import { modelOf } from '../../src/models/index.ts';
import { lenetConnections } from '../../src/models/lenet5Of1998.ts';
import { sgd } from '../../src/nn/optimizers/sgd.ts';
import { gradientGraph, parameterNames, trainingGraph } from '../../src/nn/programs/programs.ts';
import { backends } from '../backends.ts';
import { expectClose } from '../support/compare.ts';
import { behindDoor, door, skipped } from '../support/doors.ts';
import { allMnistRows } from './mnistRows.ts';
import { connectedOf } from './recordedSteps.ts';

/** Of losses, and of tensors relative to their largest magnitude. */
const TOLERANCE = 1e-4;

interface Recording {
  readonly batch: number;
  readonly steps: number;
  readonly losses: readonly number[];
  readonly parameters: Readonly<Record<string, readonly number[]>>;
  readonly c3: readonly (readonly number[])[];
}

behindDoor('FOVEA_GOLDEN', 'golden steps of LeNet-5 1998', (golden) => {
  const data = door('FOVEA_DATA');
  if (data === undefined) skipped('lenet5-1998', 'FOVEA_DATA is not set');
  else describe('lenet5-1998', () => judge(join(golden, 'steps/lenet5-1998'), data));
});

function judge(files: string, data: string): void {
  const recording: Recording = JSON.parse(readFileSync(`${files}.json`, 'utf8'));
  const { batch, losses, parameters, c3, steps } = recording;
  const { tensors } = readSafetensors(readFileSync(`${files}.safetensors`));
  const spec = modelOf('lenet5-1998');
  const rows = allMnistRows(data);
  // Parameters stand in the same order in both.
  const theirs = Object.keys(parameters);
  const names = parameterNames(spec).map((ours, i) => ({ ours, theirs: theirs[i] }));
  const recorded = (kind: string, name: string): ArrayLike<number> => {
    const { data: numbers } = tensors.get(`${kind}.${name}`)!;
    return name === 'c3.kernel' ? connectedOf(numbers) : numbers;
  };
  const begin = (session: Session) => {
    for (const name of names) session.writeState(name.ours, recorded('init', name.theirs));
  };

  it('has the table of connections', () => expect(lenetConnections).toEqual(c3));

  describe.each(backends)('on $name', ({ name: backend, open }) => {
    it('has the gradients of the first step', async () => {
      const session = await open();
      const program = session.compile(gradientGraph(spec, { loss: 'map' }, batch));
      begin(session);
      rows.fillOf1998(program, 0);
      program.run();
      const distances = (await program.output('logits')).map((x) => -x);
      expectClose(distances, tensors.get('output1')!.data, TOLERANCE, 'distances');
      for (const { ours, theirs } of names.filter(({ ours }) => ours !== 'output/centers')) {
        const gradient = await program.output(`gradient/${ours}`);
        expectClose(gradient, recorded('grad1', theirs), TOLERANCE, ours);
      }
      await session.close();
    });

    const taken = backend === 'reference' ? 1 : steps;
    it.each([
      ['as recorded', undefined],
      ['shuffled', 5],
    ])(`has the losses of ${taken} steps, rows %s`, async (_, shuffle) => {
      const session = await open();
      const program = session.compile(
        trainingGraph(spec, { optimizer: sgd(), loss: 'map' }, batch),
      );
      begin(session);
      for (let step = 0; step < taken; step++) {
        rows.fillOf1998(program, step * batch, shuffle);
        program.input('learningRate')[0] = 1e-3;
        program.run();
        const error = Math.abs((await program.output('loss'))[0] - losses[step]) / losses[step];
        expect(error, `loss of step ${step}`).toBeLessThan(TOLERANCE);
      }
      if (taken === steps) {
        for (const { ours, theirs } of names) {
          expectClose(await session.readState(ours), recorded('final', theirs), TOLERANCE, ours);
        }
      }
      await session.close();
    });
  });
}
