/**
 * @file The runs below a folder, to be looked at: `runs/` of where `fovea lab` was started.
 *
 * Everything is read and nothing written. What leads out of the folder by a link is refused; a run that is broken is
 * listed with its fault. Before: `server/routes/runs.ts`.
 */
import fs from 'node:fs/promises';
import path from 'node:path';
import { FoveaError, messageOf, unreachable } from '../base/errors.ts';
import { MOST_JSON } from '../base/json.ts';
import { shownValue } from '../base/printable.ts';
import { readRegular } from '../base/regularFile.node.ts';
import { parseHistory } from '../records/history.ts';
import type { ListedRun } from '../records/listedRun.ts';
import { decodeSpec } from '../records/modelContents.ts';
import { type RunFileName, runFileNames } from '../records/runFiles.ts';
import { parseRunRecord, type RunRecord } from '../records/runRecord.ts';
import { RunFolder } from './folder/runFolder.ts';
import { isLocked } from './folder/runLock.ts';

/** Name of the folder of runs, below the one a command is started in. */
export const RUNS = 'runs';
/** More are no list to look at. */
const MOST_RUNS = 1000;
/** Of a file that is handed on whole. */
const MOST_FILE = 2 ** 31 - 1;

/** Every run by name; none where there is no folder of runs. */
export async function listRuns(folder: string): Promise<readonly ListedRun[]> {
  if (!(await isThere(path.join(folder, RUNS)))) return [];
  const root = await inside(folder, RUNS);
  const entries = await fs.readdir(root, { withFileTypes: true });
  const names = entries
    .filter((entry) => isRunName(entry.name) && (entry.isDirectory() || entry.isSymbolicLink()))
    .map(({ name }) => name)
    .sort();
  const runs: ListedRun[] = [];
  for (const name of names.slice(0, MOST_RUNS)) {
    const run = await listedRun(folder, name);
    if (run !== undefined) runs.push(run);
  }
  return runs;
}

/** Undefined where the folder is no run at all. */
async function listedRun(folder: string, name: string): Promise<ListedRun | undefined> {
  const place = path.join(folder, RUNS, name);
  return listed(name, place, (file) => readRunFile(folder, name, file));
}

/** A run wherever it lies, under the name it was asked for by; throws where there is none. */
export async function runAt(name: string, folder: string): Promise<ListedRun> {
  await RunFolder.open(folder); // says what is wrong
  const read = async (file: RunFileName) => {
    const place = path.join(folder, file);
    if (!(await isThere(place))) return undefined;
    return new Uint8Array(await readRegular(place, MOST_JSON, file));
  };
  const run = await listed(name, folder, read);
  return run ?? unreachable(`${folder} holds a run`);
}

type ReadRunFile = (file: RunFileName) => Promise<Uint8Array | undefined>;

/** What can be read of a run that lies in `place`; undefined where there is none. */
async function listed(
  name: string,
  place: string,
  read: ReadRunFile,
): Promise<ListedRun | undefined> {
  let record: RunRecord | null = null;
  const about = { name, inUse: await isLocked(place) };
  try {
    const text = await read('run.json');
    // Other things than runs may lie there too.
    if (text === undefined) return undefined;
    record = parseRunRecord(new TextDecoder().decode(text), 'run.json');
    const model = await read('model.json');
    const history = await read('history.json');
    return {
      ...about,
      record,
      spec: model === undefined ? null : decodeSpec(model, 'model.json'),
      history: history === undefined ? [] : parseHistory(history, 'history.json'),
      fault: null,
      hasMistakes: await isThere(path.join(place, 'mistakes.png')),
    };
  } catch (error) {
    const fault = messageOf(error);
    return { ...about, record, spec: null, history: [], fault, hasMistakes: false };
  }
}

/** The folder of a run that is there; throws on names that lead elsewhere. */
async function runFolderOf(folder: string, name: string): Promise<string> {
  if (!isRunName(name)) {
    throw new FoveaError({ problem: `no run can be named ${shownValue(name)}` });
  }
  const place = path.join(RUNS, name);
  if (await isThere(path.join(folder, place))) return inside(folder, place);
  throw new FoveaError({ where: place, problem: 'there is no such run' });
}

/** As `runFolderOf`, for whoever reads its files himself: none of them leads elsewhere. */
export async function ownRunFolder(folder: string, name: string): Promise<string> {
  const run = await runFolderOf(folder, name);
  for (const file of runFileNames) {
    if (await isThere(path.join(run, file))) await inside(folder, path.join(RUNS, name, file));
  }
  return run;
}

/** A file of a run; undefined where it is not there. */
export async function readRunFile(
  folder: string,
  name: string,
  file: RunFileName,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const run = await runFolderOf(folder, name);
  if (!(await isThere(path.join(run, file)))) return undefined;
  const real = await inside(folder, path.join(RUNS, name, file));
  const bytes = await readRegular(real, file.endsWith('.json') ? MOST_JSON : MOST_FILE, file);
  return new Uint8Array(bytes);
}

/** Every file of a run that is there. */
export async function readRunFiles(
  folder: string,
  name: string,
): Promise<ReadonlyMap<RunFileName, Uint8Array>> {
  const contents = new Map<RunFileName, Uint8Array>();
  for (const file of runFileNames) {
    const bytes = await readRunFile(folder, name, file);
    if (bytes !== undefined) contents.set(file, bytes);
  }
  return contents;
}

/** A name is one step down, and not into what is hidden. */
const isRunName = (name: string): boolean =>
  name !== '' && !name.startsWith('.') && !/[\\/\0]/.test(name);

/** Where a path below the folder really leads; throws where that is outside of it. */
async function inside(folder: string, below: string): Promise<string> {
  const root = await fs.realpath(folder);
  const real = await fs.realpath(path.join(root, below));
  if (real.startsWith(root.endsWith(path.sep) ? root : root + path.sep)) return real;
  throw new FoveaError({
    where: below,
    problem: 'this is a link out of the folder that the lab was started in',
    expected: 'runs that lie below that folder',
    fix: 'start the lab where the run lies, or copy the run here',
  });
}

/** Links that lead nowhere are not there. */
async function isThere(file: string): Promise<boolean> {
  return fs.stat(file).then(
    () => true,
    () => false,
  );
}
