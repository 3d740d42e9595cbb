/**
 * @file The sum of a workgroup: halves added until one is left, in an order that no scheduler changes.
 */

export interface Tree {
  readonly declaration: string;
  /** Statements after which `shared_sums[0]` holds the sum over all lanes of a variable; `lane` is the invocation. */
  sum(variable: string): string;
}

/** @param size invocations of the workgroup, a power of two */
export function treeOf(size: number): Tree {
  const steps: number[] = [];
  for (let half = size / 2; half >= 1; half /= 2) steps.push(half);
  return {
    declaration: `var<workgroup> shared_sums: array<f32, ${size}>;`,
    sum: (variable) =>
      [
        `shared_sums[lane] = ${variable};`,
        'workgroupBarrier();',
        ...steps.flatMap((half) => [
          `if (lane < ${half}u) { shared_sums[lane] += shared_sums[lane + ${half}u]; }`,
          'workgroupBarrier();',
        ]),
      ].join('\n  '),
  };
}
