/**
 * @file What `fovea train` prints: a line per event, the results, where they lie, what to type next.
 *
 * With `--json` the words go to standard error and the events to standard output.
 */
import path from 'node:path';
import { formatBytes } from '../base/units.ts';
import { modelNames } from '../models/index.ts';
import { type RebuiltResult, type RunResult, testMetricsOf } from '../records/finishRun.ts';
import type { RunEvent } from '../records/performRun.ts';
import type { TrainedRecord } from '../records/runRecord.ts';
import type { Progress } from '../train/progress.ts';
import { exchangedTable } from './terminal/exchanged.ts';
import { INTERRUPTED } from './terminal/interrupt.ts';
import { type Output, table } from './terminal/output.ts';
import { batchLine, compilingLine, epochLine, type Live } from './terminal/progress.ts';
import {
  insightLines,
  planLine,
  quoted,
  reconstructionLine,
  resultLine,
  self,
} from './terminal/words.ts';
import { readyLines } from './trainingHeader.ts';

/** Prints event after event. `called`: the model in the words of the command line. */
export function trainingPrinter(
  output: Output,
  live: Live,
  called = '',
): (event: RunEvent) => void {
  const say = output.json ? output.note : output.text;
  let folder = '';
  let record: TrainedRecord;
  /** The epoch whose headline stands. */
  let headline = 0;
  return (event) => {
    if (event.type === 'batch') {
      if (event.epoch !== headline) say(`Epoch ${event.epoch}/${event.epochs}`);
      headline = event.epoch;
      live.show(batchLine(event));
      return;
    }
    live.clear();
    if (event.type === 'ready') {
      ({ folder, record } = event);
      output.note(planLine(record.backend.plan));
      say(readyLines(event, called));
    } else if (event.type === 'compiling') {
      live.show(compilingLine(event.kernels));
    } else if (event.type === 'start') {
      if (event.bytes !== undefined) say(`Memory planned for a step: ${formatBytes(event.bytes)}`);
    } else if (event.type === 'exchanged') {
      const { rows, sent } = event;
      say(exchangedTable(event));
      output.data({ event: 'exchanged', rows, sent: Object.fromEntries(sent) });
    } else if (event.type === 'epoch') {
      const { epoch, epochs, train, validation, test, learningRate, seconds, waiting } = event;
      say(epochLine(event));
      const measured = { train, validation, ...(test === undefined ? {} : { test }) };
      const { lossScaling } = event;
      output.data({
        event: 'epoch',
        epoch,
        epochs,
        ...measured,
        learningRate,
        lossScaling,
        seconds,
        waiting,
      });
    } else if (event.type === 'result') {
      finished(event, record, output);
    } else if (event.type === 'pretrain') {
      const { layer, epoch, epochs, error } = event;
      say(`Pre-training ${layer} ${epoch}/${epochs} - reconstruction error: ${error.toFixed(4)}`);
      output.data({ event: 'pretrain', layer, epoch, epochs, error });
    } else if (event.type === 'rebuilt') {
      rebuilt(event, record, output);
    } else if (event.type === 'done' && event.reason === 'patience') {
      const { monitor = 'loss' } = record.settings;
      say(`Stopped: no better ${monitor} since epoch ${event.progress.best?.epoch}`);
    } else if (event.type === 'done' && event.reason === 'stopped') {
      stopped(event.progress, folder, output);
    }
  };
}

function stopped({ epoch, batch }: Readonly<Progress>, folder: string, output: Output): void {
  const say = output.json ? output.note : output.text;
  const place =
    batch === 0 ? `after epoch ${epoch}` : `in epoch ${epoch + 1}, after batch ${batch}`;
  say(`Stopped ${place}; the checkpoint is in ${path.join(folder, 'checkpoint')}`);
  say(`To go on: the same command with --resume`);
  output.data({ event: 'stopped', run: folder, epoch, batch });
  process.exitCode = INTERRUPTED;
}

function finished(result: RunResult, record: TrainedRecord, output: Output): void {
  const { folder: run, epochs, keptEpoch, train, validation, test, seconds } = result;
  const { name: backend, threads } = record.backend;
  const kept = keptEpoch === epochs ? '' : ` with the weights of epoch ${keptEpoch}, the best`;
  const say = output.json ? output.note : output.text;
  say(`\n${resultLine(`Test set${kept}`, test)}\n`);
  say(insightLines(result.insights));
  say(`\nSaved in ${run} after ${seconds.toFixed(1)} s\n${filesTable(result)}`);
  say(`\nNext\n${nextSteps(run, record).join('\n')}`);
  output.data({
    event: 'done',
    run,
    epochs,
    train,
    validation,
    test: testMetricsOf(test),
    seconds,
    backend,
    threads,
  });
}

/** What is said at the end of an auto-encoder's run. */
function rebuilt(result: RebuiltResult, record: TrainedRecord, output: Output): void {
  const { type: _, folder: run, report, ...results } = result;
  const { name: backend, threads } = record.backend;
  const say = output.json ? output.note : output.text;
  say(`\n${reconstructionLine('Test set', result.test, record.settings.loss)}`);
  const files = filesTable({ mistakes: null, report });
  say(`\nSaved in ${run} after ${result.seconds.toFixed(1)} s\n${files}`);
  output.data({ event: 'done', run, ...results, backend, threads });
}

function filesTable({ mistakes, report }: Pick<RunResult, 'mistakes' | 'report'>): string {
  const rows = [
    ['  model.json, weights.safetensors', 'the network'],
    ['  history.json, history.csv', 'every epoch, for programs and for spreadsheets'],
    ['  run.json', 'what is needed to repeat the run'],
    ['  checkpoint/', 'to go on from: --resume with more --epochs'],
  ];
  if (mistakes !== null) rows.push(['  mistakes.png', 'the worst mistakes on the test set']);
  if (report !== null) rows.push(['  report.html', 'all of it as one page']);
  return table(rows, 2);
}

function nextSteps(run: string, { model, data }: TrainedRecord): string[] {
  const folder = quoted(run);
  const named = modelNames.includes(model);
  const steps = [
    [`evaluate ${folder}`, 'all figures, per class'],
    [`predict ${folder} picture.png`, 'read a picture of your own'],
    [`summary ${folder}`, 'what the network is made of'],
    ...(data.name === 'digits' && named
      ? [[`train ${model} --data mnist --name mnist`, 'the real thing']]
      : []),
  ];
  return steps.map(([words, why]) => `  ${`${self()} ${words}`.padEnd(60)}  # ${why}`);
}
