/**
 * @file The network of a run as files of another program: all of them written, or none.
 *
 * A file that is there is left alone unless it is just what would be written, or `overwrite` is said.
 * Before: `cli/commands/export.ts`. Next stop: `interop/exporters.ts`.
 */
import fs from 'node:fs/promises';
import path from 'node:path';
import { advice, FoveaError, setting } from '../base/errors.ts';
import { exporterOf, exportModel } from '../interop/exporters.ts';
import type { ExportOptions } from '../interop/exporting.ts';
import { loadModel } from './folder/modelFiles.ts';
import { writeAllWhole, writeError } from './folder/wholeFile.ts';

export interface ExportRequest {
  /** Of a run, or of a model with its weights. */
  readonly folder: string;
  readonly to: string;
  /** A file of the format's ending, or a folder; default: here, and where there are several files a folder of their own. */
  readonly out?: string | undefined;
  readonly overwrite?: boolean | undefined;
  readonly options?: ExportOptions | undefined;
}

export interface WrittenFile {
  readonly path: string;
  readonly bytes: number;
}

export async function exportRun(request: ExportRequest): Promise<readonly WrittenFile[]> {
  const { to, out, overwrite = false, options = {} } = request;
  const { ending } = exporterOf(to);
  const isFile = out?.endsWith(ending) === true;
  const ownName = path.basename(path.resolve(request.folder));
  const name = options.name ?? (isFile ? path.basename(out, ending) : ownName);
  const model = await loadModel(request.folder);
  const files = await exportModel(model, to, { ...options, name });
  const folder = isFile ? path.dirname(out) : (out ?? (files.size === 1 ? '.' : `${name}-${to}`));
  const placed = new Map([...files].map(([file, bytes]) => [path.join(folder, file), bytes]));
  const missing: [string, Uint8Array][] = [];
  for (const [file, bytes] of placed) {
    if (!(await holds(file, bytes, overwrite))) missing.push([file, bytes]);
  }
  for (const file of placed.keys()) {
    await fs.mkdir(path.dirname(file), { recursive: true }).catch((error: unknown) => {
      throw writeError(file, error);
    });
  }
  await writeAllWhole(new Map(missing));
  return [...placed].map(([file, bytes]) => ({ path: file, bytes: bytes.length }));
}

/** Whether the file is there as it would be written; throws where it is there and another. */
async function holds(file: string, bytes: Uint8Array, overwrite: boolean): Promise<boolean> {
  const found = await fs.stat(file).catch(() => undefined);
  if (found === undefined) return false;
  if (found.isFile() && found.size === bytes.length && (await fs.readFile(file)).equals(bytes)) {
    return true;
  }
  if (overwrite && found.isFile()) return false;
  throw new FoveaError({
    where: file,
    problem: found.isFile() ? 'there is such a file already' : 'this is no file',
    expected: 'a place where nothing stands',
    fix: found.isFile()
      ? advice`choose another place, or replace it with ${setting('overwrite')}`
      : 'choose another place',
  });
}
