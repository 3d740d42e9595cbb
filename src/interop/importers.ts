/**
 * @file The table of what comes in: one row per format, and `importModel`, which finds the row and checks what it gives.
 *
 * The content of a file decides what it is; its ending only where the content fits several or none. An importer is loaded
 * when it is needed. Before: `source.ts`. Next stop: `safetensors/importSafetensors.ts`, the shortest importer.
 */

import { FoveaError, unknownName } from '../base/errors.ts';
import { allFinite } from '../base/finite.ts';
import { formatShape, sameShape } from '../base/shape.ts';
import { parametersOf } from '../nn/network.ts';
import type { StateValue, TrainedModel } from '../nn/trained.ts';
import type { ImportedModel, ImportOptions, ThreadedSource } from './importing.ts';
import { isKeras, isTfjs } from './keras/recognise.ts';
import { looksLikeOnnx } from './onnx/recognise.ts';
import { isOldTorchFile, zipNames } from './pytorch/recognise.ts';
import { isSafetensors } from './safetensors/recognise.ts';
import type { Source } from './source.ts';

interface Importer {
  /** "ONNX" */
  readonly says: string;
  /** Endings that its files usually have: ".onnx". */
  readonly endings: readonly string[];
  /** Whether the content looks like it; it reads little and does not throw. */
  recognises(source: Source): boolean;
  /** Whether a library of another language reads it, which a hostile file may lead round for ever. */
  readonly usesLibrary?: true;
  load(): Promise<{ importModel(source: Source, options: ImportOptions): Promise<ImportedModel> }>;
}

/** One row per format. */
export const importers = {
  keras: {
    says: 'Keras: .keras, .h5, weights alone, or the JSON of a model with its weights',
    endings: ['.keras', '.h5', '.hdf5'],
    recognises: ({ bytes }) => isKeras(bytes),
    usesLibrary: true,
    load: () => import('./keras/importKeras.ts'),
  },
  tfjs: {
    says: 'TensorFlow.js: model.json with its weights beside it',
    endings: [],
    recognises: ({ bytes }) => isTfjs(bytes),
    load: () => import('./tfjs/importTfjs.ts'),
  },
  safetensors: {
    says: 'safetensors, of Fovea, PyTorch or tinygrad',
    endings: ['.safetensors'],
    recognises: ({ bytes }) => isSafetensors(bytes),
    load: () => import('./safetensors/importSafetensors.ts'),
  },
  pytorch: {
    says: 'PyTorch (a state dict)',
    endings: ['.pth', '.pt'],
    recognises: ({ bytes }) =>
      isOldTorchFile(bytes) || zipNames(bytes).some((name) => /(^|\/)data\.pkl$/.test(name)),
    load: () => import('./pytorch/importPytorch.ts'),
  },
  onnx: {
    says: 'ONNX, opset 1 to 28',
    endings: ['.onnx'],
    recognises: ({ bytes }) => looksLikeOnnx(bytes),
    load: () => import('./onnx/importOnnx.ts'),
  },
} as const satisfies Readonly<Record<string, Importer>>;

export type ImportFormat = keyof typeof importers;

export const importFormats = Object.keys(importers) as readonly ImportFormat[];

/** A model of another program (or ours), as one of this house. `format`: what its file was taken for. */
export async function importModel(
  source: ThreadedSource,
  options: ImportOptions = {},
): Promise<ImportedModel & { readonly format: string }> {
  const format = formatOf(source, options.format);
  const row: Importer = importers[format];
  if (row.usesLibrary && source.apart !== undefined)
    return source.apart(source, { ...options, format });
  const { importModel: read } = await row.load();
  const imported = await read(source, options);
  return { ...imported, weights: checkedWeights(imported, source), format };
}

function formatOf(source: Source, asked: string | undefined): ImportFormat {
  if (asked !== undefined) {
    const known = importFormats.find((format) => format === asked);
    if (known === undefined) throw unknownName('format', asked, importFormats);
    return known;
  }
  const name = source.name.toLowerCase();
  const row = (format: ImportFormat): Importer => importers[format];
  const byContent = importFormats.filter((format) => row(format).recognises(source));
  const byEnding = importFormats.filter((format) =>
    row(format).endings.some((ending) => name.endsWith(ending)),
  );
  const both = byContent.find((format) => byEnding.includes(format));
  const found = both ?? byContent[0] ?? byEnding[0];
  if (found !== undefined) return found;
  throw new FoveaError({
    where: source.where,
    problem: `this is no model that can be imported (${source.bytes.length} bytes)`,
    expected: `one of ${Object.values<Importer>(importers)
      .flatMap(({ endings }) => endings)
      .join(', ')}`,
  });
}

/** Every parameter of the model with its shape, in finite float32, and nothing else. */
function checkedWeights(
  { spec, weights }: ImportedModel,
  { where }: Source,
): TrainedModel['weights'] {
  const checked = new Map<string, StateValue>();
  for (const { name, shape } of parametersOf(spec)) {
    const value = weights.get(name);
    if (value === undefined || !sameShape(value.shape, shape)) {
      const found =
        value === undefined ? 'is missing' : `has the shape ${formatShape(value.shape)}`;
      throw new FoveaError({
        where,
        problem: `"${name}" ${found}`,
        expected: `${formatShape(shape)}, as the model says`,
      });
    }
    const data = value.data instanceof Float32Array ? value.data : Float32Array.from(value.data);
    if (!allFinite(data)) {
      throw new FoveaError({
        where,
        problem: `"${name}" holds NaN or Infinity: a network with such a number answers nothing that counts`,
        expected: 'finite numbers within the range of float32',
      });
    }
    checked.set(name, { shape, data });
  }
  return checked;
}
