/**
 * @file A model as a text to begin from: JSON with what each part is under the key "//", and no option that says
 * what holds anyway.
 *
 * `runs/folder/modelFiles.ts` reads it back and leaves the comments aside. Next stop: docs/model-json.md.
 */
import { formatShape } from '../base/shape.ts';
import { layerOf } from '../nn/layers/index.ts';
import { parseModelSpec } from '../nn/sequential.ts';
import { layerShapes, type PlacedLayer } from '../nn/shapes.ts';
import type { LayerSpec, ModelSpec } from '../nn/spec.ts';

/** Under this key stand words for people, in a model as in each of its layers. */
export const COMMENT = '//';

/** `notes`: lines for the top. */
export function commentedModel(spec: ModelSpec, name: string, notes: readonly string[]): string {
  const { inputShape, preprocessing } = spec;
  const lines = [
    `"${COMMENT}": ${list(notes.map((note) => JSON.stringify(note)))}`,
    `"formatVersion": ${spec.formatVersion}`,
    `"name": ${JSON.stringify(name)}`,
    `"inputShape": ${oneLine(inputShape)}`,
    `"preprocessing": ${oneLine({ [COMMENT]: 'pixels 0..255 become pixel * scale + offset', ...preprocessing })}`,
    `"layers": ${list(layerShapes(spec).map((layer) => oneLine(commented(spec, layer))))}`,
  ];
  return `{\n  ${lines.join(',\n  ')}\n}\n`;
}

function commented(spec: ModelSpec, { spec: layer, outputShape }: PlacedLayer): object {
  const { options, ...rest } = layer;
  const says = `${layerOf(layer.kind).says}; gives ${formatShape(outputShape)}`;
  return { [COMMENT]: says, ...rest, options: neededOptions(spec, layer, options) };
}

/** The options without which the model would be another. */
function neededOptions(spec: ModelSpec, layer: LayerSpec, options: LayerSpec['options']): object {
  const whole = JSON.stringify(spec);
  const isNeeded = (name: string): boolean => {
    const { [name]: _, ...others } = options;
    const layers = spec.layers.map((one) => (one === layer ? { ...one, options: others } : one));
    try {
      return JSON.stringify(parseModelSpec({ ...spec, layers })) !== whole;
    } catch {
      return true;
    }
  };
  return Object.fromEntries(Object.entries(options).filter(([name]) => isNeeded(name)));
}

const list = (items: readonly string[]): string => `[\n    ${items.join(',\n    ')}\n  ]`;

/** JSON on one line, with room to breathe: { "units": 10 } */
function oneLine(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(oneLine).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const pairs = Object.entries(value).map(
    ([key, one]) => `${JSON.stringify(key)}: ${oneLine(one)}`,
  );
  return pairs.length === 0 ? '{}' : `{ ${pairs.join(', ')} }`;
}

/** A value from JSON without its comments. */
export function withoutComments(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutComments);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([key]) => key !== COMMENT);
  return Object.fromEntries(entries.map(([key, one]) => [key, withoutComments(one)]));
}
