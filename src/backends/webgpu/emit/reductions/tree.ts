/**
 * @file Sums whose rounding is carried on, by one invocation and by a workgroup, in an order that is fixed.
 *
 * A sum is two numbers: what it is in float32, and what rounding took from it (Knuth's two-sum). So a total of
 * numbers that all but cancel keeps its digits, as if it were taken in float64.
 */

/**
 * `plus(a, b)`: the sum of a sum and a sum. `total(sum)`: its number; what infinity took away is no number.
 *
 * Drivers take (a + b) - a for b, as in real numbers, which would leave nothing to carry. So two results go through
 * bits that no compiler knows: those of a third dimension of workgroups, which there is not.
 */
const PLUS = `var<private> noBits: u32;
fn rounded(x: f32) -> f32 { return bitcast<f32>(bitcast<u32>(x) | noBits); }
fn plus(a: vec2<f32>, b: vec2<f32>) -> vec2<f32> {
  let sum = rounded(a.x + b.x);
  let grown = rounded(sum - a.x);
  return vec2<f32>(sum, a.y + b.y + (a.x - (sum - grown)) + (b.x - grown));
}
fn total(sum: vec2<f32>) -> f32 {
  return select(sum.x + sum.y, sum.x, abs(sum.x) > 3.4028234e38f);
}`;

/** Sums of one invocation: declare, begin, add to. */
export const carried = {
  declarations: PLUS,
  /** @param place the invocation's or the workgroup's place in three dimensions, the last of which is 0 */
  begin: (place: string): string => `noBits = ${place}.z;`,
  add: (sum: string, value: string): string => `${sum} = plus(${sum}, vec2<f32>(${value}, 0f));`,
} as const;

export interface Tree {
  readonly declarations: string;
  /** Statements after which `laneSums[0]` holds the sum over all lanes of a variable; `lane` is the invocation. */
  sum(variable: string): string;
}

/** @param size invocations of the workgroup, a power of two */
export function treeOf(size: number): Tree {
  const steps: number[] = [];
  for (let half = size / 2; half >= 1; half /= 2) steps.push(half);
  return {
    declarations: `${PLUS}\nvar<workgroup> laneSums: array<vec2<f32>, ${size}>;`,
    sum: (variable) =>
      [
        `laneSums[lane] = ${variable};`,
        'workgroupBarrier();',
        ...steps.flatMap((half) => [
          `if (lane < ${half}u) { laneSums[lane] = plus(laneSums[lane], laneSums[lane + ${half}u]); }`,
          'workgroupBarrier();',
        ]),
      ].join('\n  '),
  };
}
