/**
 * @file What each opcode of a pickle does. Numbers: https://github.com/python/cpython/blob/main/Lib/pickletools.py.
 *
 * Previous stop: `pickleMachine.ts`.
 */
import { shownValue } from '../../base/printable.ts';
import { brokenPickle, MARK, type Machine, type PickleValue } from './pickleMachine.ts';

const mapOf = (value: PickleValue): Map<PickleValue, PickleValue> => {
  if (value instanceof Map) return value;
  throw brokenPickle('it puts items into what is no dictionary');
};

function setItems(m: Machine, items: readonly PickleValue[]): void {
  const map = mapOf(m.top());
  if (items.length % 2 === 1) throw brokenPickle('a key without a value');
  for (let i = 0; i < items.length; i += 2) map.set(items[i], items[i + 1]);
}

function append(m: Machine, items: readonly PickleValue[]): void {
  const list = m.top();
  if (!Array.isArray(list)) throw brokenPickle('it appends to what is no list');
  for (const item of items) list.push(item);
}

/** Two's complement, little-endian, of any length: of text this is the one that could take long. */
function longOf(bytes: Uint8Array): number | bigint {
  if (bytes.length > 1024) throw brokenPickle(`a whole number of ${bytes.length} bytes`);
  let value = 0n;
  for (const byte of bytes.toReversed()) value = (value << 8n) | BigInt(byte);
  if (bytes.length > 0 && bytes[bytes.length - 1] >= 0x80) value -= 1n << BigInt(8 * bytes.length);
  return plain(value);
}

const plain = (value: bigint): number | bigint =>
  value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER)
    ? Number(value)
    : value;

function wholeIn(line: string): number | bigint | boolean {
  if (line === '00' || line === '01') return line === '01';
  const digits = line.replace(/L$/, '');
  if (!/^[-+]?\d{1,400}$/.test(digits)) throw brokenPickle(`the number ${shownValue(line)}`);
  return plain(BigInt(digits));
}

function remembered(m: Machine, place: number): void {
  const value = m.memo.get(place);
  if (value === undefined)
    throw brokenPickle(`it looks for number ${place}, which it has not kept`);
  m.push(value);
}

function keep(m: Machine, place: number): void {
  m.memo.set(place, m.top());
}

const tuple = (count: number) => (m: Machine) => {
  const items: PickleValue[] = [];
  for (let i = 0; i < count; i++) items.unshift(m.pop());
  m.push(items);
};

/** Applies a state to an object: of ours none has one that counts. */
function build(m: Machine): void {
  m.pop();
  m.top();
}

function reduce(m: Machine): void {
  const args = m.pop();
  m.call(m.pop(), args);
}

type Step = (m: Machine) => void;

export const OPCODES: ReadonlyMap<number, Step> = new Map<number, Step>([
  [0x80, (m) => void m.byte()], // PROTO
  [0x95, (m) => void m.u64()], // FRAME
  [0x28, (m) => m.push(MARK)], // (
  [0x30, (m) => void m.popSlot()], // 0 POP
  [0x31, (m) => void m.popToMark()], // 1 POP_MARK
  [0x32, (m) => m.push(m.top())], // 2 DUP
  [0x4e, (m) => m.push(null)], // N
  [0x88, (m) => m.push(true)],
  [0x89, (m) => m.push(false)],
  [0x49, (m) => m.push(wholeIn(m.line()))], // I
  [0x4c, (m) => m.push(wholeIn(m.line()))], // L
  [0x4a, (m) => m.push(m.i32())], // J BININT
  [0x4b, (m) => m.push(m.byte())], // K BININT1
  [0x4d, (m) => m.push(m.u16())], // M BININT2
  [0x8a, (m) => m.push(longOf(m.take(m.byte())))], // LONG1
  [0x8b, (m) => m.push(longOf(m.take(m.i32())))], // LONG4
  [0x46, (m) => m.push(Number(m.line()))], // F
  [0x47, (m) => m.push(m.f64())], // G BINFLOAT
  [0x53, (m) => m.push(m.line().slice(1, -1))], // S STRING, in quotes
  [0x54, (m) => m.push(m.text(m.i32()))], // T BINSTRING
  [0x55, (m) => m.push(m.text(m.byte()))], // U SHORT_BINSTRING
  [0x56, (m) => m.push(m.line())], // V UNICODE
  [0x58, (m) => m.push(m.text(m.u32()))], // X BINUNICODE
  [0x8c, (m) => m.push(m.text(m.byte()))], // SHORT_BINUNICODE
  [0x8d, (m) => m.push(m.text(m.u64()))], // BINUNICODE8
  [0x42, (m) => m.push(m.take(m.u32()))], // B BINBYTES
  [0x43, (m) => m.push(m.take(m.byte()))], // C SHORT_BINBYTES
  [0x8e, (m) => m.push(m.take(m.u64()))], // BINBYTES8
  [0x96, (m) => m.push(m.take(m.u64()))], // BYTEARRAY8
  [0x5d, (m) => m.push([])], // ] EMPTY_LIST
  [0x6c, (m) => m.push(m.popToMark())], // l LIST
  [0x61, (m) => appendOne(m)], // a APPEND
  [0x65, (m) => append(m, m.popToMark())], // e APPENDS
  [0x29, (m) => m.push([])], // ) EMPTY_TUPLE
  [0x74, (m) => m.push(m.popToMark())], // t TUPLE
  [0x85, tuple(1)],
  [0x86, tuple(2)],
  [0x87, tuple(3)],
  [0x7d, (m) => m.push(new Map())], // } EMPTY_DICT
  [0x64, (m) => dictOfMark(m)], // d DICT
  [0x73, (m) => setOne(m)], // s SETITEM
  [0x75, (m) => setItems(m, m.popToMark())], // u SETITEMS
  [0x8f, (m) => m.push([])], // EMPTY_SET
  [0x90, (m) => append(m, m.popToMark())], // ADDITEMS
  [0x91, (m) => m.push(m.popToMark())], // FROZENSET
  [0x63, (m) => m.name(m.line(), m.line())], // c GLOBAL
  [0x93, (m) => nameOnStack(m)], // STACK_GLOBAL
  [0x52, reduce], // R REDUCE
  [0x81, reduce], // NEWOBJ: the class and its arguments
  [0x92, (m) => newObjectWithNames(m)], // NEWOBJ_EX
  [0x69, (m) => instance(m)], // i INST
  [0x6f, (m) => objectOfMark(m)], // o OBJ
  [0x62, build], // b BUILD
  [0x70, (m) => keep(m, Number(m.line()))], // p PUT
  [0x71, (m) => keep(m, m.byte())], // q BINPUT
  [0x72, (m) => keep(m, m.u32())], // r LONG_BINPUT
  [0x94, (m) => keep(m, m.memo.size)], // MEMOIZE
  [0x67, (m) => remembered(m, Number(m.line()))], // g GET
  [0x68, (m) => remembered(m, m.byte())], // h BINGET
  [0x6a, (m) => remembered(m, m.u32())], // j LONG_BINGET
  [0x50, (m) => m.push(m.world.persistent(m.line()))], // P PERSID
  [0x51, (m) => m.push(m.world.persistent(m.pop()))], // Q BINPERSID
]);

function appendOne(m: Machine): void {
  const item = m.pop();
  append(m, [item]);
}

function setOne(m: Machine): void {
  const value = m.pop();
  const key = m.pop();
  setItems(m, [key, value]);
}

function dictOfMark(m: Machine): void {
  const items = m.popToMark();
  m.push(new Map());
  setItems(m, items);
}

function nameOnStack(m: Machine): void {
  const [name, module] = [m.pop(), m.pop()];
  if (typeof name !== 'string' || typeof module !== 'string')
    throw brokenPickle('a name that is no text');
  m.name(module, name);
}

function newObjectWithNames(m: Machine): void {
  m.pop();
  reduce(m);
}

function instance(m: Machine): void {
  m.name(m.line(), m.line());
  const callee = m.pop();
  m.call(callee, m.popToMark());
}

function objectOfMark(m: Machine): void {
  const [callee, ...args] = m.popToMark();
  m.call(callee ?? null, args);
}
