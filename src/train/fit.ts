/**
 * @file The training loop: an async iterator of events.
 *
 * A step fills the program's inputs and runs it; forward, backward and update are inside. Between steps
 * the loop decides: is the epoch over, is a checkpoint due, did someone ask to stop. It touches no files:
 * whoever reads the events draws, records and saves (`records/performRun.ts` does, for a run folder).
 * All that decides how to go on is in `progress` and in the session's states, so a run taken up from a
 * snapshot, in the middle of an epoch too, ends with the same bits as one that never stopped.
 * Before: `data/batches/batches.ts`. Next stop: `steps.ts`, one step; then `nn/optimizers/adam.ts`.
 */
import type { Scope, Session } from '../backends/backend.ts';
import { FoveaError } from '../base/errors.ts';
import { oneRank } from '../cluster/oneRank.ts';
import { isArrays } from '../data/arraySplit.ts';
import { shareOf, validationSplit } from '../data/batches/batches.ts';
import type { BatchOptions, BatchSource } from '../data/batches/batchSource.ts';
import { openBatches } from '../data/batches/openBatches.ts';
import type { Graph } from '../graph/node.ts';
import type { ChosenLosses } from '../nn/losses/objectives.ts';
import { precisionOf } from '../nn/precision/choice.ts';
import { averagesOf, readingAverages } from '../nn/programs/averages.ts';
import { withFrozen } from '../nn/programs/frozen.ts';
import { parameterNames } from '../nn/programs/programs.ts';
import { parseSchedule, startSchedule } from '../nn/schedules.ts';
import { imageShapeOf, type ModelSpec } from '../nn/spec.ts';
import { acrossRanks } from './acrossRanks.ts';
import { type About, checkSettings, fittedSplit } from './checks.ts';
import { checkMeasured, outOfPatience, restoreWeights } from './earlyStop.ts';
import { finishEpoch, soFar, timed } from './epoch.ts';
import {
  compileEvaluation,
  type EvaluationProgram,
  measure,
  openEvaluationBatches,
} from './evaluation/evaluate.ts';
import { partOf, type Total, totalOver } from './evaluation/shared.ts';
import type { CheckpointReason, FitEvent, FitOptions, StopReason } from './events.ts';
import type { Holding } from './holding.ts';
import type { Metrics } from './measures.ts';
import { paceOf } from './pace.ts';
import { type Snapshot, startOfTraining } from './progress.ts';
import { lossesFor, measuredOutputs, type RowSplit } from './rows.ts';
import { softened, treatmentOf } from './rowTreatment.ts';
import { Programs } from './runners/programs.ts';
import { checkResumable } from './snapshots/resumable.ts';
import { restoreStates, snapshotOf } from './snapshots/snapshot.ts';
import { warmStart } from './snapshots/warmStart.ts';
import { Steps } from './steps.ts';
import { turn } from './turns.ts';

/** A data set is one; so are splits of which less is known. */
export interface FitData extends About {
  readonly train: RowSplit;
  /** A split of its own; without one `validationSplit` may take a part of `train`. */
  readonly validation?: RowSplit | null;
  /** For `watchTest`. */
  readonly test?: RowSplit | undefined;
}

/** Scopes of models that are being trained. */
const inTraining = new WeakSet<Scope>();

/**
 * Trains the network's parameters. They belong to the spec object: `evaluate` and `saveModel` with the same
 * object find them, another object has its own, and training the object anew starts from first weights
 * again unless it resumes. With an optimizer that averages (`ema`) they are the running means once `done` is
 * told, and every measurement is of these. They stay in the session until `session.scopeOf(spec).free()` or its end; all
 * else that training takes is given back when it is over.
 *
 *     for await (const event of fit(session, spec, data, { epochs: 3, validationSplit: 0.2 })) {
 *       if (event.type === 'epoch') console.log(event.train.loss);
 *     }
 */
export async function* fit(
  session: Session,
  model: ModelSpec,
  data: FitData,
  given: FitOptions = {},
): AsyncGenerator<FitEvent, void, void> {
  checkSettings(given);
  const spec = withFrozen(model, given.freeze);
  const { options, held } = await acrossRanks(given, spec);
  const losses = lossesFor(spec, options, data.train);
  checkMeasured(measuredOutputs(spec, losses), options);
  const { train, validation, test, reading } = readable(spec, data, losses, options);
  const treatment = treatmentOf(spec, train, data.classes, options);
  const precision = await precisionOf(options.precision);
  const scope = session.scopeOf(model);
  if (inTraining.has(scope)) throw trainedTwice(spec);
  inTraining.add(scope);
  const programs = new Programs(scope);
  const opened: BatchSource[] = [];
  const open = async (opening: Promise<BatchSource>): Promise<BatchSource> => {
    const source = await opening;
    opened.push(source);
    return source;
  };
  try {
    const source = await open(openTraining(train, spec, { ...options, reading }));
    const steps = new Steps(programs, spec, train, source, {
      ...options,
      losses: softened(losses, options),
      treatment,
      precision,
    });
    const averages = averagesOf(steps.optimizer, spec);
    const tested = {
      compile: (graph: Graph) => programs.compile(readingAverages(graph, averages)),
    };
    const measuring = async (split: RowSplit | null | undefined) => {
      if (split == null) return NOTHING;
      const ranks = held.rows ?? options.cluster?.ranks ?? oneRank;
      const { part, isWhole } = partOf(split, ranks);
      const batches = await open(openEvaluationBatches(spec, part, reading));
      const measured = { losses, metrics: options.metrics, precision };
      const program = compileEvaluation(tested, spec, batches.batchSize, measured, held);
      return validator(program, batches, isWhole ? undefined : totalOver(ranks));
    };
    const measures = { validate: await measuring(validation), watch: await measuring(test) };
    if (programs.newKernels > 0) yield { type: 'compiling', kernels: programs.newKernels };
    await programs.prepared();
    let best: Snapshot | undefined;
    for await (const event of loop(scope, steps, measures, { ...options, held })) {
      if (event.type !== 'done') yield event;
      if (event.type === 'checkpoint' && event.isBest && options.restoreBest === true) {
        best = await event.snapshot();
      }
      if (event.type !== 'done') continue;
      if (event.progress.step > 0) await takeAverages(scope, averages);
      await held.gather(scope, spec, programs);
      if (best === undefined || event.reason === 'stopped') yield event;
      else {
        restoreWeights(scope, spec, best);
        yield { ...event, keptEpoch: best.progress.epoch };
      }
    }
  } finally {
    inTraining.delete(scope);
    programs.close();
    freeAllBut(scope, parameterNames(spec));
    for (const source of opened) await source.close();
  }
}

/** Puts the running means in the place of the weights, as they are tested and saved. */
async function takeAverages(scope: Scope, averages: ReadonlyMap<string, string>): Promise<void> {
  for (const [name, average] of averages) scope.writeState(name, await scope.readState(average));
}

function freeAllBut(scope: Scope, kept: readonly string[]): void {
  const names = scope.states().map(({ name }) => name);
  scope.free(names.filter((name) => !kept.includes(name)));
}

function trainedTwice({ name }: ModelSpec): FoveaError {
  return new FoveaError({
    problem: `this ${name} model is being trained in this session already`,
    expected: 'one training at a time of one spec object',
    fix: 'train a copy (structuredClone(spec)), which has weights of its own',
  });
}

const NOTHING = async () => null;

/** The splits as the model reads them, and how; throws where it cannot. */
function readable(spec: ModelSpec, data: FitData, losses: ChosenLosses, options: FitOptions) {
  const namesClasses = Object.values(losses).every(({ target }) => target === 'classes');
  const about = {
    ...data,
    imageShape: options.reading?.stored ?? data.imageShape,
    ...(namesClasses ? {} : { classes: undefined }),
  };
  const fit = (split: RowSplit) => {
    lossesFor(spec, { losses }, split);
    if (isArrays(split)) return { split, stored: undefined };
    return fittedSplit(spec, split, about, options.reading?.augmentation);
  };
  const { split: all, stored } = fit(data.train);
  const { train, validation } =
    data.validation == null
      ? validationSplit(all, options.validationSplit ?? 0)
      : { train: all, validation: fit(data.validation).split };
  const watched = options.watchTest === true ? data.test : undefined;
  const test = watched === undefined ? undefined : fit(watched).split;
  return { train, validation, test, reading: { ...options.reading, stored } };
}

/** Where ranks mix rows, with the partners of their own. */
async function openTraining(split: RowSplit, spec: ModelSpec, options: FitOptions) {
  const batches = trainingBatches(spec, options);
  if (options.mixup === undefined || batches.share === undefined)
    return openBatches(split, batches);
  const { openPairedBatches } = await import('../data/batches/pairedBatches.ts');
  return openPairedBatches(split, batches);
}

function trainingBatches(spec: ModelSpec, options: FitOptions): BatchOptions {
  const { batchSize = 128, seed = 0, shuffle = true, reading, share } = options;
  return {
    batchSize,
    share,
    ...(shuffle === false ? {} : { seed, once: shuffle === 'once' }),
    reading: { ...reading, shape: imageShapeOf(spec), seed },
  };
}

async function* loop(
  scope: Scope,
  steps: Steps,
  { validate, watch }: Record<'validate' | 'watch', () => Promise<Metrics | null>>,
  { held, ...options }: FitOptions & { readonly held: Holding },
): AsyncGenerator<FitEvent, void, void> {
  const { epochs = 10, resume, signal, metrics, schedule: chosen = 'constant' } = options;
  const schedule = startSchedule(
    typeof chosen === 'function' ? chosen : parseSchedule(chosen),
    steps.optimizer.spec.learningRate,
    resume?.progress.schedule,
  );
  const progress = structuredClone(resume?.progress ?? startOfTraining(schedule.state()));
  const { states: first, start } = firstOf(steps, options);
  const { batchesPerEpoch: batches, batchSize } = steps.source;
  if (resume !== undefined) checkResumable(resume, { states: first, batches, batchSize, metrics });
  const { optimizer } = steps;
  restoreStates(scope, first.keys(), held.own(resume?.states ?? first, optimizer));
  const pace = paceOf(options, progress);
  steps.wishes = () => ({ stop: signal?.aborted === true, save: pace.checkpointIsDue() });
  const snapshot = () =>
    snapshotOf(scope, first, progress, (states) => held.whole(states, optimizer));
  const checkpoint = async (reason: CheckpointReason, isBest: boolean): Promise<FitEvent> => {
    // Others have a part in it, whether or not somebody wants it here.
    const taken = held.isShared ? await snapshot() : undefined;
    return { type: 'checkpoint', reason, isBest, snapshot: async () => taken ?? snapshot() };
  };
  const done = (reason: StopReason): FitEvent => {
    return { type: 'done', reason, progress, keptEpoch: progress.epoch };
  };

  yield { type: 'start', epochs, batches, progress, bytes: steps.bytes, weights: start };
  // A place to go back to from the first step on, should the numbers diverge or the power fail.
  if (resume === undefined) yield await checkpoint('start', false);
  let isTold = false;
  while (progress.epoch < epochs && !outOfPatience(progress, options)) {
    while (progress.batch < batches) {
      const before = progress.seconds;
      await timed(progress, () => steps.ready(progress));
      progress.waiting += progress.seconds - before;
      await steps.run(progress, schedule, pace.turnIsOver);
      if (steps.sent !== undefined && !isTold) {
        isTold = true;
        const { count: rows } = shareOf(batchSize, options.share);
        yield { type: 'exchanged', rows, sent: steps.sent };
      }
      const learningRate = schedule.rate(progress.step - 1, batches);
      const place = { epoch: progress.epoch + 1, epochs, batches, learningRate };
      yield { type: 'batch', ...place, ...soFar(progress) };
      await turn();
      const { stop, save } = steps.agreed;
      if (stop) {
        yield await checkpoint('stop', false);
        yield done('stopped');
        return;
      }
      if (save) {
        pace.saving();
        yield await checkpoint('interval', false);
        pace.saved();
      }
    }
    const validation = await timed(progress, validate);
    const isBest = finishEpoch(progress, schedule, [validation, await watch()], batches, options);
    const record = progress.history[progress.history.length - 1];
    yield { type: 'epoch', epochs, batches, isBest, ...record };
    pace.saving();
    yield await checkpoint('epoch', isBest);
    pace.saved();
    if (steps.agreed.stop && progress.epoch < epochs) {
      yield done('stopped');
      return;
    }
  }
  yield done(progress.epoch < epochs ? 'patience' : 'epochs');
}

/** What every state begins as, and what became of weights that were given. */
function firstOf(steps: Steps, { initialWeights, resume }: FitOptions) {
  const states = steps.firstStates();
  if (initialWeights === undefined || resume !== undefined) return { states, start: undefined };
  return warmStart(steps.spec, states, initialWeights);
}

/** Goes through the validation rows again each time. */
function validator(
  program: EvaluationProgram,
  source: BatchSource,
  total: Total | undefined,
): () => Promise<Metrics> {
  let pass = 0;
  return () => measure(program, source, pass++, total);
}
