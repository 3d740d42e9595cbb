/**
 * @file What a file says beside its graph: names of classes, and how pixels become numbers.
 *
 * Fovea's own files say both; others have lists of names under various keys, as JSON or as Python writes a dictionary.
 */
import { checkedClassNames } from '../../../base/classNames.ts';
import { FoveaError } from '../../../base/errors.ts';
import { parseJson } from '../../../base/json.ts';
import { preprocessingOption } from '../../../nn/ends.ts';
import type { Preprocessing } from '../../../nn/spec.ts';
import type { OnnxModel } from '../decode.ts';

const CLASSES = ['fovea.classes', 'classes', 'class_names', 'labels', 'names'];
const PREPROCESSING = 'fovea.preprocessing';

/** Names of `count` classes; undefined where the file says none that fit. */
export function classesIn(
  { metadata, where }: OnnxModel,
  count: number,
): readonly string[] | undefined {
  for (const key of CLASSES) {
    const names = listIn(metadata.get(key) ?? '');
    if (names.length === count) return checkedClassNames(names, where);
  }
  return undefined;
}

/** ["a", "b"], {"0": "a"}, {0: 'a', 1: 'b'}, or lines. */
function listIn(text: string): readonly string[] {
  if (text === '') return [];
  const parsed = jsonOf(text) ?? jsonOf(pythonAsJson(text));
  if (typeof parsed === 'object' && parsed !== null) {
    const values: readonly unknown[] = Object.values(parsed);
    return values.every((name) => typeof name === 'string') ? values.map(String) : [];
  }
  return text
    .split(/[\n,]/)
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

const pythonAsJson = (text: string): string =>
  text.replace(/'([^'"\\]*)'/g, '"$1"').replace(/([{,]\s*)(\d+)\s*:/g, '$1"$2":');

function jsonOf(text: string): unknown {
  try {
    return parseJson(text, { where: 'metadata' });
  } catch (error) {
    if (error instanceof FoveaError) return undefined;
    throw error;
  }
}

/** How the pixels of an input become numbers, where the file says it. */
export function preprocessingIn({ metadata }: OnnxModel, input: string): Preprocessing | undefined {
  const text = metadata.get(PREPROCESSING);
  const parsed = text === undefined ? undefined : jsonOf(text);
  const own = preprocessingOption.safeParse(parsed);
  if (own.success) return own.data;
  const named =
    typeof parsed === 'object' && parsed !== null
      ? new Map(Object.entries(parsed)).get(input)
      : undefined;
  const one = preprocessingOption.safeParse(named);
  return one.success ? one.data : undefined;
}
