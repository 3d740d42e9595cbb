/**
 * @file What `fovea evaluate` prints for `--perturb` and `--reject`: a table, and a plot where one is asked for.
 */
import { drawCurves, type Series } from '../draw/curves.ts';
import type { PerturbedRun } from '../runs/perturb.ts';
import type { RejectedRun } from '../runs/rejectRun.ts';
import { type Rejection, TARGET_ERROR } from '../train/evaluation/rejection.ts';
import { type Output, table } from './terminal/output.ts';

const percent = (share: number, digits = 2): string => `${(100 * share).toFixed(digits)} %`;

export async function printPerturbed(
  { model, dataset, count, points }: PerturbedRun,
  { name, unit }: { readonly name: string; readonly unit: string },
  output: Output,
  plot: string | undefined,
): Promise<void> {
  output.text(`${model} on ${dataset}, ${count.toLocaleString('en-US')} test pictures`);
  output.text(
    table([
      [`${name} (${unit})`, 'accuracy', 'loss'],
      ...points.map((p) => [String(p.strength), p.accuracy.toFixed(4), p.loss.toFixed(4)]),
    ]),
  );
  output.data({ event: 'perturbed', model, dataset, count, perturbation: name, unit, points });
  if (plot === undefined) return;
  const curve = points.map((p) => [p.strength, p.accuracy] as const);
  await writePlot(plot, [{ name: 'accuracy', points: curve }], output, {
    title: `${model} against ${name}`,
    xLabel: unit,
    yLabel: `accuracy on ${dataset}`,
    yRange: [0, 1],
  });
}

export async function printRejected(
  { model, dataset, count, far, close }: RejectedRun,
  output: Output,
  plot: string | undefined,
): Promise<void> {
  output.text(`${model} on ${dataset}, ${count.toLocaleString('en-US')} test pictures`);
  const errors = close.curve.map(({ error }) => percent(error));
  output.text(
    table([
      ['rejected', 'error if far', 'error if close'],
      ...far.curve.map((point, i) => [
        percent(point.rejected, 1),
        percent(point.error),
        errors[i] ?? '',
      ]),
    ]),
  );
  output.text(targetLine(far, 'the nearest code is farther than'));
  output.text(targetLine(close, 'the second nearest is farther than the nearest by less than'));
  output.data({ event: 'rejection', model, dataset, count, far, close });
  if (plot === undefined) return;
  const series = [far, close].map(
    ({ doubt, curve }): Series => ({
      name: doubt === 'far' ? 'nearest is far' : 'two are close',
      points: curve.map((p) => [100 * p.rejected, 100 * p.error] as const),
    }),
  );
  await writePlot(plot, series, output, {
    title: `${model}: error of what is not rejected`,
    xLabel: '% rejected',
    yLabel: '% wrong of the rest',
  });
}

function targetLine({ forTarget, limit }: Rejection, sign: string): string {
  const target = percent(TARGET_ERROR, 1);
  if (forTarget === null || limit === null) return `No rejection leaves an error of ${target}.`;
  return `An error of ${target} is left when ${percent(forTarget.rejected)} are rejected: where ${sign} ${limit.toFixed(2)}.`;
}

async function writePlot(
  file: string,
  series: readonly Series[],
  output: Output,
  options: Parameters<typeof drawCurves>[1],
): Promise<void> {
  const svg = drawCurves(series, options);
  await (await import('./picture.ts')).writeDrawing(file, svg);
  output.note(`Wrote ${file}`);
}
