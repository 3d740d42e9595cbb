/**
 * @file Several saved runs asked of the same test pictures: how many each reads rightly, and whether they differ by more
 * than chance.
 *
 * Next stop: `train/evaluation/mcnemar.ts`.
 */
import { indexOfLargest } from '../base/largest.ts';
import { comparePaired, type PairedRuns } from '../train/evaluation/mcnemar.ts';
import { predictTested } from './predictTested.ts';
import { isAutoencoder } from './scoreRun.ts';
import { type TestRequest, withTestedRun } from './testedRun.ts';

/** What a run makes of the test set. */
interface Answered {
  readonly dataset: string;
  readonly labels: readonly number[];
  /** Whether each picture was read rightly; null where it could not be read. */
  readonly right: readonly (boolean | null)[];
}

/** A sentence where they were not asked of the same pictures. */
export async function pairedRuns(requests: readonly TestRequest[]): Promise<PairedRuns | string> {
  for (const { folder } of requests) {
    if (await isAutoencoder(folder)) return `${folder} gives pictures back and names no class`;
  }
  const answered: Answered[] = [];
  for (const request of requests) answered.push(await answersOf(request));
  const [first, ...others] = answered;
  if (first === undefined || others.length === 0) return 'there is one run alone';
  const stranger = answered.find((one) => !isSameSet(one, first));
  if (stranger !== undefined) {
    return `they were not tested on the same pictures: ${first.labels.length} of ${first.dataset}, ${stranger.labels.length} of ${stranger.dataset}`;
  }
  const read = first.right.map((_, i) => answered.every(({ right }) => right[i] !== null));
  const readOf = ({ right }: Answered): boolean[] =>
    right.filter((_, i) => read[i] === true).map((is) => is === true);
  const against = others.map((other) => comparePaired(readOf(first), readOf(other)));
  return { dataset: first.dataset, against };
}

const isSameSet = (a: Answered, b: Answered): boolean =>
  a.dataset === b.dataset &&
  a.labels.length === b.labels.length &&
  a.labels.every((label, i) => label === b.labels[i]);

function answersOf(request: TestRequest): Promise<Answered> {
  return withTestedRun(request, async (tested) => {
    const { predictions, leftOut } = await predictTested(tested, tested.dataset.test);
    const { logits, labels, classes } = predictions;
    const width = classes.length;
    const right = Array.from(labels, (label, row) =>
      leftOut.has(row)
        ? null
        : indexOfLargest(logits.subarray(row * width, (row + 1) * width)) === label,
    );
    return { dataset: tested.dataset.name, labels: Array.from(labels), right };
  });
}
