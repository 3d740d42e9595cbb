/**
 * @file `fovea train --find-rate`: tries all learning rates, draws the loss, and says which to take.
 *
 * Next stop: `runs/findRateRun.ts`.
 */
import type { Command } from 'commander';
import { UsageError } from '../base/errors.ts';
import type { RunConditions } from '../runs/trainRun.ts';
import type { FoundRate } from '../train/findRate.ts';
import { askedTraining, newRequest } from './askedTraining.ts';
import type { TrainingOptions } from './options/trainingOptions.ts';
import { drawChart } from './terminal/chart.ts';
import { INTERRUPTED } from './terminal/interrupt.ts';
import type { Output } from './terminal/output.ts';
import type { Live } from './terminal/progress.ts';
import { quoted } from './terminal/words.ts';

/** What belongs to a run, of which this makes none. */
const OF_RUNS = ['resume', 'overwrite', 'name', 'out', 'seeds', 'tensorboard', 'mlflow'] as const;

export function checkFinding(command: Command): void {
  const own = OF_RUNS.find((name) => command.getOptionValueSource(name) === 'cli');
  if (own === undefined) return;
  throw new UsageError({
    option: own,
    problem: 'received beside --find-rate, which makes no run and goes on with none',
    expected: 'what training is to be: model, data, batch size, optimizer',
  });
}

export async function findRateOn(
  model: string,
  options: TrainingOptions,
  command: Command,
  { output, live, conditions }: { output: Output; live: Live; conditions: RunConditions },
): Promise<void> {
  const say = output.json ? output.note : output.text;
  const { findRateRun } = await import('../runs/findRateRun.ts');
  const asked = await askedTraining(model, options, say);
  const request = await newRequest(asked, options, command, () => undefined);
  const { spec, adapts, base: from } = asked;
  const { page: _, tensorboard: __, mlflow: ___, cluster, ...how } = conditions;
  if (cluster !== undefined) throw severalRanks();
  const range = options.findRate === true ? undefined : options.findRate;
  for await (const event of findRateRun({ ...request, ...how, spec, adapts, from, range })) {
    if (event.type === 'step') {
      const { step, steps, rate, loss } = event;
      output.data({ event: 'step', step, steps, rate, loss });
      live.show(
        `step ${step}/${steps} - learning rate ${rateWords(rate)} - loss ${loss.toFixed(4)}`,
      );
    } else if (event.type === 'stopped') {
      live.clear();
      say('Stopped; no rate was found.');
      process.exitCode = INTERRUPTED;
    } else {
      live.clear();
      const { type: ___, points: ____, ...found } = event;
      say(foundWords(event, againWith(command, event.tenth)));
      output.data({ event: 'found', ...found, rate: event.tenth });
    }
  }
}

function severalRanks(): UsageError {
  return new UsageError({
    option: 'findRate',
    problem: 'several ranks',
    expected: 'one process: a rate for batches of all ranks is found by one with batches as large',
  });
}

function foundWords(
  { points, smoothed, diverged, tenth, steepest }: FoundRate,
  again: string,
): string {
  const ends = [points[0], points.at(-1)].map((point) => rateWords(point?.rate ?? 0));
  // What the loss becomes at its end would leave nothing to see of its fall.
  const first = smoothed[0] ?? 0;
  const values = smoothed.map((loss) => (loss > 1.5 * first ? null : loss));
  const chart = drawChart([{ label: 'loss, smoothed', values }], 'loss', [
    ends[0] ?? '',
    `${ends[1]} learning rate, logarithmic`,
  ]);
  return [
    chart,
    '',
    `Learning rate ${tenth}: a tenth of that at which the loss was least (Smith 2015, arXiv:1506.01186).`,
    `The loss fell fastest at ${steepest}.${diverged ? '' : ' It had not broken at the last rate: a range that ends higher says more.'}`,
    '',
    'To take it',
    `  ${again}`,
  ].join('\n');
}

/** "0.0012", "1e-6" */
function rateWords(rate: number): string {
  const short = Number(rate.toPrecision(2));
  return short < 1e-3 ? short.toExponential() : String(short);
}

/** The command as it was typed, with the rate in place of the search. */
function againWith(command: Command, rate: number): string {
  const typed = command.parent?.args ?? ['train'];
  const words: string[] = [];
  for (let i = 0; i < typed.length; i++) {
    const [name = ''] = (typed[i] ?? '').split('=');
    if (name !== '--find-rate' && name !== '--learning-rate') {
      words.push(typed[i] ?? '');
      continue;
    }
    const isApart = !typed[i]?.includes('=');
    // The range may be left out, and then something else comes next.
    if (
      isApart &&
      (name === '--learning-rate' || /^[\d.e+-]+\.\.[\d.e+-]+$/.test(typed[i + 1] ?? ''))
    )
      i++;
  }
  return ['fovea', ...words, '--learning-rate', String(rate)].map(quoted).join(' ');
}
