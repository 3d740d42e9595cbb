/**
 * @file The pickle of a state dict, as torch.save writes it and torch.load(weights_only=True) reads it: protocol 2, an
 * ordered dictionary of float32 tensors, each the whole of a storage of its own.
 *
 * Before: `pickle.ts`, the reader. Next stop: `exportPytorch.ts`.
 */
import type { Shape } from '../../base/shape.ts';

const text = (words: string): Uint8Array => new TextEncoder().encode(words);

/** Collects bytes. */
class Writer {
  readonly #parts: Uint8Array[] = [];

  op(...codes: readonly number[]): this {
    this.#parts.push(Uint8Array.from(codes));
    return this;
  }

  /** GLOBAL: a name that is looked up. */
  name(module: string, name: string): this {
    this.#parts.push(text(`c${module}\n${name}\n`));
    return this;
  }

  /** BINUNICODE */
  string(words: string): this {
    const bytes = text(words);
    const head = new Uint8Array(5);
    head[0] = 0x58;
    new DataView(head.buffer).setUint32(1, bytes.length, true);
    this.#parts.push(head, bytes);
    return this;
  }

  /** BININT1, BININT2, BININT or LONG1: the shortest that holds it. */
  whole(n: number): this {
    if (n < 0x100) return this.op(0x4b, n);
    if (n < 0x10000) return this.op(0x4d, n & 0xff, n >> 8);
    const bytes = new Uint8Array(10);
    const view = new DataView(bytes.buffer);
    if (n < 2 ** 31) {
      bytes[0] = 0x4a;
      view.setInt32(1, n, true);
      this.#parts.push(bytes.subarray(0, 5));
    } else {
      bytes.set([0x8a, 8]);
      view.setBigInt64(2, BigInt(n), true);
      this.#parts.push(bytes);
    }
    return this;
  }

  /** TUPLE1 to TUPLE3, or between a mark and TUPLE. */
  tuple(values: readonly number[]): this {
    if (values.length === 0) return this.op(0x29);
    if (values.length > 3) this.op(0x28);
    for (const value of values) this.whole(value);
    return this.op(values.length > 3 ? 0x74 : 0x84 + values.length);
  }

  bytes(): Uint8Array {
    const size = this.#parts.reduce((sum, { length }) => sum + length, 0);
    const all = new Uint8Array(size);
    let at = 0;
    for (const part of this.#parts) {
      all.set(part, at);
      at += part.length;
    }
    return all;
  }
}

const [PROTO, MARK, TUPLE, EMPTY_TUPLE, REDUCE, BINPERSID, NEWFALSE, SETITEMS, STOP] = [
  0x80, 0x28, 0x74, 0x29, 0x52, 0x51, 0x89, 0x75, 0x2e,
];

/** Storage i is that of tensor i. */
export function torchPickle(tensors: readonly { readonly name: string; readonly shape: Shape }[]) {
  const w = new Writer().op(PROTO, 2);
  w.name('collections', 'OrderedDict').op(EMPTY_TUPLE, REDUCE, MARK);
  tensors.forEach(({ name, shape }, i) => {
    const count = shape.reduce((product, extent) => product * extent, 1);
    w.string(name).name('torch._utils', '_rebuild_tensor_v2').op(MARK);
    // ('storage', FloatStorage, key, location, count), which the persistent id is
    w.op(MARK).string('storage').name('torch', 'FloatStorage').string(String(i)).string('cpu');
    w.whole(count).op(TUPLE, BINPERSID);
    // offset, size, stride, requires_grad, backward_hooks
    w.whole(0).tuple(shape).tuple(stridesOf(shape)).op(NEWFALSE);
    w.name('collections', 'OrderedDict').op(EMPTY_TUPLE, REDUCE, TUPLE, REDUCE);
  });
  return w.op(SETITEMS, STOP).bytes();
}

function stridesOf(shape: Shape): number[] {
  const strides: number[] = [];
  let step = 1;
  for (const extent of shape.toReversed()) {
    strides.unshift(step);
    step *= extent;
  }
  return strides;
}
