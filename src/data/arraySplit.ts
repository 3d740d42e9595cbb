/**
 * @file Rows in memory by name: what models of several inputs or outputs, or of values, learn from.
 *
 * A set of pictures with one class each is a `Split`; this says any number of inputs and targets. Next stop:
 * `batches/arrayBatches.ts`; `train/rows.ts` checks that they fit a model.
 */

/** Bytes are pixels, which the model's preprocessing makes numbers of; floats enter as they are. */
export type InputRows = Uint8Array | Float32Array;
/** Class numbers, or values (count, ...). */
export type TargetRows = Uint8Array | Int32Array | Float32Array;

export interface ArraySplit {
  readonly count: number;
  /** (count, ...) row-major, by the name of the input: "input" where the model names none. */
  readonly inputs: Readonly<Record<string, InputRows>>;
  /** By the name of the output: "output" where the model names none. Reconstructions need none. */
  readonly targets?: Readonly<Record<string, TargetRows>>;
}

export function isArrays(split: object): split is ArraySplit {
  return 'inputs' in split;
}

/** Rows [from, to); no copy. */
export function sliceArrays({ count, inputs, targets }: ArraySplit, from: number, to: number) {
  const cut = <T extends TargetRows | InputRows>(rows: Readonly<Record<string, T>>) =>
    Object.fromEntries(
      Object.entries(rows).map(([name, data]) => {
        const size = data.length / count;
        return [name, data.subarray(from * size, to * size) as T];
      }),
    );
  return {
    count: to - from,
    inputs: cut(inputs),
    ...(targets === undefined ? {} : { targets: cut(targets) }),
  };
}
