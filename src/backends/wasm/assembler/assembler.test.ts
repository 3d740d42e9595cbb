/** @file The assembler: numbers as bytes, types checked while emitting, modules that engines take, text. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteWriter } from './bytes.ts';
import { FunctionBuilder, type Local, type Value } from './function.ts';
import { f32, f32x4, i32, i32x4, memory } from './lanes.ts';
import { ModuleBuilder } from './module.ts';
import { type OpcodeName, opcodes, type ValueType } from './opcodes.ts';
import { formatWat } from './wat.ts';

const bytesOf = (write: (w: ByteWriter) => void): number[] => {
  const w = new ByteWriter();
  write(w);
  return [...w.toBytes()];
};

describe('LEB128', () => {
  it('writes the examples of the DWARF standard', () => {
    expect(bytesOf((w) => w.u32(2))).toEqual([2]);
    expect(bytesOf((w) => w.u32(127))).toEqual([0x7f]);
    expect(bytesOf((w) => w.u32(128))).toEqual([0x80, 1]);
    expect(bytesOf((w) => w.u32(624485))).toEqual([0xe5, 0x8e, 0x26]);
    expect(bytesOf((w) => w.u32(2 ** 32 - 1))).toEqual([0xff, 0xff, 0xff, 0xff, 0x0f]);
    expect(bytesOf((w) => w.s32(-2))).toEqual([0x7e]);
    expect(bytesOf((w) => w.s32(127))).toEqual([0xff, 0]);
    expect(bytesOf((w) => w.s32(-128))).toEqual([0x80, 0x7f]);
    expect(bytesOf((w) => w.s32(-(2 ** 31)))).toEqual([0x80, 0x80, 0x80, 0x80, 0x78]);
  });

  it('is read back by any decoder', () => {
    const unsigned = (bytes: number[]): number =>
      bytes.reduce((sum, byte, i) => sum + (byte & 0x7f) * 2 ** (7 * i), 0);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), (n) => {
        const bytes = bytesOf((w) => w.u32(n));
        return unsigned(bytes) === n && bytes.every((b, i) => b >= 0x80 === i < bytes.length - 1);
      }),
    );
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (n) => {
        const bytes = bytesOf((w) => w.s64(n));
        const value = bytes.reduce((sum, b, i) => sum | (BigInt(b & 0x7f) << BigInt(7 * i)), 0n);
        return BigInt.asIntN(7 * bytes.length, value) === n;
      }),
    );
  });
});

/** A module of one exported function over one page. */
function moduleOf(f: FunctionBuilder): ModuleBuilder {
  const module = new ModuleBuilder({ initialPages: 1, maximumPages: 1, shared: false });
  module.add(f, f.name);
  return module;
}

const raw = <T extends ValueType>(type: T): Value<T> => ({ type, emit: () => {} });

describe('a name', () => {
  it('is UTF-8 with its length before it, of letters with accents too', () => {
    const name = (text: string) => bytesOf((w) => w.name(text));
    expect(name('x~')).toEqual([2, 120, 126]);
    expect(name('xé\x7f')).toEqual([4, 120, 0xc3, 0xa9, 0x7f]);
  });
});

describe('the type stack', () => {
  it('names the function, the instruction and both lists of types', () => {
    const f = new FunctionBuilder('kernel', { at: 'i32' });
    const at = f.param(0) as Local<'i32'>;
    const wrong = { type: 'f32x4', emit: at.emit } as unknown as Value<'f32x4'>;
    expect(() => f.run(f32x4.store(at, 0, wrong))).toThrow(
      'emitting $kernel: v128.store takes (i32, f32x4), the stack holds (i32, i32)',
    );
  });

  it('tells lanes of floats from lanes of integers, which the machine does not', () => {
    const f = new FunctionBuilder('kernel');
    const bits = i32x4.splat(1) as unknown as Value<'f32x4'>;
    expect(() => f32x4.add(f32x4.splat(1), bits).emit(f)).toThrow(
      'f32x4.add takes (f32x4, f32x4), the stack holds (f32x4, i32x4)',
    );
  });

  it('refuses an empty stack, a value left over, an unfinished function, a wrong local', () => {
    const fresh = (): FunctionBuilder => new FunctionBuilder('f');
    expect(() => fresh().emit('i32.add')).toThrow('the stack holds ()');
    expect(() => fresh().run(i32.const(1))).toThrow('left a value on the stack');
    const over = fresh();
    i32.const(1).emit(over);
    expect(() => moduleOf(over)).toThrow('unbalanced stack');
    const g = fresh();
    const local = g.local('i32', 'n');
    expect(() => g.set(local, f32.const(1) as unknown as Value<'i32'>)).toThrow(
      'local.set $n takes (i32), the stack holds (f32)',
    );
    expect(() => g.call(0, { params: ['i32'], results: [] }, [f32.const(1)])).toThrow('call takes');
  });

  it('refuses a shared local that is read before anything was written to it: a misspelt name', () => {
    const f = new FunctionBuilder('f');
    f.set(f.reuse('i32', 'rowX'), i32.const(4));
    const copy = f.local('i32', 'copy');
    expect(() => f.set(copy, f.reuse('i32', 'rowx'))).toThrow(
      'emitting $f: local.get $rowx before anything is written',
    );
    expect(() => f.set(copy, f.reuse('i32', 'rowX'))).not.toThrow();
    const one = f.hoisted('one', f32x4.splat(1));
    expect(() => f.run(f32x4.store(copy, 0, one))).not.toThrow();
  });

  it('makes a hoisted constant first and once, and leaves a note where it was', () => {
    const f = new FunctionBuilder('f');
    f.set(f.local('i32', 'before'), i32.const(4));
    f.note('noted');
    for (const name of ['a', 'b']) f.set(f.local('f32x4', name), f.hoisted('one', f32x4.splat(1)));
    expect(f.instructions.map(({ name, comment }) => [name, comment])).toEqual([
      ['f32x4.const', undefined],
      ['local.set', undefined],
      ['i32.const', undefined],
      ['local.set', undefined],
      ['local.get', 'noted'],
      ['local.set', undefined],
      ['local.get', undefined],
      ['local.set', undefined],
    ]);
  });
});

/** Every row alone, its operands constants of the right types, its results dropped by a local. */
function rowAlone(name: OpcodeName): ModuleBuilder {
  const { params, results, immediates } = opcodes[name];
  const f = new FunctionBuilder('row', Object.fromEntries(params.map((t, i) => [`p${i}`, t])));
  for (const local of [...f.locals]) f.get(local);
  f.emit(
    name,
    ...immediates.map((kind) =>
      kind === 'v128' || kind === 'shuffle' ? new Array(16).fill(0) : kind === 'i64' ? 1n : 0,
    ),
  );
  for (const type of results) f.set(f.local(type, 'result'), raw(type));
  const module = new ModuleBuilder({ initialPages: 1, maximumPages: 1, shared: true });
  module.add(f, 'row');
  return module;
}

describe('the table of opcodes', () => {
  for (const name of Object.keys(opcodes) as OpcodeName[]) {
    it(`${name} has the bytes and types the engine expects`, ({ skip }) => {
      if (name === 'unreachable' || name === 'return') return;
      const bytes = rowAlone(name).toBytes();
      if (name.includes('relaxed') && !WebAssembly.validate(bytes))
        skip('this runtime has no relaxed SIMD');
      // Compiling says what is wrong, validating only that something is.
      expect(() => new WebAssembly.Module(bytes)).not.toThrow();
    });
  }
});

/** Sums `count` numbers from address 64 and fills what lies behind them. */
function example(): FunctionBuilder {
  const f = new FunctionBuilder('sum of rows', { count: 'i32' }, ['f32']);
  const [count] = f.locals as Local<'i32'>[];
  const at = f.local('i32', 'at');
  const sum = f.local('f32x4', 'sum');
  f.note('four at a time');
  f.block((leaveIf) => {
    leaveIf(i32.op('eq', count, 0));
    f.repeatWhile(() => {
      f.set(sum, f32x4.add(sum, f32x4.mul(f32x4.load(at, 64), f32x4.splat(0.1))));
      f.set(at, i32.add(at, 16));
      return i32.lessThan(at, i32.mul(count, 4));
    });
  });
  f.if(
    i32.op('gt_s', count, 8),
    () => f.run(memory.fill(at, 0, 16)),
    () => f.run(f32.store(at, 68, f32.op('add', f32x4.extract(sum, 0), Number.NaN))),
  );
  f32x4.extract(f32x4.fromBits(i32x4.shift('shl', i32x4.fromBits(sum), 0)), 0).emit(f);
  return f;
}

describe('a module', () => {
  it('is valid and computes', () => {
    const wasmMemory = new WebAssembly.Memory({ initial: 1, maximum: 1 });
    new Float32Array(wasmMemory.buffer).fill(10, 16, 24);
    const bytes = moduleOf(example()).toBytes();
    expect(WebAssembly.validate(bytes)).toBe(true);
    const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), {
      env: { memory: wasmMemory },
    });
    expect((instance.exports['sum of rows'] as (n: number) => number)(8)).toBe(2);
  });

  it('carries the names of functions and locals', () => {
    const bytes = moduleOf(example()).toBytes();
    const [names] = WebAssembly.Module.customSections(new WebAssembly.Module(bytes), 'name');
    const text = new TextDecoder('latin1').decode(names);
    for (const name of ['sum of rows', 'count', 'at', 'sum']) expect(text).toContain(name);
  });

  it('prints as text, folded, with names, notes and places', () => {
    const module = moduleOf(example());
    const text = formatWat(module, () => ({
      comments: ['sum: an example'],
      placeOf: (address) => (address >= 64 ? `x+${address - 64}` : undefined),
    }));
    expect(text).toBe(`(module
  (import "env" "memory" (memory 1 1))

  ;; sum: an example
  (func $sum_of_rows (export "sum of rows") (param $count i32) (result f32)
    (local $at i32)
    (local $sum v128) ;; f32x4
    ;; four at a time
    (block $block0
      (br_if $block0 (i32.eq (local.get $count) (i32.const 0)))
      (loop $loop1
        (local.set $sum
          (f32x4.add
            (local.get $sum)
            (f32x4.mul
              (v128.load offset=64 (;x+0;) (local.get $at))
              (v128.const f32x4 0.1 0.1 0.1 0.1))))
        (local.set $at (i32.add (local.get $at) (i32.const 16)))
        (br_if $loop1 (i32.lt_s (local.get $at) (i32.mul (local.get $count) (i32.const 4))))
      )
    )
    (if $if2 (i32.gt_s (local.get $count) (i32.const 8))
      (then
        (memory.fill (local.get $at) (i32.const 0) (i32.const 16))
      )
      (else
        (f32.store offset=68 (;x+4;)
          (local.get $at)
          (f32.add (f32x4.extract_lane 0 (local.get $sum)) (f32.const nan)))
      )
    )
    (f32x4.extract_lane 0 (i32x4.shl (local.get $sum) (i32.const 0)))
  )
)
`);
  });
});
