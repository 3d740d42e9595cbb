/**
 * @file Models of one's own, opened from their files: named in addresses as "own:NAME", beside those of the table.
 *
 * A file is kept for the tab, also over a reload; a link that is opened elsewhere asks for the file again.
 * Used by Networks, where files are opened, and by Train and Look, where such models go.
 */
import { decodeSpec, FoveaError, type ModelSpec, modelNames, modelOf, variantOf } from 'fovea/web';

const OWN = 'own:';
const KEY = 'fovea-model ';

/** A spec of any size that a page can show fits in less. */
const MOST_BYTES = 2 ** 20;

const opened = new Map<string, ModelSpec>();

export const isOwn = (name: string): boolean => name.startsWith(OWN);

/** Keeps the model of a file; the answer is its name in an address. Throws in words where the file is no such model. */
export async function openModelFile(file: File): Promise<string> {
  if (file.size > MOST_BYTES) {
    throw new FoveaError({
      where: file.name,
      problem: `it has ${file.size} bytes`,
      expected: `a model.json of at most ${MOST_BYTES}; weights are in a file of their own`,
    });
  }
  const spec = decodeSpec(new Uint8Array(await file.arrayBuffer()), file.name);
  if (spec.inputs !== undefined) {
    throw new FoveaError({
      where: file.name,
      problem: 'this model names its inputs and outputs',
      expected: 'one input and one output: that is what the lab draws and trains',
      fix: 'look at it with "fovea summary", train it with fit()',
    });
  }
  const name = OWN + (spec.name.replace(/[^\w.-]+/g, '-') || 'model');
  opened.set(name, spec);
  try {
    sessionStorage.setItem(KEY + name, JSON.stringify(spec));
  } catch {
    // Storage is refused or full: the model is there until the tab is reloaded.
  }
  return name;
}

/** Names in addresses of the models that this tab has opened. */
export function ownModelNames(): readonly string[] {
  const kept = storedKeys().map((key) => key.slice(KEY.length));
  return [...new Set([...opened.keys(), ...kept])].sort();
}

/** A model by its name in an address, with what is changed in it. */
export function modelNamed(
  name: string,
  options: Readonly<Record<string, unknown>> = {},
): ModelSpec {
  if (!isOwn(name)) return modelOf(name as never, options);
  const spec = opened.get(name) ?? kept(name);
  if (spec !== undefined) return variantOf(spec, options);
  throw new FoveaError({
    problem: `this tab has no model ${name.slice(OWN.length)}`,
    expected: `a model that was opened in it, or ${modelNames.join(', ')}`,
    fix: 'open its model.json on the Networks page',
  });
}

function kept(name: string): ModelSpec | undefined {
  try {
    const text = sessionStorage.getItem(KEY + name);
    if (text === null) return undefined;
    const spec = decodeSpec(new TextEncoder().encode(text), name);
    opened.set(name, spec);
    return spec;
  } catch {
    return undefined;
  }
}

function storedKeys(): string[] {
  try {
    return Object.keys(sessionStorage).filter((key) => key.startsWith(KEY));
  } catch {
    return [];
  }
}
