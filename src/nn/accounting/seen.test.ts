import { describe, expect, it } from 'vitest';
import { openSession } from '../../backends/select.ts';
import { layers } from '../layers/index.ts';
import { initialStates, stagesGraph } from '../programs/programs.ts';
import { sequential } from '../sequential.ts';
import { seenBy } from './seen.ts';
import { summarize } from './summary.ts';

const { conv2d, averagePooling2d } = layers;

describe('what one number sees', () => {
  const spec = sequential({ inputShape: [15, 13, 1], preprocessing: { scale: 1 } }, [
    conv2d({ filters: 1, kernelSize: 3, padding: 'same', kernelInitializer: 'ones' }),
    averagePooling2d({ poolSize: 3, strides: 2 }),
    conv2d({ filters: 1, kernelSize: [2, 3], padding: 'same', kernelInitializer: 'ones' }),
  ]);

  it('is what changes it when it is changed', async () => {
    const field = summarize(spec).layers.at(-1)!.receptiveField!;
    const session = await openSession({ backend: 'reference' });
    const program = session.compile(stagesGraph(spec, 1, ['conv2d_1']));
    for (const [name, data] of initialStates(spec)) session.writeState(name, data);
    const x = program.input('x') as Float32Array;
    for (const place of [
      [0, 0],
      [3, 2],
      [6, 5],
    ] as const) {
      const seen = new Set<string>();
      for (let pixel = 0; pixel < x.length; pixel++) {
        x.fill(0);
        x[pixel] = 1;
        program.run();
        const y = await program.output('stage/conv2d_1');
        const at = place[0] * 6 + place[1];
        if (y[at] !== 0) seen.add(`${Math.floor(pixel / 13)},${pixel % 13}`);
      }
      const [rows, columns] = seenBy(field, place, spec.inputShape);
      const expected = new Set<string>();
      for (let row = rows.first; row < rows.beyond; row++)
        for (let column = columns.first; column < columns.beyond; column++)
          expected.add(`${row},${column}`);
      expect(seen).toEqual(expected);
    }
    session.close();
  });

  it('says where it reaches into the padding', () => {
    const field = summarize(spec).layers[0].receptiveField!;
    const [rows] = seenBy(field, [0, 4], spec.inputShape);
    expect(rows).toEqual({ start: -1, end: 2, first: 0, beyond: 2 });
  });
});
