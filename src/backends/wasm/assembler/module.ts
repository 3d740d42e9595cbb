/**
 * @file A WebAssembly module: functions in, bytes out, sections in the order of the specification.
 *
 * The module imports one shared memory ("env" "memory") and exports the functions it is told to. A name
 * section carries function and local names into debuggers, profiles and disassemblies.
 */
import { ByteWriter } from './bytes.ts';
import type { FunctionBuilder, FunctionType, Instruction } from './function.ts';
import { type Opcode, opcodes, type ValueType } from './opcodes.ts';

const TYPE_BYTE: Record<ValueType, number> = {
  i32: 0x7f,
  i64: 0x7e,
  f32: 0x7d,
  f64: 0x7c,
  f32x4: 0x7b,
  i32x4: 0x7b,
  f64x2: 0x7b,
};

/** Of WebAssembly memory. */
export const PAGE_BYTES = 65536;

export interface MemoryImport {
  readonly initialPages: number;
  readonly maximumPages: number;
  readonly shared: boolean;
}

export class ModuleBuilder {
  readonly functions: FunctionBuilder[] = [];
  readonly exports: { readonly name: string; readonly index: number }[] = [];
  readonly memory: MemoryImport;

  constructor(memory: MemoryImport) {
    this.memory = memory;
  }

  /** Adds a finished function and returns its index, for calls. */
  add(f: FunctionBuilder, exportAs?: string): number {
    f.finish();
    const index = this.functions.push(f) - 1;
    if (exportAs !== undefined) this.exports.push({ name: exportAs, index });
    return index;
  }

  /** Without `names`: no name section, which a program needs for people alone. */
  toBytes({ names = true }: { readonly names?: boolean } = {}): Uint8Array<ArrayBuffer> {
    const types: FunctionType[] = [];
    const typeIndex = this.functions.map(({ type }) => {
      const key = JSON.stringify(type);
      const found = types.findIndex((t) => JSON.stringify(t) === key);
      return found >= 0 ? found : types.push(type) - 1;
    });
    const w = new ByteWriter();
    w.bytes([0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]);
    section(w, 1, types, (s, { params, results }) => {
      s.byte(0x60);
      vector(s, params, (v, t) => v.byte(TYPE_BYTE[t]));
      vector(s, results, (v, t) => v.byte(TYPE_BYTE[t]));
    });
    section(w, 2, [this.memory], (s, { initialPages, maximumPages, shared }) => {
      s.name('env');
      s.name('memory');
      s.bytes([0x02, shared ? 0x03 : 0x01]);
      s.u32(initialPages);
      s.u32(maximumPages);
    });
    section(w, 3, typeIndex, (s, index) => s.u32(index));
    section(w, 7, this.exports, (s, { name, index }) => {
      s.name(name);
      s.byte(0x00);
      s.u32(index);
    });
    section(w, 10, this.functions, (s, f) => s.block((body) => writeBody(body, f)));
    if (names) this.writeNames(w);
    return w.toBytes();
  }

  private writeNames(w: ByteWriter): void {
    w.byte(0);
    w.block((custom) => {
      custom.name('name');
      custom.byte(1); // function names
      custom.block((s) =>
        vector(s, this.functions, (v, f, i) => {
          v.u32(i);
          v.name(f.name);
        }),
      );
      custom.byte(2); // local names
      custom.block((s) =>
        vector(s, this.functions, (v, f, i) => {
          v.u32(i);
          vector(v, f.locals, (l, local) => {
            l.u32(local.index);
            l.name(local.name);
          });
        }),
      );
    });
  }
}

function vector<T>(
  w: ByteWriter,
  items: readonly T[],
  write: (w: ByteWriter, item: T, index: number) => void,
): void {
  w.u32(items.length);
  items.forEach((item, i) => {
    write(w, item, i);
  });
}

function section<T>(
  w: ByteWriter,
  id: number,
  items: readonly T[],
  write: (w: ByteWriter, item: T) => void,
): void {
  w.byte(id);
  w.block((s) => vector(s, items, write));
}

function writeBody(w: ByteWriter, f: FunctionBuilder): void {
  const own = f.locals.slice(f.type.params.length);
  // Locals in runs of one encoded type.
  const runs: { count: number; byte: number }[] = [];
  for (const { type } of own) {
    const last = runs.at(-1);
    if (last !== undefined && last.byte === TYPE_BYTE[type]) last.count++;
    else runs.push({ count: 1, byte: TYPE_BYTE[type] });
  }
  vector(w, runs, (v, { count, byte }) => {
    v.u32(count);
    v.byte(byte);
  });
  for (const instruction of f.instructions) writeInstruction(w, instruction);
  w.byte(0x0b);
}

/** Instructions whose operand is a local, a label or a function: opcode, then an index. */
const INDEXED: Record<string, number> = {
  'local.get': 0x20,
  'local.set': 0x21,
  br: 0x0c,
  br_if: 0x0d,
  call: 0x10,
};
/** Structure: opcode and, for those that open a block, the empty block type. */
const STRUCTURE: Record<string, readonly number[]> = {
  block: [0x02, 0x40],
  loop: [0x03, 0x40],
  if: [0x04, 0x40],
  else: [0x05],
  end: [0x0b],
};

function writeInstruction(w: ByteWriter, { name, immediates }: Instruction): void {
  if (Object.hasOwn(INDEXED, name)) {
    w.byte(INDEXED[name]);
    w.u32(immediates[0] as number);
    return;
  }
  if (Object.hasOwn(STRUCTURE, name)) {
    w.bytes(STRUCTURE[name]);
    return;
  }
  const opcode: Opcode = opcodes[name as keyof typeof opcodes];
  w.bytes(opcode.bytes);
  opcode.immediates.forEach((kind, i) => {
    const immediate = immediates[i];
    switch (kind) {
      case 'memory':
        w.u32(opcode.align ?? 0);
        w.u32(immediate as number);
        break;
      case 'lane':
      case 'index':
        w.byte(immediate as number);
        break;
      case 'i32':
        w.s32(immediate as number);
        break;
      case 'i64':
        w.s64(immediate as bigint);
        break;
      case 'f32':
        w.f32(immediate as number);
        break;
      case 'f64':
        w.f64(immediate as number);
        break;
      case 'v128':
      case 'shuffle':
        w.bytes(immediate as readonly number[]);
        break;
    }
  });
}
