/**
 * @file The table of what goes out: one row per format, and `exportModel`.
 *
 * An exporter gives files by name and writes none. It is loaded when it is needed.
 * Next stop: `safetensors/exportSafetensors.ts`, the shortest exporter.
 */
import { UsageError, unknownName } from '../base/errors.ts';
import type { TrainedModel } from '../nn/trained.ts';
import {
  type ChosenOptions,
  type ExportChoice,
  type ExportedFiles,
  type ExportOptions,
  exportChoices,
} from './exporting.ts';
import { modelNameOf } from './source.ts';

interface Exporter {
  readonly says: string;
  /** Of its main file: ".onnx". */
  readonly ending: string;
  /** Which of the choices it takes. */
  readonly takes: readonly ExportChoice[];
  load(): Promise<{
    exportModel(
      model: TrainedModel,
      options: ChosenOptions,
    ): Promise<ExportedFiles> | ExportedFiles;
  }>;
}

/** One row per format. */
export const exporters = {
  keras: {
    says: '.keras, which Keras 3 loads',
    ending: '.keras',
    takes: [],
    load: () => import('./keras/export/exportKeras.ts'),
  },
  h5: {
    says: '.h5 in the words of Keras 2, which Keras 2 and 3 load',
    ending: '.h5',
    takes: [],
    load: () => import('./keras/export/exportH5.ts'),
  },
  tfjs: {
    says: 'a TensorFlow.js layers model: model.json and weights in pieces of 4 MB',
    ending: '.json',
    takes: [],
    load: () => import('./tfjs/exportTfjs.ts'),
  },
  js: {
    says: 'one module that names what a picture shows, in Node, Deno, Bun and browsers; nothing beside it',
    ending: '.mjs',
    takes: ['weights'],
    load: () => import('./oneFile/exportJs.ts'),
  },
  html: {
    says: 'one page that can be mailed: draw or drop a picture, see the answer and the layers',
    ending: '.html',
    takes: ['weights'],
    load: () => import('./oneFile/exportHtml.ts'),
  },
  safetensors: {
    says: 'safetensors: of Fovea with the network in it, or of PyTorch with its model.py',
    ending: '.safetensors',
    takes: ['layout'],
    load: () => import('./safetensors/exportSafetensors.ts'),
  },
  pytorch: {
    says: 'PyTorch: a state dict (.pth), and the model.py that loads it',
    ending: '.pth',
    takes: [],
    load: () => import('./pytorch/exportPytorch.ts'),
  },
  onnx: {
    says: 'ONNX, opset 17, any number of pictures at once',
    ending: '.onnx',
    takes: ['input', 'batchNorm', 'preprocessing'],
    load: () => import('./onnx/out/exportOnnx.ts'),
  },
} as const satisfies Readonly<Record<string, Exporter>>;

export type ExportFormat = keyof typeof exporters;

export const exportFormats = Object.keys(exporters) as readonly ExportFormat[];

/** The row of a format by its name. */
export function exporterOf(to: string): Exporter {
  const known = exportFormats.find((format) => format === to);
  if (known === undefined) throw unknownName('format', to, exportFormats);
  return exporters[known];
}

/** The files of a model in another format, by name. */
export async function exportModel(
  model: TrainedModel,
  to: string,
  { name, ...chosen }: ExportOptions = {},
): Promise<ExportedFiles> {
  const exporter = exporterOf(to);
  const options = { name: name ?? modelNameOf({ name: model.spec.name }), ...filledIn(chosen, to) };
  const { exportModel: write } = await exporter.load();
  return write(model, options);
}

/** Every choice, the default where nothing was said; throws on what the format does not take. */
function filledIn(chosen: Omit<ExportOptions, 'name'>, to: string): Omit<ChosenOptions, 'name'> {
  const { takes } = exporterOf(to);
  const options = Object.entries(exportChoices).map(([key, { choices }]) => {
    const name = key as ExportChoice;
    const value = chosen[name];
    if (value === undefined) return [name, choices[0]];
    if (!takes.includes(name)) {
      throw new UsageError({
        option: name,
        problem: `${to} takes no such option`,
        expected: takes.length === 0 ? 'none' : `one of ${takes.join(', ')}`,
      });
    }
    if (!(choices as readonly string[]).includes(value)) {
      throw new UsageError({
        option: name,
        problem: `received "${value}"`,
        expected: choices.join(' or '),
      });
    }
    return [name, value];
  });
  return Object.fromEntries(options) as Omit<ChosenOptions, 'name'>;
}
