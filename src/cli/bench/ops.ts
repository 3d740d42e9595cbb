/**
 * @file `fovea bench --ops`: the ladder of every op as a table.
 *
 * Next stop: `bench/ops.ts`.
 */
import { unknownName } from '../../base/errors.ts';
import { opLadders } from '../../bench/ops.ts';
import { ops as known } from '../../ops/index.ts';
import { type Output, table } from '../terminal/output.ts';

interface Options {
  /** Those with this in their name; true for all. */
  readonly ops?: string | true;
  readonly threads?: number;
}

/** Every op by its plain loops and up the ladder; times with how many times as fast they are. */
export async function benchOps(output: Output, { ops, threads }: Options): Promise<void> {
  const ladders = await opLadders({
    ...(threads === undefined ? {} : { threads }),
    ...(typeof ops === 'string' ? { only: ops } : {}),
    onRung: (rung) => output.note(`${rung} ...`),
  });
  if (ladders.length === 0) {
    throw unknownName('op', String(ops), Object.keys(known), true);
  }
  for (const ladder of ladders) output.data({ event: 'ladder', ...ladder });
  const rungs = [...new Set(ladders.flatMap((ladder) => ladder.rungs.map(({ rung }) => rung)))];
  output.text(
    table(
      [
        ['op', 'on', 'plain loops', ...rungs],
        ...ladders.map((ladder) => [
          ladder.op,
          ladder.size,
          `${ladder.plainMs.toFixed(1)} ms`,
          ...rungs.map((name) => {
            const found = ladder.rungs.find(({ rung }) => rung === name);
            return found === undefined
              ? ''
              : `${found.ms.toFixed(3)} ms ${`${found.ratio.toFixed(0)}x`.padStart(6)}`;
          }),
        ]),
      ],
      2,
    ),
  );
  output.text(
    'x: times as fast as the plain loops; each rung gave their numbers before it was timed',
  );
}
