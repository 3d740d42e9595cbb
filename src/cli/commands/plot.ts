/**
 * @file `fovea plot`: curves of runs laid over one another, in the terminal and as a picture.
 *
 * Next stop: `terminal/chart.ts`, `draw/curves.ts`.
 */
import { Command, Option } from 'commander';
import { FoveaError } from '../../base/errors.ts';
import { drawCurves, type Series, shareRange } from '../../draw/curves.ts';
import { type Curve, type Measure, pointsOf } from '../../records/comparedRuns.ts';
import { resolveRun } from '../models.ts';
import { jsonOption } from '../options/options.ts';
import { checkDrawingName, writeDrawing } from '../picture.ts';
import { drawChart } from '../terminal/chart.ts';
import { openOutput } from '../terminal/output.ts';

const EXAMPLES = `
Training is dashed, validation drawn through. The terminal shows validation, or training where there is none.

Examples:
  $ fovea plot lenet5
  $ fovea plot lenet5 lenet5-wide --measure accuracy
  $ fovea plot lenet5 lenet5-wide --out curves.svg`;

interface Options {
  readonly measure: Measure;
  readonly out?: string;
  readonly json?: boolean;
}

export function command(): Command {
  return new Command('plot')
    .description('lay the curves of runs over one another')
    .argument('<run...>', 'folders of runs (runs/lenet5, or bare names), four at most')
    .addOption(
      new Option('--measure <what>', 'what the curves are of')
        .choices(['loss', 'accuracy'])
        .default('loss'),
    )
    .option('--out <file>', 'draw them into a file too: .png or .svg')
    .addOption(jsonOption())
    .addHelpText('after', EXAMPLES)
    .action(plot);
}

async function plot(names: readonly string[], { measure, out, json }: Options): Promise<void> {
  const output = openOutput(json === true);
  if (out !== undefined) checkDrawingName(out, '--out');
  const [{ runAt }, { curvesOf, curveWords, isReadable, lossWarning, MOST_COMPARED }] =
    await Promise.all([import('../../runs/runList.ts'), import('../../records/comparedRuns.ts')]);
  if (names.length > MOST_COMPARED) {
    throw new FoveaError({
      problem: `received ${names.length} runs`,
      expected: `${MOST_COMPARED} at most: more curves cannot be told apart`,
    });
  }
  const found = await Promise.all(names.map((name) => runAt(name, resolveRun(name))));
  const runs = found.filter(isReadable);
  const broken = found.find((run) => !isReadable(run));
  if (broken !== undefined) {
    throw new FoveaError({ where: broken.name, problem: `cannot be read: ${broken.fault}` });
  }
  const { curves } = curvesOf(runs, measure);
  if (curves.length === 0) {
    throw new FoveaError({
      problem: `no epoch of ${names.join(', ')} has a ${measure}`,
      expected: 'a run with an epoch that was finished here',
    });
  }
  output.data({ event: 'curves', measure, curves });
  output.text(`${drawChart(drawnThrough(curves), measure)}\n${curveWords(runs, measure)}`);
  const warning = lossWarning(runs, measure);
  if (warning !== undefined) output.note(warning);
  if (out === undefined) return;
  const title = `${names.join(', ')}: ${measure} by epoch`;
  const labels = { title, xLabel: 'epoch', yLabel: measure };
  const series = curves.map(seriesOf);
  const yRange = measure === 'accuracy' ? shareRange(series) : undefined;
  await writeDrawing(out, drawCurves(series, { ...labels, yRange }));
  output.note(`Wrote ${out}`);
}

/** Of each run the one curve that is looked at first. */
function drawnThrough(curves: readonly Curve[]): readonly Curve[] {
  const through = curves.filter(({ dashed }) => !dashed);
  const shown = new Set(through.map(({ run }) => run));
  return [...through, ...curves.filter(({ run }) => !shown.has(run))];
}

function seriesOf(curve: Curve): Series {
  const { label, dashed, run } = curve;
  return { name: label, points: pointsOf(curve), dashed, colour: run };
}
