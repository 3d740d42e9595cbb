/**
 * @file The machine that pickles are written for: bytes read in turn, a stack with marks, and a memo.
 *
 * Previous stop: `pickle.ts`; next stop: `pickleOpcodes.ts`, what each opcode does with it.
 */
import { FoveaError } from '../../base/errors.ts';
import { shownValue } from '../../base/printable.ts';

/** Lists and tuples are arrays, dictionaries maps. `object`: what a call of the caller's table stands for. */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | readonly PickleValue[]
  | Map<PickleValue, PickleValue>
  | PickleName
  | { readonly object: unknown };

/** A class or function by its module and name: not the thing itself. */
export class PickleName {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

/** What names and persistent ids stand for; both throw on what they do not know. */
export interface PickleWorld {
  /** Of a name such as "collections.OrderedDict"; called when it is named, before any call. */
  check(name: string): void;
  /** What calling it with these arguments would give. */
  call(name: string, args: readonly PickleValue[]): PickleValue;
  persistent(id: PickleValue): PickleValue;
}

export const MARK = Symbol('mark');
export type Slot = PickleValue | typeof MARK;

export function brokenPickle(problem: string): FoveaError {
  return new FoveaError({
    problem: `the pickle in it cannot be read: ${problem}`,
    expected: 'a pickle as torch.save writes it',
    fix: 'save it again: torch.save(model.state_dict(), "model.pth")',
  });
}

export class Machine {
  readonly world: PickleWorld;
  readonly memo = new Map<number, Slot>();
  at: number;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #stack: Slot[] = [];

  constructor(bytes: Uint8Array, world: PickleWorld, start: number) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.world = world;
    this.at = start;
  }

  /** The next `count` bytes. */
  take(count: number): Uint8Array {
    if (!Number.isSafeInteger(count) || count < 0 || count > this.#bytes.length - this.at) {
      throw brokenPickle(`it ends in the middle, or claims ${count} bytes of text`);
    }
    this.at += count;
    return this.#bytes.subarray(this.at - count, this.at);
  }

  byte(): number {
    return this.take(1)[0];
  }

  u16(): number {
    this.take(2);
    return this.#view.getUint16(this.at - 2, true);
  }

  u32(): number {
    this.take(4);
    return this.#view.getUint32(this.at - 4, true);
  }

  i32(): number {
    return this.u32() | 0;
  }

  u64(): number {
    this.take(8);
    return Number(this.#view.getBigUint64(this.at - 8, true));
  }

  f64(): number {
    this.take(8);
    return this.#view.getFloat64(this.at - 8, false);
  }

  text(count: number): string {
    return new TextDecoder().decode(this.take(count));
  }

  line(): string {
    const end = this.#bytes.indexOf(0x0a, this.at);
    if (end < 0) throw brokenPickle('a line without an end');
    const text = this.text(end - this.at);
    this.at++;
    return text;
  }

  push(value: Slot): void {
    this.#stack.push(value);
  }

  popSlot(): Slot {
    const value = this.#stack.pop();
    if (value === undefined) throw brokenPickle('it takes more than there is');
    return value;
  }

  pop(): PickleValue {
    const value = this.popSlot();
    if (value === MARK) throw brokenPickle('a mark stands where a value should');
    return value;
  }

  top(): PickleValue {
    const value = this.pop();
    this.push(value);
    return value;
  }

  /** All values above the last mark, which goes too. */
  popToMark(): PickleValue[] {
    const mark = this.#stack.lastIndexOf(MARK);
    if (mark < 0) throw brokenPickle('a mark is missing');
    const values = this.#stack.splice(mark);
    return values.slice(1) as PickleValue[];
  }

  name(module: string, name: string): void {
    const whole = `${module}.${name}`;
    this.world.check(whole);
    this.push(new PickleName(whole));
  }

  call(callee: PickleValue, args: PickleValue): void {
    if (!(callee instanceof PickleName) || !Array.isArray(args)) {
      throw brokenPickle(`it calls ${shownValue(String(callee))}`);
    }
    this.push(this.world.call(callee.name, args));
  }
}
