/**
 * @file What the names in PyTorch's pickles stand for: tensors, their storages, and a few things that are passed over.
 *
 * This table is all that a pickle can name. Nothing of it runs code of the file. Before: `pickle.ts`.
 * Next stop: `torchFile.ts`, where the storages lie.
 */
import { FoveaError } from '../../base/errors.ts';
import { shownValue } from '../../base/printable.ts';
import { type Shape, sizeOf } from '../../base/shape.ts';
import type { ElementTypeName } from '../elementTypes.ts';
import { brokenPickle, PickleName, type PickleValue, type PickleWorld } from './pickleMachine.ts';

/** Numbers in a row that tensors are views of. */
export interface Storage {
  readonly key: string;
  readonly type: ElementTypeName;
  /** How many numbers it has, as the pickle says. */
  readonly count: number;
}

/** A view of a storage. */
export interface TorchTensor {
  readonly storage: Storage;
  /** Numbers to skip at its beginning. */
  readonly offset: number;
  readonly shape: Shape;
  /** Numbers from one place to the next along each axis. */
  readonly strides: readonly number[];
}

const STORAGES: Readonly<Record<string, ElementTypeName>> = {
  'torch.FloatStorage': 'F32',
  'torch.DoubleStorage': 'F64',
  'torch.HalfStorage': 'F16',
  'torch.BFloat16Storage': 'BF16',
  'torch.LongStorage': 'I64',
  'torch.IntStorage': 'I32',
  'torch.ShortStorage': 'I16',
  'torch.CharStorage': 'I8',
  'torch.ByteStorage': 'U8',
  'torch.BoolStorage': 'BOOL',
};

type Call = (args: readonly PickleValue[]) => PickleValue;

/** What calls stand for; what training keeps beside the weights stands for nothing. */
const CALLS: Readonly<Record<string, Call>> = {
  'collections.OrderedDict': dictionary,
  'collections.defaultdict': () => new Map(),
  'torch._utils._rebuild_tensor_v2': ([storage, offset, shape, strides]) =>
    tensorOf(storage, offset, shape, strides),
  'torch._utils._rebuild_tensor': ([storage, offset, shape, strides]) =>
    tensorOf(storage, offset, shape, strides),
  'torch._utils._rebuild_parameter': ([tensor = null]) => tensor,
  'torch._utils._rebuild_parameter_with_state': ([tensor = null]) => tensor,
  'torch.Size': ([sizes = null]) => sizes,
  'torch.device': () => null,
  'numpy.core.multiarray.scalar': () => null,
  'numpy._core.multiarray.scalar': () => null,
  'numpy.dtype': () => null,
  '_codecs.encode': () => null,
  'argparse.Namespace': () => null,
  'builtins.set': () => null,
  '__builtin__.set': () => null,
};

/** Types of numbers that settings beside the weights may name. */
const isNumberType = (name: string): boolean =>
  /^torch\.(float|double|half|bfloat|int|uint|bool)\w*$/.test(name);

const isKnown = (name: string): boolean =>
  Object.hasOwn(CALLS, name) || Object.hasOwn(STORAGES, name) || isNumberType(name);

/** Storages that the pickle refers to are put into `storages`, by key. */
export const torchWorld = (storages: Map<string, Storage>): PickleWorld => ({
  check(name) {
    if (isKnown(name)) return;
    throw /^(torch\.nn\.|torchvision\.|timm\.|__main__\.|__torch__\.)/.test(name)
      ? wholeModule(name)
      : unknownName(name);
  },
  call(name, args) {
    if (Object.hasOwn(CALLS, name)) return CALLS[name]?.(args) ?? null;
    throw brokenPickle(`it calls ${shownValue(name)}`);
  },
  persistent(id) {
    const [kind, type, key, , count, view = null] = Array.isArray(id) ? id : [];
    const element = type instanceof PickleName ? STORAGES[type.name] : undefined;
    if (kind !== 'storage' || element === undefined || !isCount(count) || view !== null) {
      throw brokenPickle('it refers to a storage in a way that PyTorch does not');
    }
    const storage = { key: String(key), type: element, count };
    storages.set(storage.key, storage);
    return { object: storage };
  },
});

function wholeModule(name: string): FoveaError {
  return new FoveaError({
    problem: `it holds a whole module (${shownValue(name)}): code would have to run to open it, and none is run`,
    expected: 'a state dict: the weights by name',
    fix: 'in Python, where its code is: torch.save(torch.load("model.pth", weights_only=False).state_dict(), "state.pth")',
  });
}

function unknownName(name: string): FoveaError {
  return new FoveaError({
    problem: `the pickle in it names ${shownValue(name)}, which is nothing that a state dict needs; nothing of it was run`,
    expected: 'a state dict, of tensors and their names alone',
    fix: 'get the file from a source you trust, or save it again: torch.save(model.state_dict(), "state.pth")',
  });
}

/** OrderedDict([(key, value), ...]), or empty. */
function dictionary([items = null]: readonly PickleValue[]): PickleValue {
  const map = new Map<PickleValue, PickleValue>();
  if (!Array.isArray(items)) return map;
  for (const item of items) {
    if (!Array.isArray(item) || item.length !== 2) throw brokenPickle('a dictionary of no pairs');
    map.set(item[0], item[1]);
  }
  return map;
}

const isCount = (value: PickleValue | undefined): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;

function tensorOf(
  storage: PickleValue | undefined,
  offset: PickleValue | undefined,
  shape: PickleValue | undefined,
  strides: PickleValue | undefined,
): PickleValue {
  const counts = (list: PickleValue | undefined): list is number[] =>
    Array.isArray(list) && list.every(isCount);
  if (!isStorage(storage) || !isCount(offset) || !counts(shape) || !counts(strides)) {
    throw brokenPickle('a tensor of a kind that PyTorch does not write');
  }
  const tensor = { storage: storage.object, offset, shape: [...shape], strides: [...strides] };
  checkWithin(tensor);
  return { object: tensor };
}

function isStorage(value: PickleValue | undefined): value is { readonly object: Storage } {
  if (typeof value !== 'object' || value === null || !('object' in value)) return false;
  const { object } = value;
  return typeof object === 'object' && object !== null && 'key' in object;
}

/** No number of the view lies behind its storage, and no storage is seen as more numbers than it has. */
function checkWithin({ storage, offset, shape, strides }: TorchTensor): void {
  const numbers = sizeOf(shape);
  const last = shape.reduce((at, extent, i) => at + (extent - 1) * (strides[i] ?? 0), offset);
  const isWithin =
    shape.length === strides.length &&
    (numbers === 0 || (last < storage.count && numbers <= storage.count));
  if (isWithin) return;
  throw brokenPickle(
    `a tensor of ${numbers} numbers, the last at ${last}, in a storage of ${storage.count}`,
  );
}

/** What stands in a pickle as a tensor; undefined where it is something else. */
export function tensorIn(value: PickleValue | undefined): TorchTensor | undefined {
  if (typeof value !== 'object' || value === null || !('object' in value)) return undefined;
  const { object } = value;
  return typeof object === 'object' && object !== null && 'strides' in object
    ? (object as TorchTensor)
    : undefined;
}
