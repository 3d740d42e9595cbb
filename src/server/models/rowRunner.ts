/**
 * @file Rows of several tasks run as if they were one batch: a program for 1, 2, 4, ... rows each, made when it is
 * first needed, so that few rows do not pay for many.
 *
 * Rows do not influence each other: what arrives together changes no bit of any answer. Next stop:
 * `nn/programs/programs.ts`.
 */
import type { Executable, Session } from '../../backends/backend.ts';
import { unreachable } from '../../base/errors.ts';
import { sizeOf } from '../../base/shape.ts';
import { fillInput } from '../../data/batches/arrayBatches.ts';
import { inferenceGraph, parameterNames } from '../../nn/programs/programs.ts';
import { inputsOf, nameIn } from '../../nn/spec.ts';
import type { TrainedModel } from '../../nn/trained.ts';
import { restoreStates } from '../../train/snapshots/snapshot.ts';
import type { Numbers, Rows } from './tasks.ts';

export interface RowBatch {
  readonly count: number;
  /** By the name of the input. */
  readonly rows: Rows;
}

export type Outputs = Readonly<Record<string, Numbers>>;

/** Gives each batch's outputs by the names of the inference program. */
export type RunRows = (batches: readonly RowBatch[]) => Promise<Outputs[]>;

export function openRows(session: Session, { spec, weights }: TrainedModel, most: number): RunRows {
  const scope = session.scopeOf();
  const programs = new Map<number, Executable>();
  const programFor = (rows: number): Executable => {
    const size = Math.min(most, 2 ** Math.ceil(Math.log2(rows)));
    const known = programs.get(size);
    if (known !== undefined) return known;
    const program = scope.compile(inferenceGraph(spec, size));
    if (programs.size === 0) restoreStates(scope, parameterNames(spec), weights);
    programs.set(size, program);
    return program;
  };
  const shapes = Object.entries(inferenceGraph(spec, 1).outputs).map(([name, { shape }]) => {
    return { name, shape: shape.slice(1), size: sizeOf(shape) };
  });
  return async (batches) => {
    const results = batches.map(({ count }) =>
      Object.fromEntries(
        shapes.map(({ name, shape, size }) => {
          return [name, { shape: [count, ...shape], data: new Float32Array(count * size) }];
        }),
      ),
    );
    const all = batches.flatMap(({ count, rows }, batch) =>
      Array.from({ length: count }, (_, row) => ({ batch, row, rows, count })),
    );
    for (let begin = 0; begin < all.length; begin += most) {
      const some = all.slice(begin, begin + most);
      const program = programFor(some.length);
      for (const { name, shape, preprocessing } of inputsOf(spec)) {
        const x = program.input(nameIn('x', spec.inputs, name)) as Float32Array;
        const size = sizeOf(shape);
        some.forEach(({ rows, count, row }, i) => {
          const given = rows[name] ?? unreachable(`rows without "${name}"`);
          const to = x.subarray(i * size, (i + 1) * size);
          fillInput(given, count, Int32Array.of(row), preprocessing, to);
        });
      }
      program.run();
      for (const { name, size } of shapes) {
        const given = await program.output(name);
        some.forEach(({ batch, row }, i) => {
          results[batch]?.[name]?.data.set(given.subarray(i * size, (i + 1) * size), row * size);
        });
      }
    }
    return results;
  };
}
