/**
 * @file One WebAssembly function under construction, with a type stack that fails at emission.
 *
 * Emitters write expressions (`lanes.ts`), which call `emit` here in stack order; each instruction pops
 * and pushes the types its row declares, so a wrong operand is an error in the line that wrote it, not a
 * validation failure of the finished module. Instructions are kept as data: the same list becomes bytes
 * (`module.ts`) and a WAT listing (`wat.ts`).
 */
import { type OpcodeName, opcodes, type ValueType } from './opcodes.ts';

/** A value an expression leaves on the stack. */
export interface Value<T extends ValueType = ValueType> {
  readonly type: T;
  emit(f: FunctionBuilder): void;
}

export interface Local<T extends ValueType = ValueType> extends Value<T> {
  readonly index: number;
  readonly name: string;
}

/** What an instruction carries: memory offset, lane, constant, shuffle. In the order of the row. */
export type ImmediateValue = number | bigint | readonly number[];

export interface Instruction {
  /** A row's name, or a structural one: local.get, local.set, block, loop, if, else, end, br, br_if, call. */
  readonly name: string;
  readonly immediates: readonly ImmediateValue[];
  readonly comment?: string;
}

export interface FunctionType {
  readonly params: readonly ValueType[];
  readonly results: readonly ValueType[];
}

export class FunctionBuilder {
  readonly name: string;
  readonly type: FunctionType;
  readonly locals: Local[] = [];
  readonly instructions: Instruction[] = [];
  private readonly stack: ValueType[] = [];
  private readonly names = new Set<string>();
  private depth = 0;
  private written: Set<Local> | undefined;
  private comment: string | undefined;
  private readonly free = new Map<ValueType, Local[]>();
  private readonly named = new Map<string, Local>();
  /** Locals of `reuse` that nothing was written to yet. */
  private readonly unwritten = new Set<Local>();

  constructor(
    name: string,
    params: Readonly<Record<string, ValueType>> = {},
    results: readonly ValueType[] = [],
  ) {
    this.name = name;
    this.type = { params: Object.values(params), results };
    for (const [local, type] of Object.entries(params)) this.addLocal(type, local);
  }

  param(index: number): Local {
    return this.locals[index];
  }

  /** A new local, zero at the start of the function. */
  local<T extends ValueType>(type: T, name: string): Local<T> {
    return this.addLocal(type, name);
  }

  /**
   * The local of that name and type, made at first sight: for values that are set anew at each use. To read it
   * before anything was written is an error: nobody meant the zero that would stand there.
   */
  reuse<T extends ValueType>(type: T, name: string): Local<T> {
    const key = `${type} ${name}`;
    const found = this.named.get(key) as Local<T> | undefined;
    if (found !== undefined) return found;
    const local = this.addLocal(type, name);
    this.named.set(key, local);
    this.unwritten.add(local);
    return local;
  }

  /**
   * A local that holds a constant from the start of the function on: V8 makes a vector constant anew wherever
   * it is written, in several instructions.
   */
  hoisted<T extends ValueType>(name: string, constant: Value<T>): Local<T> {
    const known = this.named.has(`${constant.type} ${name}`);
    const local = this.reuse(constant.type, name);
    if (known) return local;
    const { comment } = this;
    this.comment = undefined;
    const before = this.instructions.length;
    constant.emit(this);
    this.pop([local.type], `local.set $${name}`);
    this.push('local.set', [local.index]);
    this.unwritten.delete(local);
    this.instructions.unshift(...this.instructions.splice(before));
    this.comment = comment;
    return local;
  }

  /** Runs the body and lists the locals it sets. */
  setBy(body: () => void): readonly Local[] {
    const outer = this.written;
    const inner = new Set<Local>();
    this.written = inner;
    body();
    this.written = outer;
    for (const local of inner) outer?.add(local);
    return [...inner];
  }

  /** A local for as long as `body` runs; reused afterwards, so its first value is undefined. */
  scratch<T extends ValueType>(type: T, name: string, body: (local: Local<T>) => void): void {
    const reusable = this.free.get(type)?.pop() as Local<T> | undefined;
    const local = reusable ?? this.addLocal(type, name);
    body(local);
    const list = this.free.get(type) ?? [];
    list.push(local);
    this.free.set(type, list);
  }

  /** Shown beside the next instruction in the WAT listing. */
  note(comment: string): void {
    this.comment = comment;
  }

  /** Appends an instruction of the table; its operands must be on the stack. */
  emit(name: OpcodeName, ...immediates: ImmediateValue[]): void {
    const { params, results } = opcodes[name];
    this.pop(params, name);
    this.stack.push(...results);
    this.push(name, immediates);
  }

  get(local: Local): void {
    if (this.unwritten.has(local)) this.fail(`local.get $${local.name} before anything is written`);
    this.stack.push(local.type);
    this.push('local.get', [local.index]);
  }

  set<T extends ValueType>(local: Local<T>, value: Value<T>): void {
    value.emit(this);
    this.pop([local.type], `local.set $${local.name}`);
    this.push('local.set', [local.index]);
    this.unwritten.delete(local);
    this.written?.add(local);
  }

  /** Runs an expression that leaves nothing behind: a store, a call. */
  run(statement: { emit(f: FunctionBuilder): void }): void {
    const height = this.stack.length;
    statement.emit(this);
    if (this.stack.length !== height) this.fail('a statement left a value on the stack');
  }

  call(functionIndex: number, type: FunctionType, args: readonly Value[]): void {
    for (const arg of args) arg.emit(this);
    this.pop(type.params, 'call');
    this.stack.push(...type.results);
    this.push('call', [functionIndex]);
  }

  /** `loop { body; br_if again }`: runs the body, and again while the condition it gives is not 0. */
  repeatWhile(body: () => Value<'i32'>): void {
    this.open('loop');
    const condition = body();
    condition.emit(this);
    this.pop(['i32'], 'br_if');
    this.push('br_if', [0]);
    this.close();
  }

  if(condition: Value<'i32'>, then: () => void, otherwise?: () => void): void {
    condition.emit(this);
    this.pop(['i32'], 'if');
    this.open('if');
    then();
    if (otherwise !== undefined) {
      this.push('else', []);
      otherwise();
    }
    this.close();
  }

  /** A block that `leave` can be called in to jump past its end; nesting is counted for you. */
  block(body: (leaveIf: (condition: Value<'i32'>) => void) => void): void {
    this.open('block');
    const target = this.depth;
    body((condition) => {
      condition.emit(this);
      this.pop(['i32'], 'br_if');
      this.push('br_if', [this.depth - target]);
    });
    this.close();
  }

  /** Checks that the stack holds just the results. */
  finish(): void {
    this.pop(this.type.results, 'end of function');
    if (this.stack.length !== 0 || this.depth !== 0)
      this.fail('function ends with an unbalanced stack');
  }

  private addLocal<T extends ValueType>(type: T, name: string): Local<T> {
    const index = this.locals.length;
    const local: Local<T> = {
      type,
      index,
      name: this.names.has(name) ? `${name}_${index}` : name,
      emit: (f) => f.get(local),
    };
    this.names.add(name);
    this.locals.push(local);
    return local;
  }

  private open(kind: 'block' | 'loop' | 'if'): void {
    this.push(kind, []);
    this.depth++;
  }

  private close(): void {
    this.depth--;
    this.push('end', []);
  }

  private pop(expected: readonly ValueType[], what: string): void {
    const found = this.stack.splice(Math.max(0, this.stack.length - expected.length));
    if (found.length !== expected.length || found.some((t, i) => t !== expected[i])) {
      this.fail(`${what} takes (${expected.join(', ')}), the stack holds (${found.join(', ')})`);
    }
  }

  private push(name: string, immediates: readonly ImmediateValue[]): void {
    if (this.comment === undefined) this.instructions.push({ name, immediates });
    else this.instructions.push({ name, immediates, comment: this.comment });
    this.comment = undefined;
  }

  private fail(what: string): never {
    throw new Error(`internal error: emitting $${this.name}: ${what}`);
  }
}
