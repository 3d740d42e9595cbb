/**
 * @file PyTorch's files: a zip with a pickle and a file per storage, and before 2020 pickles one after the other.
 *
 *   NAME/data.pkl, NAME/data/0, NAME/data/1, ...           torch.save since 1.6
 *   magic, version, system, object, keys, then storages    torch.save before, one stream
 *
 * Before: `torchPickle.ts`. Next stop: `../stateDict/ontoSpec.ts`.
 */
import { readZip, type ZipEntry } from '../../archives/zip.ts';
import { FoveaError } from '../../base/errors.ts';
import { sizeOf } from '../../base/shape.ts';
import type { StateValue } from '../../nn/trained.ts';
import { elementTypes, type NumberArray } from '../elementTypes.ts';
import { MOST_MODEL_BYTES, type Source } from '../source.ts';
import type { StateDict } from '../stateDict/stateDict.ts';
import { readPickle } from './pickle.ts';
import { brokenPickle, type PickleValue } from './pickleMachine.ts';
import { isOldTorchFile, isZip } from './recognise.ts';
import { type Storage, type TorchTensor, tensorIn, torchWorld } from './torchPickle.ts';

export async function readTorchFile(source: Source): Promise<StateDict> {
  const opened = isZip(source.bytes) ? await openZip(source) : openOld(source);
  const tensors = stateDictIn(opened.value, source);
  const all = [...tensors.values()].reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  if (all > mostOf(source))
    throw brokenPickle(`its tensors are ${all} numbers, which it does not hold`);
  const read = new Map<string, NumberArray>();
  const entries = new Map<string, StateValue>();
  for (const [name, tensor] of tensors) {
    const { key, type } = tensor.storage;
    // A copy: the storage may stand unaligned in the file.
    const numbers =
      read.get(key) ??
      elementTypes[type].read(new Uint8Array(await opened.storage(tensor.storage)).buffer);
    read.set(key, numbers);
    entries.set(name, numbersOf(tensor, numbers));
  }
  return { entries, isInOrder: true };
}

/** Of bytes unpacked, and of numbers: PyTorch packs nothing, and a few tensors may share a storage. */
const mostOf = ({ bytes }: Source): number =>
  Math.min(MOST_MODEL_BYTES, 4 * bytes.length + 2 ** 20);

interface Opened {
  readonly value: PickleValue;
  /** The bytes of a storage. */
  storage(storage: Storage): Promise<Uint8Array> | Uint8Array;
}

async function openZip(source: Source): Promise<Opened> {
  const { bytes, where } = source;
  const entries = readZip(bytes, { where, most: mostOf(source) });
  const pickles = entries.filter(({ name }) => /(^|\/)data\.pkl$/.test(name));
  const [pickle] = pickles;
  if (pickle === undefined || pickles.length > 1) {
    throw new FoveaError({
      where,
      problem: `the zip holds ${pickles.length} files named data.pkl`,
      expected: 'one, as torch.save writes it',
    });
  }
  const prefix = pickle.name.slice(0, -'data.pkl'.length);
  const byName = new Map(entries.map((entry) => [entry.name, entry]));
  if ([...byName.keys()].some((name) => name.startsWith(`${prefix}code/`))) throw scripted(where);
  const order = await byName.get(`${prefix}byteorder`)?.read();
  if (order !== undefined && new TextDecoder().decode(order).trim() !== 'little') {
    throw new FoveaError({
      where,
      problem: 'its numbers are big-endian',
      expected: 'little-endian numbers, which nearly every machine writes',
    });
  }
  const { value } = readPickle(await pickle.read(), torchWorld(new Map()));
  const storage = async ({ key, type, count }: Storage): Promise<Uint8Array> => {
    const found = await readStorage(byName.get(`${prefix}data/${key}`), where, key);
    return checkedLength(found, key, count * elementTypes[type].size);
  };
  return { value, storage };
}

function readStorage(entry: ZipEntry | undefined, where: string, key: string) {
  if (entry !== undefined) return entry.read();
  throw new FoveaError({
    where,
    problem: `the zip has no storage ${key}`,
    expected: 'all of them',
  });
}

function checkedLength(bytes: Uint8Array, key: string, expected: number): Uint8Array {
  if (bytes.length === expected) return bytes;
  throw brokenPickle(`storage ${key} has ${bytes.length} bytes, the pickle says ${expected}`);
}

function scripted(where: string): FoveaError {
  return new FoveaError({
    where,
    problem: 'this is a TorchScript archive: a network as code',
    expected: 'a state dict: the weights by name',
    fix: 'in Python: torch.save(torch.jit.load("model.pt").state_dict(), "state.pth")',
  });
}

/** Five pickles in a row, then for each key its count of numbers and the numbers. */
function openOld({ bytes, where }: Source): Opened {
  const storages = new Map<string, Storage>();
  const world = torchWorld(storages);
  let at = 0;
  const next = (): PickleValue => {
    const { value, end } = readPickle(bytes, world, at);
    at = end;
    return value;
  };
  if (!isOldTorchFile(bytes)) {
    throw new FoveaError({
      where,
      problem: 'this is no file of torch.save',
      expected: 'a state dict that torch.save wrote',
    });
  }
  next();
  const version = next();
  const system = next();
  if (version !== 1001 || (system instanceof Map && system.get('little_endian') === false)) {
    throw brokenPickle(`version ${String(version)} of the old form, or big-endian numbers`);
  }
  const value = next();
  const keys = next();
  const places = new Map<string, number>();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (const key of Array.isArray(keys) ? keys.map(String) : []) {
    if (at + 8 > bytes.length) throw brokenPickle(`storage ${key} is cut off`);
    const count = Number(view.getBigUint64(at, true));
    places.set(key, at + 8);
    const of = storages.get(key);
    at += 8 + count * (of === undefined ? Number.NaN : elementTypes[of.type].size);
    if (!(at <= bytes.length)) throw brokenPickle(`storage ${key} of ${count} numbers is cut off`);
  }
  const storage = ({ key, type, count }: Storage): Uint8Array => {
    const from = places.get(key);
    if (from === undefined) throw brokenPickle(`storage ${key} is missing`);
    const length = count * elementTypes[type].size;
    return checkedLength(bytes.subarray(from, from + length), key, length);
  };
  return { value, storage };
}

/** Under these names checkpoints keep their weights. */
const NESTED = [
  'state_dict',
  'model_state_dict',
  'model_state',
  'model',
  'net',
  'network',
  'ema',
  'module',
];

function stateDictIn(value: PickleValue, { where }: Source): ReadonlyMap<string, TorchTensor> {
  const found = tensorsIn(value);
  if (found.size > 0 || (value instanceof Map && value.size === 0)) return found;
  const inside = value instanceof Map ? NESTED.map((name) => tensorsIn(value.get(name))) : [];
  const full = inside.filter(({ size }) => size > 0);
  const [first] = full;
  if (first !== undefined && full.length === 1) return first;
  const keys = value instanceof Map ? [...value.keys()].map(String).slice(0, 12).join(', ') : '';
  throw new FoveaError({
    where,
    problem:
      full.length > 1
        ? `it holds ${full.length} state dicts`
        : `it holds no state dict${keys === '' ? '' : `; it holds ${keys}`}`,
    expected: 'tensors by name, or a checkpoint with them under state_dict',
    fix: 'torch.save(model.state_dict(), "state.pth")',
  });
}

function tensorsIn(value: PickleValue | undefined): Map<string, TorchTensor> {
  const tensors = new Map<string, TorchTensor>();
  if (!(value instanceof Map)) return tensors;
  for (const [name, entry] of value) {
    const tensor = tensorIn(entry);
    if (typeof name === 'string' && tensor !== undefined) tensors.set(name, tensor);
  }
  return tensors;
}

/** The numbers of a view, in the order of its axes. */
function numbersOf({ offset, shape, strides }: TorchTensor, all: NumberArray): StateValue {
  const numbers = sizeOf(shape);
  const data = new Float32Array(numbers);
  const at = shape.map(() => 0);
  let from = offset;
  for (let to = 0; to < numbers; to++) {
    data[to] = all[from];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis];
      if (++at[axis] < shape[axis]) break;
      from -= strides[axis] * shape[axis];
      at[axis] = 0;
    }
  }
  return { shape, data };
}
