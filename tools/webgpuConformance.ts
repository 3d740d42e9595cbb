/**
 * @file `node tools/webgpuConformance.ts [--software] [--binding=BYTES] [OP...]`: every op of the table on a graphics adapter.
 *
 * The cases are those of the conformance suite, the judge is the ops' own loops in float64. Prints, per forward op,
 * its cases and the worst distance from the judge as a share of what the case allows; ends with 1 where one is
 * beyond it. `--software`: on Chromium's SwiftShader. `--binding=1024`: as if a kernel could bind no larger buffer, and
 * no more than 8, so that values lie in several and dispatches are cut.
 */
import { webgpuBackend } from '../src/backends/webgpu/index.ts';
import { messageOf } from '../src/base/errors.ts';
import type { ConformanceCase } from '../test/conformance/case.ts';
import { cases } from '../test/conformance/cases.ts';
import { caseNumbers, graphOf, judged, runOn } from '../test/conformance/judge.ts';
import { distanceOf } from '../test/support/distance.ts';
import { softwareGpu } from '../test/support/softwareGpu.ts';

const [flags, names] = [true, false].map((isFlag) =>
  process.argv.slice(2).filter((word) => word.startsWith('--') === isFlag),
) as [string[], string[]];

const gpu = flags.includes('--software') ? await softwareGpu() : undefined;
if (typeof gpu === 'string') throw new Error(gpu);
const binding = flags.find((flag) => flag.startsWith('--binding='))?.split('=')[1];
const session = await webgpuBackend.open({
  ...(gpu === undefined ? {} : { gpu }),
  ...(binding === undefined ? {} : { limits: { maxBinding: Number(binding), maxBuffers: 8 } }),
});
console.log(session.plan);

/** The worst distance of a case as a share of its tolerance, or what went wrong. */
async function shareOf(test: ConformanceCase): Promise<number | string> {
  try {
    const graph = graphOf(test);
    const numbers = caseNumbers(test, graph);
    const expected = judged(graph, numbers);
    const actual = await runOn(session, graph, numbers);
    const pairs = [[actual.output, expected.output] as const];
    expected.gradients.forEach((gradient, i) => {
      const own = actual.gradients[i];
      if (gradient !== null && own !== null && own !== undefined) pairs.push([own, gradient]);
    });
    const distances = pairs.map(([a, b]) => distanceOf(a, b, test.floor).worst);
    const worst = Math.max(...distances);
    return worst === 0 ? 0 : worst / test.tolerance;
  } catch (error) {
    return messageOf(error)
      .split('\n')
      .slice(0, flags.includes('--whole') ? 40 : 1)
      .join('\n');
  }
}

let failed = 0;
for (const [op, list] of Object.entries(cases)) {
  if (names.length > 0 && !names.includes(op)) continue;
  const began = performance.now();
  let worst = 0;
  const wrong: string[] = [];
  for (const test of list) {
    const share = await shareOf(test);
    if (typeof share === 'number') worst = Math.max(worst, share);
    if (typeof share === 'string' || !(share <= 1)) wrong.push(`  ${test.name}: ${share}`);
  }
  failed += wrong.length;
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  console.log(`${op}: ${list.length} cases, ${worst.toFixed(3)} of what is allowed, ${seconds} s`);
  for (const line of wrong) console.log(line);
}
await session.close();
console.log(failed === 0 ? 'all cases hold' : `${failed} cases do not hold`);
process.exitCode = failed === 0 ? 0 : 1;
