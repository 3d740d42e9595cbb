/**
 * @file Carries the values of a program from rank to rank, and with them what ranks must do together: stop, save.
 *
 * Small values are packed and travel together. Before: `ranks.ts`. Next stop: `cluster/collectives.ts`.
 */
import type { Exchange, Exchanged } from '../../backends/backend.ts';
import type { Collectives, WireFormat } from '../../cluster/collectives.ts';
import { gradientName } from '../../nn/programs/programs.ts';
import type { Wishes } from './runner.ts';

export interface WireOptions {
  /** How gradients travel; default float32. */
  readonly gradients?: WireFormat | undefined;
  /** Name of the sum that the wishes travel with; default: the loss. */
  readonly carrier?: string | undefined;
  /** Whether to count what is sent; default false. */
  readonly counts?: boolean | undefined;
}

/** Below so many numbers values are packed and travel together: a message costs what 100 KB cost. */
const PACKED = 2 ** 15;

/** The name that the wishes have among what is sent. */
export const WISHES = 'wishes';

export class Wire {
  wishes: Wishes = { stop: false, save: false };
  agreed: Wishes = { stop: false, save: false };
  readonly exchange: Exchange = (values) => this.#exchange(values);
  /** Where it counts: bytes of each value that this rank sent since the map was last emptied, by name. */
  readonly sent: Map<string, number> | undefined;
  readonly #ranks: Collectives;
  readonly #gradients: WireFormat;
  readonly #carrier: string;
  readonly #packs = new Map<string, Float32Array>();

  constructor(ranks: Collectives, options: WireOptions = {}) {
    const { gradients = 'float32', carrier = 'loss', counts = false } = options;
    if (counts) this.sent = new Map();
    this.#ranks = ranks;
    this.#gradients = gradients;
    this.#carrier = carrier;
  }

  async #exchange(values: readonly Exchanged[]): Promise<void> {
    const ranks = this.#ranks;
    for (const { name, sent } of values) this.#count(name, sent.byteLength);
    const sums = values.filter(({ kind }) => kind === 'sum');
    const isSmall = ({ name, received }: Exchanged) =>
      received.length < PACKED || name === this.#carrier;
    const isGradient = ({ name }: Exchanged) => name.startsWith(gradientName(''));
    const jobs = values
      .filter(({ kind }) => kind === 'swap')
      .map(({ sent, received }) => ranks.sendReceive(sent, received, ranks.rank ^ 1));
    for (const value of sums.filter((v) => !isSmall(v))) {
      jobs.push(ranks.allReduce(value.received, this.#wireOf(isGradient(value))));
    }
    for (const areGradients of [true, false]) {
      const pack = sums.filter((v) => isSmall(v) && isGradient(v) === areGradients);
      if (pack.length > 0) jobs.push(this.#packed(pack, this.#wireOf(areGradients)));
    }
    await Promise.all(jobs);
  }

  #count(name: string, bytes: number): void {
    this.sent?.set(name, (this.sent.get(name) ?? 0) + bytes);
  }

  #wireOf(isGradient: boolean): WireFormat {
    return isGradient ? this.#gradients : 'float32';
  }

  async #packed(values: readonly Exchanged[], wire: WireFormat): Promise<void> {
    const carriesWishes = values.some(({ name }) => name === this.#carrier);
    const all = values.reduce((sum, { received }) => sum + received.length, 0);
    const pack = this.#packOf(values[0].name, all + (carriesWishes ? 2 : 0));
    let at = 0;
    for (const { sent } of values) {
      pack.set(sent, at);
      at += sent.length;
    }
    if (carriesWishes) {
      this.#count(WISHES, 8);
      pack[all] = Number(this.wishes.stop);
      pack[all + 1] = Number(this.wishes.save);
    }
    await this.#ranks.allReduce(pack, wire);
    at = 0;
    for (const { received } of values) {
      received.set(pack.subarray(at, at + received.length));
      at += received.length;
    }
    if (carriesWishes) this.agreed = { stop: pack[all] > 0, save: pack[all + 1] > 0 };
  }

  /** Memory that threads share, made once. */
  #packOf(name: string, length: number): Float32Array {
    const key = `${name} ${length}`;
    let pack = this.#packs.get(key);
    if (pack === undefined) {
      pack = new Float32Array(new SharedArrayBuffer(4 * length));
      this.#packs.set(key, pack);
    }
    return pack;
  }
}
