/**
 * @file What `fovea bench` says of ranks: of those that are there, timed; of those that are not, simulated.
 *
 * Next stop: `bench/ranks.ts`, `bench/simulateRanks.ts`.
 */
import type { Session } from '../../backends/backend.ts';
import { formatBytes } from '../../base/units.ts';
import { measure } from '../../bench/measure.ts';
import { rankStepOf, timeRanks } from '../../bench/ranks.ts';
import { networks, ranksWorth, simulateStep } from '../../bench/simulateRanks.ts';
import { modelCaseOf, workloadOf } from '../../bench/workloads.ts';
import type { Cluster } from '../../train/events.ts';
import { type Output, table } from '../terminal/output.ts';

interface BenchOptions {
  readonly batch?: number;
  readonly seconds: number;
}

/** `--batch` is that of all ranks; by default each has the workload's. */
export async function benchRanks(
  output: Output,
  session: Session,
  name: string,
  { ranks, gradients = 'float32' }: Cluster,
  { batch, seconds }: BenchOptions,
): Promise<void> {
  const model = modelCaseOf(name);
  const rows = batch ?? model.batch * ranks.size;
  const options = { budgetMs: seconds * 1000, gradients };
  const timing = await timeRanks(session, model, rows, ranks, options);
  const { threads, plan } = session;
  output.data({
    event: 'ranks',
    ...{ workload: name, batch: rows, ranks: ranks.size, library: ranks.name, threads, gradients },
    ...timing,
    plan,
  });
  const ms = (time: number): string => `${time.toFixed(time < 10 ? 2 : 1)} ms`;
  const percent = (share: number): string => `${Math.round(100 * share)} %`;
  const { stepMs, computeMs, exchangeMs, overlap, efficiency, bytes, runs } = timing;
  output.text(
    `${name} train on ${ranks.size} ranks by ${ranks.name}, ${threads} thread${threads === 1 ? '' : 's'} each, batch ${rows}: median of ${runs} steps`,
  );
  output.text(
    table([
      ['step', ms(stepMs), `${((1000 * rows) / stepMs).toFixed(1)} pictures/s`],
      ['compute', ms(computeMs), ''],
      ['exchange', ms(exchangeMs), `${formatBytes(bytes)} a step`],
      ['overlap', percent(overlap), 'of the exchange goes on beside computing'],
      ['efficiency', percent(efficiency), 'of the step is computing'],
    ]),
  );
}

const RANKS = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024];

/** From a step measured here; `--batch` is that of one rank. */
export async function benchSimulated(
  output: Output,
  session: Session,
  name: string,
  { batch, seconds, stepMs }: BenchOptions & { readonly stepMs?: number },
): Promise<void> {
  const model = modelCaseOf(name);
  const rows = batch ?? model.batch;
  const timed = () =>
    measure(workloadOf(name).prepare(session, 'train', rows).run, { budgetMs: seconds * 1000 });
  const oneMs = stepMs ?? timed().medianMs;
  const step = await rankStepOf(model, rows, oneMs / 1000);
  const bytes = step.buckets.reduce((sum, bucket) => sum + bucket.bytes, 0);
  const whence = stepMs === undefined ? session.plan : 'as given';
  output.text(
    `${name}: ${rows} pictures a rank and step, ${oneMs.toFixed(1)} ms (${whence}); ${formatBytes(bytes)} in ${step.buckets.length} buckets. Ring model; pictures/s, and as a share of as many times one rank:`,
  );
  const lines = RANKS.map((ranks) => {
    const steps = networks.map((network) => ({ network, ...simulateStep(step, ranks, network) }));
    for (const { network, ...simulated } of steps) {
      output.data({
        event: 'simulated',
        workload: name,
        rows,
        network: network.name,
        ...simulated,
      });
    }
    return [
      String(ranks),
      ...steps.map(({ rate, efficiency }) => `${rate.toFixed(0)}  ${percentOf(efficiency)}`),
    ];
  });
  output.text(table([['ranks', ...networks.map((network) => network.name)], ...lines]));
  const ends = networks.map((network) => {
    const worth = ranksWorth(step, network);
    return `${network.name} ${worth === undefined ? 'never' : `up to ${worth.toLocaleString('en-US')} ranks`}`;
  });
  output.text(`Used to half or more: ${ends.join(', ')}`);
}

const percentOf = (share: number): string => `${Math.round(100 * share)} %`;
