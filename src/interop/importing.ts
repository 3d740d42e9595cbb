/**
 * @file What importers are asked and what they give.
 *
 * Next stop: `importers.ts`, the table of them.
 */
import type { ModelSpec } from '../nn/spec.ts';
import type { TrainedModel } from '../nn/trained.ts';
import type { Source } from './source.ts';

export interface ImportOptions {
  /** The network that the weights belong to, for files that hold weights alone. */
  readonly model?: ModelSpec | undefined;
  /** Weights that lie in another file than the network. */
  readonly weights?: Source | undefined;
  /** Default: the content of the file decides. */
  readonly format?: string | undefined;
}

/** A file in, a model out. */
export type ImportModel = (
  source: Source,
  options: ImportOptions,
) => Promise<ImportedModel & { readonly format: string }>;

/** A source of a machine that can read it apart: in a thread that is ended where it takes too long. */
export interface ThreadedSource extends Source {
  readonly apart?: ImportModel;
}

/** What an importer gives. */
export interface ImportedModel extends TrainedModel {
  /** What was done to it on the way in, in sentences. */
  readonly notes: readonly string[];
  /** Who says how pixels become numbers: the file, the model that was given with it, or nobody (bytes to 0..1). */
  readonly preprocessing: 'file' | 'model' | 'assumed';
  /** "ONNX opset 10, by pytorch 1.3" */
  readonly producedBy: string;
}
