/**
 * @file The record of a model that came from elsewhere.
 *
 * Before: `runs/importRun.ts`, which keeps it in a folder. Next stop: `runRecord.ts`.
 */
import type { ImportedModel } from '../interop/importing.ts';
import type { ImportedRecord } from './runRecord.ts';
import { versionsHere } from './versions.ts';

export interface Provenance {
  /** As it was named. */
  readonly file: string;
  readonly format: string;
  /** SHA-256 of the file. */
  readonly digest: string;
  readonly preprocessing: ImportedRecord['imported']['preprocessing'];
}

export function importedRecord(
  { spec, classes, notes, producedBy }: ImportedModel,
  from: Provenance,
): ImportedRecord {
  return {
    format: 'fovea-run-1',
    status: 'imported',
    versions: versionsHere(),
    model: spec.name,
    startedAt: new Date().toISOString(),
    imported: { ...from, producedBy, notes: [...notes] },
    classes: [...classes],
  };
}
