/**
 * @file The text of a module: what was emitted, as a person would write it.
 *
 * Stack code is folded back to expressions, one statement per line or, where that is too long, one operand
 * per line; locals and labels have names. Beside an address stands what is kept there, where the caller
 * knows. The listing is WebAssembly text (WAT) and follows its specification.
 * Previous stop: `module.ts`, which makes bytes of the same instructions.
 */
import type { FunctionBuilder, ImmediateValue, Instruction, Local } from './function.ts';
import type { ModuleBuilder } from './module.ts';
import { type OpcodeName, opcodes, type ValueType } from './opcodes.ts';

/** What the caller knows of a function. */
export interface FunctionNotes {
  /** Lines above it. */
  readonly comments?: readonly string[];
  /** What is kept at a constant address it reads or writes. */
  placeOf?(address: number): string | undefined;
}

const WIDTH = 100;

export function formatWat(
  module: ModuleBuilder,
  notesOf: (index: number) => FunctionNotes = () => ({}),
): string {
  const { initialPages, maximumPages, shared } = module.memory;
  const ids = uniqueIds(module.functions.map((f) => f.name));
  const lines = [
    '(module',
    `  (import "env" "memory" (memory ${initialPages} ${maximumPages}${shared ? ' shared' : ''}))`,
  ];
  module.functions.forEach((f, i) => {
    const names = module.exports.filter(({ index }) => index === i).map(({ name }) => name);
    lines.push('', ...new FunctionListing(module, f, ids, notesOf(i)).lines(ids[i], names));
  });
  lines.push(')');
  return `${lines.join('\n')}\n`;
}

/** An expression folded from stack code: a head such as `f32.load offset=8`, and its operands. */
interface Folded {
  readonly head: string;
  readonly operands: readonly Folded[];
}

class FunctionListing {
  private readonly module: ModuleBuilder;
  private readonly f: FunctionBuilder;
  private readonly functionIds: readonly string[];
  private readonly localIds: readonly string[];
  private readonly notes: FunctionNotes;
  private readonly out: string[] = [];
  private stack: Folded[] = [];
  /** One entry per open block; an `if` is two deep in the text. */
  private readonly open: { readonly label: string; readonly kind: string }[] = [];
  private indent = 2;
  private labels = 0;

  constructor(
    module: ModuleBuilder,
    f: FunctionBuilder,
    functionIds: readonly string[],
    notes: FunctionNotes,
  ) {
    this.module = module;
    this.f = f;
    this.functionIds = functionIds;
    this.localIds = uniqueIds(f.locals.map((l) => l.name));
    this.notes = notes;
  }

  lines(id: string, exportNames: readonly string[]): string[] {
    const { type, locals, instructions } = this.f;
    const head = [
      ...(this.notes.comments ?? []).map((line) => `  ;; ${line}`),
      [
        `  (func ${id}`,
        ...exportNames.map((name) => `(export "${name}")`),
        ...type.params.map((_, i) => `(param ${this.declared(locals[i])})`),
        ...(type.results.length === 0 ? [] : [`(result ${type.results.map(storage).join(' ')})`]),
      ].join(' '),
      ...locals
        .slice(type.params.length)
        .map((local) => `    (local ${this.declared(local)})${laneComment(local.type)}`),
    ];
    for (const instruction of instructions) this.visit(instruction);
    // What is left on the stack is the function's results.
    for (const result of this.stack) this.statement(result);
    return [...head, ...this.out, '  )'];
  }

  private declared({ index, type }: Local): string {
    return `${this.localIds[index]} ${storage(type)}`;
  }

  private visit({ name, immediates, comment }: Instruction): void {
    if (comment !== undefined) this.line(`;; ${comment}`);
    const [immediate] = immediates as readonly number[];
    switch (name) {
      case 'local.get':
        this.stack.push({ head: `local.get ${this.localIds[immediate]}`, operands: [] });
        return;
      case 'local.set':
        this.statement({ head: `local.set ${this.localIds[immediate]}`, operands: this.take(1) });
        return;
      case 'br_if': {
        const { label } = this.open[this.open.length - 1 - immediate];
        this.statement({ head: `br_if ${label}`, operands: this.take(1) });
        return;
      }
      case 'call':
        this.call(immediate);
        return;
      case 'block':
      case 'loop':
      case 'if':
        this.openBlock(name);
        return;
      case 'else':
        this.indent--;
        this.line(')');
        this.line('(else');
        this.indent++;
        return;
      case 'end':
        this.closeBlock();
        return;
      default:
        this.row(name as OpcodeName, immediates);
    }
  }

  private row(name: OpcodeName, immediates: readonly ImmediateValue[]): void {
    const { params, results } = opcodes[name];
    // A change of lane type is for the type stack only.
    if (name.includes('reinterpret_') && opcodes[name].bytes.length === 0) return;
    const folded = { head: this.head(name, immediates), operands: this.take(params.length) };
    if (results.length === 0) this.statement(folded);
    else this.stack.push(folded);
  }

  private call(index: number): void {
    const { params, results } = this.module.functions[index].type;
    const call = {
      head: `call ${this.functionIds[index]}`,
      operands: this.take(params.length),
    };
    if (results.length === 0) this.statement(call);
    else this.stack.push(call);
  }

  private openBlock(kind: 'block' | 'loop' | 'if'): void {
    const label = `$${kind}${this.labels++}`;
    if (kind === 'if') {
      const [condition] = this.take(1);
      this.statement({ head: `if ${label}`, operands: [condition] }, '');
      this.indent++;
      this.line('(then');
    } else this.line(`(${kind} ${label}`);
    this.indent++;
    this.open.push({ label, kind });
  }

  private closeBlock(): void {
    const closed = this.open.pop();
    this.indent--;
    this.line(')');
    if (closed?.kind !== 'if') return;
    this.indent--;
    this.line(')');
  }

  private take(count: number): Folded[] {
    return this.stack.splice(this.stack.length - count);
  }

  private head(name: OpcodeName, immediates: readonly ImmediateValue[]): string {
    const parts = opcodes[name].immediates.flatMap((kind, i): string[] => {
      const value = immediates[i];
      if (kind === 'memory') return value === 0 ? [] : [this.offset(value as number)];
      if (kind === 'v128') return [lanesText(name, value as readonly number[])];
      if (kind === 'shuffle') return [(value as readonly number[]).join(' ')];
      return [numberText(value as number | bigint)];
    });
    return [textName(name), ...parts].join(' ');
  }

  private offset(address: number): string {
    const place = this.notes.placeOf?.(address);
    return `offset=${address}${place === undefined ? '' : ` (;${place};)`}`;
  }

  private line(text: string): void {
    this.out.push(`${'  '.repeat(this.indent)}${text}`);
  }

  /** On one line if it fits, else operand by operand. */
  private statement(folded: Folded, close = ')'): void {
    const flat = flatText(folded, close);
    if (flat.length + 2 * this.indent <= WIDTH || folded.operands.length === 0) {
      this.line(flat);
      return;
    }
    this.line(`(${folded.head}`);
    this.indent++;
    folded.operands.forEach((operand) => {
      this.statement(operand);
    });
    this.indent--;
    // The closing bracket joins the last operand.
    if (close !== '') this.out[this.out.length - 1] += close;
  }
}

function flatText({ head, operands }: Folded, close = ')'): string {
  return `(${[head, ...operands.map((o) => flatText(o))].join(' ')}${close}`;
}

/** The specification's name of a row. */
function textName(name: OpcodeName): string {
  if (name.startsWith('select_')) return 'select';
  if (name.startsWith('drop_')) return 'drop';
  if (name.endsWith('x4.const') || name.endsWith('x2.const')) return 'v128.const';
  return name
    .replace(/^i32x4\.(load|store)$/, 'v128.$1')
    .replace('f32x4.bitselect', 'v128.bitselect');
}

function lanesText(name: OpcodeName, bytes: readonly number[]): string {
  const { buffer } = Uint8Array.from(bytes);
  const shape = name.slice(0, 5);
  const lanes =
    shape === 'f32x4'
      ? new Float32Array(buffer)
      : shape === 'f64x2'
        ? new Float64Array(buffer)
        : new Int32Array(buffer);
  return `${shape} ${Array.from(lanes as ArrayLike<number>, numberText).join(' ')}`;
}

function numberText(value: number | bigint): string {
  if (typeof value === 'bigint') return String(value);
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value < 0 ? '-inf' : 'inf';
  if (Object.is(value, -0)) return '-0';
  // The shortest decimal that is still the same float32.
  for (let digits = 1; digits < 10; digits++) {
    const text: string = String(Number(value.toPrecision(digits)));
    if (Number(text) === value || (!Number.isInteger(value) && Math.fround(Number(text)) === value))
      return text;
  }
  return String(value);
}

/** All lane types are one type of the machine. */
function storage(type: ValueType): string {
  return type.includes('x') ? 'v128' : type;
}

function laneComment(type: ValueType): string {
  return type.includes('x') ? ` ;; ${type}` : '';
}

/** Identifiers: `$`, and only characters the text format takes. */
function uniqueIds(names: readonly string[]): string[] {
  const seen = new Set<string>();
  return names.map((name, i) => {
    const id = `$${name.replace(/[^\w!#$%&'*+\-./:<=>?@\\^`|~]/g, '_')}`;
    const unique = seen.has(id) ? `${id}_${i}` : id;
    seen.add(unique);
    return unique;
  });
}
