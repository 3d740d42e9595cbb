/**
 * @file The segments of a loaded program, called one after the other: by one rank alone, or with others.
 *
 * Between segments stand what the code cannot do itself: an op in plain loops, exchanges with other ranks.
 * Alone, a sum over ranks is what it is, and a swap gives back what it took.
 * Previous stop: `program.ts`. Next stop: `../session.ts`.
 */
import { firstInput, type Node } from '../../../graph/node.ts';
import { opOf } from '../../../ops/index.ts';
import type { Tensor } from '../../../ops/op.ts';
import { exchangeKind, rankSum } from '../../../ops/ranks.ts';
import type { Exchange, Exchanged, HostArray } from '../../backend.ts';
import type { ExchangePhase, Segment } from './program.ts';

export type View = (node: Node) => HostArray;

export interface Calls {
  run(): void;
  runAcross(exchange: Exchange): Promise<void>;
}

/**
 * `runSegment` runs the code of one; `isStale` says, and notes, whether what was prepared from states must be
 * prepared anew.
 */
export function callsOf(
  segments: readonly Segment[],
  runSegment: (segment: number) => void,
  isStale: () => boolean,
  view: View,
): Calls {
  const hosts = segments.map(({ host }) => (host === undefined ? undefined : hostCall(host, view)));
  const exchanges = segments.map(({ exchange }) => exchange);
  const count = segments.length;
  const runOne = (s: number, stale: boolean): void => {
    if (segments[s]?.prepares && !stale) return;
    runSegment(s);
    hosts[s]?.();
  };
  return {
    run: () => {
      const stale = isStale();
      for (let s = 0; s < count; s++) {
        runOne(s, stale);
        if (exchanges[s]?.kind === 'begin') exchangeAlone(exchanges[s], view);
      }
    },
    runAcross: async (exchange) => {
      const stale = isStale();
      const underWay: Promise<void>[] = [];
      for (let s = 0; s < count; s++) {
        runOne(s, stale);
        const { kind, nodes = [] } = exchanges[s] ?? {};
        if (kind === 'await') await underWay.shift();
        if (kind === 'begin') {
          underWay.push(exchange(nodes.map((node) => exchangedOf(node, view))));
        }
      }
    },
  };
}

function exchangedOf(node: Node, view: View): Exchanged {
  const isSum = node.op === rankSum.name;
  const received = view(node);
  const sent = isSum ? received : view(firstInput(node));
  return { name: node.name, kind: exchangeKind(node), sent, received };
}

function exchangeAlone({ nodes }: Pick<ExchangePhase, 'nodes'> = { nodes: [] }, view: View): void {
  for (const node of nodes) {
    if (node.op !== rankSum.name) view(node).set(view(firstInput(node)));
  }
}

/** Runs one op's plain loops over the session's memory. */
function hostCall(node: Node, view: View): () => void {
  const tensor = (n: Node): Tensor => ({ shape: n.shape, data: view(n) });
  return () => opOf(node.op).reference(node.inputs.map(tensor), tensor(node), node.attrs);
}
