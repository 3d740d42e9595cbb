/**
 * @file A run as one zip archive: the same files as in its folder, below a folder of its name.
 *
 * Unzipped into `runs/` it is a run like any other; zipped again by whatever program it is read back. What comes
 * from outside is checked whole, file by file, before anything of it is kept. Next stop: `archives/zip.ts`.
 */
import { zipSync } from 'fflate';
import { readZip, type ZipEntry } from '../archives/zip.ts';
import { FoveaError } from '../base/errors.ts';
import { shownValue } from '../base/printable.ts';
import { decodeWeights } from '../interop/modelTensors.ts';
import { decodeCheckpoint } from '../train/snapshots/checkpoint.ts';
import { parseHistory } from './history.ts';
import { decodeSpec } from './modelContents.ts';
import { checkpointFile, type RunFileName, runFileNames } from './runFiles.ts';
import { parseRunRecord, type RunRecord } from './runRecord.ts';

export type RunContents = ReadonlyMap<RunFileName, Uint8Array>;

export interface UnpackedRun {
  /** Of the folder in the archive; undefined where the files stand in none. */
  readonly name: string | undefined;
  readonly record: RunRecord;
  readonly files: RunContents;
  /** What was left out, in sentences. */
  readonly notes: readonly string[];
}

/** Two networks of a hundred million parameters with what their optimizers keep. */
const MOST_BYTES = 2 ** 31;
/** What other programs leave in archives and no one needs. */
const LITTER = /(^|\/)(__MACOSX\/|\.DS_Store$|Thumbs\.db$|desktop\.ini$)/;

/** Numbers do not shrink: only the texts are compressed. */
export function packRun(name: string, files: RunContents): Uint8Array<ArrayBuffer> {
  const entries = [...files].map(([file, bytes]) => {
    const level = /\.(json|csv)$/.test(file) ? 6 : 0;
    return [`${name}/${file}`, [bytes, { level }]] as const;
  });
  return zipSync(Object.fromEntries(entries) as Parameters<typeof zipSync>[0]);
}

/** The run in an archive; `where` names it. Throws where it holds none, or one that is not whole. */
export async function unpackRun(bytes: Uint8Array, where: string): Promise<UnpackedRun> {
  const entries = readZip(bytes, { where, most: MOST_BYTES }).filter(
    ({ name }) => !name.endsWith('/') && !LITTER.test(name),
  );
  const records = entries.filter(({ name }) => /(^|\/)run\.json$/.test(name));
  const [record] = records;
  if (record === undefined || records.length > 1) {
    throw new FoveaError({
      where,
      problem: record === undefined ? 'it holds no run.json' : `it holds ${records.length} runs`,
      expected: 'the files of one run, in a folder or in none',
      fix: 'zip the folder of one run (runs/NAME)',
    });
  }
  const prefix = record.name.slice(0, -'run.json'.length);
  const files = new Map<RunFileName, Uint8Array>();
  const notes: string[] = [];
  for (const entry of entries) {
    const name = runFileNames.find((known) => entry.name === prefix + known);
    if (name === undefined) notes.push(`Left out ${shownValue(entry.name)}: no file of a run`);
    else files.set(name, await read(entry));
  }
  const name = prefix.split('/').at(-2);
  return { name, record: checkContents(files, where), files, notes };
}

/** An empty file is what a killed writer left. */
async function read(entry: ZipEntry): Promise<Uint8Array> {
  const bytes = await entry.read();
  if (bytes.length > 0) return bytes;
  throw new FoveaError({ where: entry.name, problem: 'the file is empty' });
}

/** Reads every file as those will who use it; gives the record. */
export function checkContents(files: RunContents, where: string): RunRecord {
  const named = (name: RunFileName) => `${where}: ${name}`;
  const needed = (name: RunFileName): Uint8Array => {
    const bytes = files.get(name);
    if (bytes !== undefined) return bytes;
    throw new FoveaError({
      where,
      problem: `it has no ${name}`,
      expected: 'run.json and model.json, and the weights of a run that is done',
    });
  };
  const text = new TextDecoder().decode(needed('run.json'));
  const record = parseRunRecord(text, named('run.json'));
  const spec = decodeSpec(needed('model.json'), named('model.json'));
  if (['done', 'imported'].includes(record.status) || files.has('weights.safetensors')) {
    decodeWeights(needed('weights.safetensors'), spec, named('weights.safetensors'));
  }
  const history = files.get('history.json');
  if (history !== undefined) parseHistory(history, named('history.json'));
  for (const name of [checkpointFile('last'), checkpointFile('best')]) {
    const checkpoint = files.get(name);
    if (checkpoint !== undefined) decodeCheckpoint(checkpoint, named(name));
  }
  const picture = files.get('mistakes.png');
  if (picture !== undefined && [0x89, 0x50, 0x4e, 0x47].some((byte, i) => picture[i] !== byte)) {
    throw new FoveaError({ where: named('mistakes.png'), problem: 'this is no PNG picture' });
  }
  return record;
}
