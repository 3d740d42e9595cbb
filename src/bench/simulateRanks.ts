/**
 * @file How a training step over many ranks would go, from what one rank takes and what a network carries.
 *
 * The ring model: to add up B bytes over N ranks, each sends and receives 2 (N - 1) / N B bytes in 2 (N - 1)
 * messages. Buckets of gradients leave when they are made, one after the other, while the rest is computed; what
 * is not there when all is computed is waited for. Each rank keeps its number of rows: the batch grows with N.
 * No rank is slower than another, and the network carries what it says between all at once: a real one does less.
 * Source: Patarasuk and Yuan 2009, https://doi.org/10.1016/j.jpdc.2008.09.002. Next stop: `ranks.ts`, measured.
 */

export interface Network {
  readonly name: string;
  /** Bits per second in each direction. */
  readonly bandwidth: number;
  /** Seconds that a message takes beside its bytes. */
  readonly latency: number;
}

/** Ethernet over TCP; the last with RDMA. */
export const networks: readonly Network[] = [
  { name: '10 Gb/s', bandwidth: 10e9, latency: 50e-6 },
  { name: '25 Gb/s', bandwidth: 25e9, latency: 25e-6 },
  { name: '100 Gb/s', bandwidth: 100e9, latency: 5e-6 },
];

export interface RankStep {
  /** Of one rank alone, in seconds. */
  readonly compute: number;
  readonly rows: number;
  readonly buckets: readonly {
    readonly bytes: number;
    /** Share of the computing that is done when it leaves. */
    readonly after: number;
  }[];
}

export interface SimulatedStep {
  readonly ranks: number;
  readonly seconds: number;
  /** Of all buckets, one after the other. */
  readonly exchange: number;
  /** Rows per second of all ranks. */
  readonly rate: number;
  /** The rate as a share of as many times the rate of one. */
  readonly efficiency: number;
}

export function ringSeconds(bytes: number, ranks: number, network: Network): number {
  const messages = 2 * (ranks - 1);
  return messages * (network.latency + (8 * bytes) / ranks / network.bandwidth);
}

export function simulateStep(step: RankStep, ranks: number, network: Network): SimulatedStep {
  const { compute, rows, buckets } = step;
  let [free, exchange] = [0, 0];
  for (const { bytes, after } of buckets) {
    const taken = ringSeconds(bytes, ranks, network);
    free = Math.max(free, after * compute) + taken;
    exchange += taken;
  }
  const seconds = ranks === 1 ? compute : Math.max(compute, free);
  return {
    ranks,
    seconds,
    exchange,
    rate: (ranks * rows) / seconds,
    efficiency: compute / seconds,
  };
}

/** The most ranks, in powers of two, that are used to at least this share; undefined where two are not. */
export function ranksWorth(step: RankStep, network: Network, share = 0.5, most = 2 ** 16) {
  let worth: number | undefined;
  for (let ranks = 2; ranks <= most; ranks *= 2) {
    if (simulateStep(step, ranks, network).efficiency < share) break;
    worth = ranks;
  }
  return worth;
}
