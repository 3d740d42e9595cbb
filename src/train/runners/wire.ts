/**
 * @file Carries the values of a program from rank to rank, and with them what ranks must do together: stop, save.
 *
 * Small values are packed and travel together. Wishes go with the loss to all that hold the same; where pairs hold a network
 * together, first to the other of the pair. Before: `ranks.ts`. Next stop: `cluster/collectives.ts`.
 */
import type { Exchange, Exchanged } from '../../backends/backend.ts';
import type { Collectives, Group, WireFormat } from '../../cluster/collectives.ts';
import { oneRank } from '../../cluster/oneRank.ts';
import { gradientName } from '../../nn/programs/programs.ts';
import type { Wishes } from './runner.ts';

export interface WireOptions {
  /** How gradients travel; default float32. */
  readonly gradients?: WireFormat | undefined;
  /** Name of the sum of a pair that the wishes travel with first; they travel with the loss over all that hold the same. */
  readonly carrier?: string | undefined;
  /** Where pairs hold a network together: this rank's pair, and the ranks of all pairs that hold what it holds. */
  readonly pairs?: Pairs | undefined;
  /** Whether to count what is sent; default false. */
  readonly counts?: boolean | undefined;
}

export interface Pairs {
  readonly pair: Group;
  readonly rows: Group;
}

/** Below so many numbers values are packed and travel together: a message costs what 100 KB cost. */
const PACKED = 2 ** 15;

/** What the wishes travel with over all ranks that hold the same. */
const LOSS = 'loss';

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
  readonly #carrier: string | undefined;
  readonly #pairs: Pairs;
  /** What somebody in this rank's pair wishes, on its way to all. */
  #ofPair: Wishes | undefined;
  readonly #packs = new Map<string, Float32Array>();

  constructor(ranks: Collectives, options: WireOptions = {}) {
    const { gradients = 'float32', carrier, counts = false } = options;
    if (counts) this.sent = new Map();
    this.#ranks = ranks;
    this.#gradients = gradients;
    this.#carrier = carrier;
    this.#pairs = options.pairs ?? { pair: oneRank, rows: ranks };
  }

  async #exchange(values: readonly Exchanged[]): Promise<void> {
    const ranks = this.#ranks;
    for (const { name, sent } of values) this.#count(name, sent.byteLength);
    const isSmall = ({ name, received }: Exchanged) =>
      received.length < PACKED || name === this.#carrier || name === LOSS;
    const isGradient = ({ name }: Exchanged) => name.startsWith(gradientName(''));
    const jobs = values
      .filter(({ kind }) => kind === 'swap')
      .map(({ sent, received }) => ranks.sendReceive(sent, received, ranks.rank ^ 1));
    for (const kind of ['sum', 'pairSum'] as const) {
      const sums = values.filter((value) => value.kind === kind);
      const group = kind === 'sum' ? this.#pairs.rows : this.#pairs.pair;
      for (const value of sums.filter((v) => !isSmall(v))) {
        jobs.push(group.allReduce(value.received, this.#wireOf(isGradient(value))));
      }
      for (const areGradients of [true, false]) {
        const pack = sums.filter((v) => isSmall(v) && isGradient(v) === areGradients);
        if (pack.length > 0) jobs.push(this.#packed(pack, group, this.#wireOf(areGradients)));
      }
    }
    await Promise.all(jobs);
  }

  #count(name: string, bytes: number): void {
    this.sent?.set(name, (this.sent.get(name) ?? 0) + bytes);
  }

  #wireOf(isGradient: boolean): WireFormat {
    return isGradient ? this.#gradients : 'float32';
  }

  async #packed(values: readonly Exchanged[], group: Group, wire: WireFormat): Promise<void> {
    const isOfPair = values.some(({ name }) => name === this.#carrier);
    const carriesWishes = isOfPair || values.some(({ name }) => name === LOSS);
    const all = values.reduce((sum, { received }) => sum + received.length, 0);
    const pack = this.#packOf(values[0].name, all + (carriesWishes ? 2 : 0));
    let at = 0;
    for (const { sent } of values) {
      pack.set(sent, at);
      at += sent.length;
    }
    if (carriesWishes) {
      this.#count(WISHES, 8);
      const { stop, save } = isOfPair ? this.wishes : (this.#ofPair ?? this.wishes);
      pack[all] = Number(stop);
      pack[all + 1] = Number(save);
    }
    await group.allReduce(pack, wire);
    at = 0;
    for (const { received } of values) {
      received.set(pack.subarray(at, at + received.length));
      at += received.length;
    }
    if (!carriesWishes) return;
    const agreed = { stop: pack[all] > 0, save: pack[all + 1] > 0 };
    if (isOfPair && this.#pairs.rows.size > 1) this.#ofPair = agreed;
    else this.agreed = agreed;
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
