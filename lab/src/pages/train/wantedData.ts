/**
 * @file Which pictures a run needs. Previous stop: `settings.ts`, `keptRun.ts`. Next stop: `workshop.ts`.
 */
import { OWN, type TrainSettings } from './settings.ts';
import { type ImageShape, imageShapeFor } from './variation.ts';

export interface WantedData {
  /** Of a set of the library's table, or `OWN`. */
  readonly name: string;
  /** What pictures of one's own are made to fit; null for a set of the table. */
  readonly shape: ImageShape | null;
  /** Where it is the first pictures alone. */
  readonly counts: { readonly trainCount?: number; readonly testCount?: number };
}

export function wantedFor({ data, model }: Pick<TrainSettings, 'data' | 'model'>): WantedData {
  return { name: data, shape: data === OWN ? imageShapeFor(model) : null, counts: {} };
}
