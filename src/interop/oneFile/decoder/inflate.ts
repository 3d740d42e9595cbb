/**
 * @file What was deflated (RFC 1951), read back by WebAssembly from the bits that a text holds.
 *
 * Codes are walked length by length: a shipped file opens once, so what it runs is short and makes no large tables. It
 * trusts its input, which is the file's own; spoilt text ends outside of the memory. Previous stop: `bitReader.ts`.
 * Next stop: `decoderModule.ts`.
 */
import {
  FunctionBuilder,
  type FunctionType,
  type Local,
  type Value,
} from '../../../backends/wasm/assembler/function.ts';
import { i32, memory } from '../../../backends/wasm/assembler/lanes.ts';
import type { ModuleBuilder } from '../../../backends/wasm/assembler/module.ts';
import { forRange } from '../../../backends/wasm/emit/language/loops.ts';
import { BITS } from '../text.ts';
import { drop, locals, need, take, withReader } from './bitReader.ts';
import { DISTANCES, LENGTHS, LITERALS, NEXT, ORDER, READER } from './places.ts';

const LONGEST = 15;
/** From the numbers of symbols of a code to its symbols, in bytes. */
const SYMBOLS = 4 * (LONGEST + 1);
/** Order in which the lengths of the lengths' own code stand. */
const LENGTHS_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/** The functions that others call, each as an expression. */
interface Functions {
  /** The next bits as a number. */
  read(bits: Value<'i32'> | number): Value<'i32'>;
  /** The next symbol of a code. */
  symbol(code: number): Value<'i32'>;
  /** Twice `of` numbers stand for themselves; of each `of` after them, one more bit follows. */
  range(symbol: Value<'i32'>, of: number): Value<'i32'>;
  /** Makes the code whose symbols have these lengths; 0: there is no such symbol. */
  build(code: number, lengths: Value<'i32'>, count: Value<'i32'>): Value<'i32'>;
}

/** Adds `inflate(to)`, which leaves the bytes of all blocks there. */
export function addInflate(module: ModuleBuilder): void {
  const read = adder(module, readFunction());
  const functions: Functions = {
    read: (bits) => read(bits),
    symbol: adder(module, symbolFunction()),
    range: adder(
      module,
      rangeFunction((bits) => read(bits)),
    ),
    build: adder(module, buildFunction()),
  };
  const codes = adder(module, codesFunction(functions));
  const fixed = adder(module, fixedFunction(functions));
  const stored = adder(module, storedFunction(functions));
  const coded = adder(module, codedFunction(functions));
  const f = new FunctionBuilder('inflate', { to: 'i32' });
  const [to] = f.locals as [Local<'i32'>];
  const { isLast, kind } = locals(f, 'isLast', 'kind');
  f.repeatWhile(() => {
    f.set(isLast, read(1));
    f.set(kind, read(2));
    f.if(
      i32.op('eq', kind, 0),
      () => f.set(to, stored(to)),
      () => {
        f.if(
          i32.op('eq', kind, 1),
          () => drops(f, fixed()),
          () => drops(f, codes()),
        );
        f.set(to, coded(to));
      },
    );
    return i32.op('eq', isLast, 0);
  });
  module.add(f, 'inflate');
}

type Call = (...args: readonly (Value<'i32'> | number)[]) => Value<'i32'>;

/** Adds a function that gives a number; how it is called. */
function adder(module: ModuleBuilder, f: FunctionBuilder): Call {
  const index = module.add(f);
  const type: FunctionType = f.type;
  return (...args) => ({
    type: 'i32',
    emit: (caller) =>
      caller.call(
        index,
        type,
        args.map((arg) => (typeof arg === 'number' ? i32.const(arg) : arg)),
      ),
  });
}

function readFunction(): FunctionBuilder {
  const f = new FunctionBuilder('read', { bits: 'i32' }, ['i32']);
  const [bits] = f.locals as [Local<'i32'>];
  const value = f.local('i32', 'value');
  withReader(f, (reader) => take(f, reader, bits, value));
  value.emit(f);
  return f;
}

function symbolFunction(): FunctionBuilder {
  const f = new FunctionBuilder('symbol', { code: 'i32' }, ['i32']);
  const [table] = f.locals as [Local<'i32'>];
  const { length, code, first, place, some } = locals(
    f,
    'length',
    'code',
    'first',
    'place',
    'some',
  );
  withReader(f, (reader) => {
    need(f, reader, i32.const(LONGEST));
    f.block((leaveIf) => {
      f.repeatWhile(() => {
        const next = i32.op('and', i32.op('shr_u', reader.held, length), 1);
        f.set(code, i32.op('or', code, next));
        f.set(length, i32.add(length, 1));
        f.set(some, i32.load(wordOf(table, length)));
        leaveIf(i32.lessThan(i32.sub(code, first), some));
        f.set(place, i32.add(place, some));
        f.set(first, i32.op('shl', i32.add(first, some), 1));
        f.set(code, i32.op('shl', code, 1));
        return i32.lessThan(length, LONGEST);
      });
    });
    drop(f, reader, length);
  });
  i32.load(wordOf(table, i32.add(place, i32.sub(code, first))), SYMBOLS).emit(f);
  return f;
}

function rangeFunction(read: (bits: Value<'i32'>) => Value<'i32'>): FunctionBuilder {
  const f = new FunctionBuilder('range', { symbol: 'i32', of: 'i32' }, ['i32']);
  const [symbol, of] = f.locals as [Local<'i32'>, Local<'i32'>];
  const { more } = locals(f, 'more');
  f.if(i32.op('ge_s', symbol, i32.op('shl', of, 1)), () => {
    f.set(more, i32.sub(i32.op('div_u', symbol, of), 1));
    const base = i32.op('shl', i32.add(of, i32.op('rem_u', symbol, of)), more);
    f.set(symbol, i32.add(base, read(more)));
  });
  symbol.emit(f);
  return f;
}

function buildFunction(): FunctionBuilder {
  const f = new FunctionBuilder('build', { code: 'i32', lengths: 'i32', count: 'i32' }, ['i32']);
  const [code, lengths, count] = f.locals as [Local<'i32'>, Local<'i32'>, Local<'i32'>];
  const { i, at, place } = locals(f, 'i', 'at', 'place');
  const lengthOf = i32.loadByte(i32.add(lengths, i));
  f.run(memory.fill(code, 0, SYMBOLS));
  forRange(f, i, count, 1, () => {
    f.set(at, wordOf(code, lengthOf));
    f.run(i32.store(at, 0, i32.add(i32.load(at), 1)));
  });
  f.run(i32.store(code, 0, 0));
  f.set(i, i32.const(0));
  forRange(f, i, i32.const(LONGEST + 1), 1, () => {
    f.run(i32.store(wordOf(NEXT, i), 0, place));
    f.set(place, i32.add(place, i32.load(wordOf(code, i))));
  });
  f.set(i, i32.const(0));
  forRange(f, i, count, 1, () => {
    f.set(at, lengthOf);
    f.if(at, () => {
      f.set(at, wordOf(NEXT, at));
      f.run(i32.store(wordOf(code, i32.load(at)), SYMBOLS, i));
      f.run(i32.store(at, 0, i32.add(i32.load(at), 1)));
    });
  });
  i32.const(0).emit(f);
  return f;
}

/** The two codes that a block brings along. */
function codesFunction({ read, symbol, build }: Functions): FunctionBuilder {
  const f = new FunctionBuilder('codes', {}, ['i32']);
  const { literals, all, some, i, found, again } = locals(
    f,
    'literals',
    'all',
    'some',
    'i',
    'found',
    'again',
  );
  const order = Uint8Array.from({ length: 20 }, (_, at) => LENGTHS_ORDER[at] ?? 0);
  new Int32Array(order.buffer).forEach((word, at) => {
    f.run(i32.store(0, ORDER + 4 * at, word));
  });
  f.set(literals, i32.add(read(5), 257));
  f.set(all, i32.add(literals, i32.add(read(5), 1)));
  f.set(some, i32.add(read(4), 4));
  f.run(memory.fill(LENGTHS, 0, LENGTHS_ORDER.length));
  forRange(f, i, some, 1, () => f.run(i32.storeByte(i32.loadByte(i, ORDER), LENGTHS, read(3))));
  drops(f, build(LITERALS, i32.const(LENGTHS), i32.const(LENGTHS_ORDER.length)));
  f.set(i, i32.const(0));
  f.repeatWhile(() => {
    f.set(found, symbol(LITERALS));
    f.set(some, i32.const(1));
    f.set(again, found);
    f.if(i32.op('ge_s', found, 16), () => {
      f.set(again, i32.const(0));
      f.if(i32.op('eq', found, 16), () => f.set(again, i32.loadByte(i, LENGTHS - 1)));
      f.if(
        i32.op('eq', found, 18),
        () => f.set(some, i32.add(read(7), 11)),
        () => f.set(some, i32.add(read(i32.sub(found, 14)), 3)),
      );
    });
    f.run(memory.fill(i32.add(i, LENGTHS), again, some));
    f.set(i, i32.add(i, some));
    return i32.lessThan(i, all);
  });
  drops(f, build(DISTANCES, i32.add(literals, LENGTHS), i32.sub(all, literals)));
  build(LITERALS, i32.const(LENGTHS), literals).emit(f);
  return f;
}

/** The codes of a block that brings none. */
function fixedFunction({ build }: Functions): FunctionBuilder {
  const f = new FunctionBuilder('fixed', {}, ['i32']);
  f.run(memory.fill(LENGTHS, 8, 288));
  f.run(memory.fill(LENGTHS + 144, 9, 112));
  f.run(memory.fill(LENGTHS + 256, 7, 24));
  drops(f, build(LITERALS, i32.const(LENGTHS), i32.const(288)));
  f.run(memory.fill(LENGTHS, 5, 30));
  build(DISTANCES, i32.const(LENGTHS), i32.const(30)).emit(f);
  return f;
}

/** A block of bytes as they are, from the next whole byte on; gives where the next block begins. */
function storedFunction({ read }: Functions): FunctionBuilder {
  const f = new FunctionBuilder('stored', { to: 'i32' }, ['i32']);
  const [to] = f.locals as [Local<'i32'>];
  const { end } = locals(f, 'end');
  const units = i32.op('shr_u', i32.load(0, READER.at), 1);
  const taken = i32.sub(i32.mul(units, BITS), i32.load(0, READER.count));
  drops(f, read(i32.op('and', i32.sub(0, taken), 7)));
  f.set(end, i32.op('or', read(8), i32.op('shl', read(8), 8)));
  f.set(end, i32.add(to, end));
  // The length once more, inverted.
  drops(f, read(8));
  drops(f, read(8));
  f.block((leaveIf) => {
    f.repeatWhile(() => {
      leaveIf(i32.op('ge_u', to, end));
      write(f, to, read(8));
      return i32.const(1);
    });
  });
  to.emit(f);
  return f;
}

/** A block of bytes, or how far back and how much to take again; gives where the next block begins. */
function codedFunction({ symbol, range }: Functions): FunctionBuilder {
  const f = new FunctionBuilder('coded', { to: 'i32' }, ['i32']);
  const [to] = f.locals as [Local<'i32'>];
  const { found, end, from } = locals(f, 'found', 'end', 'from');
  f.repeatWhile(() => {
    f.set(found, symbol(LITERALS));
    f.if(i32.lessThan(found, 256), () => write(f, to, found));
    f.if(i32.op('gt_s', found, 256), () => {
      f.if(
        i32.op('eq', found, 285),
        () => f.set(end, i32.const(258)),
        () => f.set(end, i32.add(range(i32.sub(found, 257), 4), 3)),
      );
      f.set(from, i32.sub(to, i32.add(range(symbol(DISTANCES), 2), 1)));
      f.set(end, i32.add(to, end));
      f.repeatWhile(() => {
        write(f, to, i32.loadByte(from));
        f.set(from, i32.add(from, 1));
        return i32.op('lt_u', to, end);
      });
    });
    return i32.op('ne', found, 256);
  });
  to.emit(f);
  return f;
}

function write(f: FunctionBuilder, to: Local<'i32'>, byte: Value<'i32'>): void {
  f.run(i32.storeByte(to, 0, byte));
  f.set(to, i32.add(to, 1));
}

/** The address of a word of a list. */
const wordOf = (list: Value<'i32'> | number, i: Value<'i32'>): Value<'i32'> =>
  i32.add(list, i32.op('shl', i, 2));

/** For what it does alone. */
function drops(f: FunctionBuilder, value: Value<'i32'>): void {
  value.emit(f);
  f.emit('drop_i32');
}
