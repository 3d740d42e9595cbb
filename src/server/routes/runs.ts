/**
 * @file `/api/runs`: the runs below `runs/` of the folder that `fovea lab` was started in.
 *
 *   GET  /api/runs                      the list, broken ones with their fault
 *   GET  /api/runs/NAME/mistakes.png    the picture of the worst mistakes
 *   GET  /api/runs/NAME/model.json      its network; beside it weights.safetensors
 *   GET  /api/runs/NAME/report.html     the run as one page, to be saved: no browser shows it as one of the lab's
 *   GET  /api/runs/NAME/zip             the run as a zip, to keep or to open in the browser
 *   POST /api/runs/NAME/evaluate        the test set again: figures, and mistakes with their files
 *
 * Next stop: `runs/runList.ts`.
 */
import { Hono } from 'hono';
import { FoveaError, unreachable } from '../../base/errors.ts';
import { isImported, parseRunRecord } from '../../records/runRecord.ts';
import { packRun } from '../../records/runZip.ts';
import { evaluateRun } from '../../runs/evaluateRun.ts';
import { listRuns, ownRunFolder, readRunFile, readRunFiles } from '../../runs/runList.ts';
import { refuse } from '../access.ts';
import type { LabContext } from './part.ts';

/** What is handed on by itself, and as what. */
const FILES = [
  ['mistakes.png', 'image/png'],
  ['model.json', 'application/json'],
  ['weights.safetensors', 'application/octet-stream'],
  // Whoever wrote the run wrote it: it is not to run as a page of this server.
  ['report.html', 'application/octet-stream'],
] as const;

export function runs({ folder }: LabContext): Hono {
  let evaluating: string | undefined;
  return new Hono()
    .get('/', async (context) => context.json({ folder, runs: await listRuns(folder) }))
    .get(
      '/:name/:file{mistakes\\.png|model\\.json|weights\\.safetensors|report\\.html}',
      async (context) => {
        const { name, file } = context.req.param();
        const [found, type] = FILES.find(([one]) => one === file) ?? unreachable(file);
        const bytes = await readRunFile(folder, name, found);
        if (bytes === undefined) return refuse(context, 404, { problem: `the run has no ${file}` });
        return context.body(bytes, 200, { 'content-type': type });
      },
    )
    .get('/:name/zip', async (context) => {
      const name = context.req.param('name');
      const zip = packRun(name, await readRunFiles(folder, name));
      return context.body(zip, 200, { 'content-type': 'application/zip' });
    })
    .post('/:name/evaluate', async (context) => {
      const name = context.req.param('name');
      // It takes the whole machine: one at a time.
      if (evaluating !== undefined) throw busy(evaluating);
      evaluating = name;
      try {
        const run = await ownRunFolder(folder, name);
        const record = await readRunFile(folder, name, 'run.json');
        return context.json(await evaluated(run, record ?? new Uint8Array()));
      } finally {
        evaluating = undefined;
      }
    });
}

/** Nothing is downloaded for a page: what is missing is said. */
async function evaluated(folder: string, run: Uint8Array) {
  const record = parseRunRecord(new TextDecoder().decode(run), 'run.json');
  const testCount = isImported(record) ? null : record.data.testCount;
  const { evaluation, dataset, insights, nameOf } = await evaluateRun({
    folder,
    load: { download: false },
    // The test pictures that the run was tested on.
    ...(testCount === null ? {} : { testCount }),
  });
  const { count, loss, accuracy, classes, confusion, mistakes } = evaluation;
  return {
    dataset,
    count,
    loss,
    accuracy,
    classes,
    confusion,
    insights,
    mistakes: mistakes.map((mistake) => ({ ...mistake, file: nameOf(mistake.index) ?? null })),
  };
}

function busy(name: string): FoveaError {
  return new FoveaError({
    problem: `the lab is evaluating ${name}`,
    expected: 'one run at a time',
    fix: 'wait until it is done',
  });
}
