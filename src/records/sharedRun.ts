/**
 * @file A run of several ranks: what they must have in common, what rank 0 hands on, and who keeps the files.
 *
 * Rank 0 alone touches the run's folder; the others get record, model and checkpoint from it, and write nothing.
 * Next stop: `performRun.ts`.
 */
import type { Scope, Session } from '../backends/backend.ts';
import { parseJson } from '../base/json.ts';
import { version } from '../base/version.ts';
import { checkAgreement } from '../cluster/agreement.ts';
import { broadcastBytes, type Collectives } from '../cluster/collectives.ts';
import { digestOf } from '../data/digestOf.ts';
import { parameterNames } from '../nn/programs/programs.ts';
import { parseModelSpec } from '../nn/sequential.ts';
import type { ModelSpec } from '../nn/spec.ts';
import type { Cluster } from '../train/events.ts';
import { decodeCheckpoint, encodeCheckpoint } from '../train/snapshots/checkpoint.ts';
import type { BegunRun, RunPlan } from './newRun.ts';
import type { RunFiles } from './runFiles.ts';
import { parseRunRecord, trainedRecordOf } from './runRecord.ts';

/** Whether another rank keeps the run's files. */
export const follows = (cluster: Cluster | undefined): boolean =>
  cluster !== undefined && cluster.ranks.rank > 0;

/** The files of a rank that keeps none. */
export function noFiles(path: string): RunFiles & { close(): Promise<void> } {
  const nothing = async () => undefined;
  return {
    path,
    file: (name) => `${path}/${name}`,
    begin: nothing,
    publish: nothing,
    write: nothing,
    writeRecord: nothing,
    writeHistory: nothing,
    writeCheckpoint: nothing,
    readCheckpoint: nothing,
    close: nothing,
  };
}

/** Throws on every rank where one has another version, model, data, options or arithmetic than rank 0. */
export async function checkSameRun(
  { ranks, ...how }: Cluster,
  { spec, record, initialWeights }: RunPlan,
): Promise<void> {
  const { name: _, ...data } = record.data;
  const weights = [...(initialWeights ?? [])].map(([name, { data: numbers }]) => {
    const { buffer, byteOffset, byteLength } = numbers;
    return [name, new Uint8Array(buffer, byteOffset, byteLength)] as const;
  });
  const digests = await Promise.all(
    weights.map(async ([name, bytes]) => `${name} ${await digestOf(bytes)}`),
  );
  await checkAgreement(ranks, {
    'version of fovea': version,
    model: JSON.stringify(spec),
    'set of data': JSON.stringify(data),
    'set of options': JSON.stringify({ ...record.settings, ...how }),
    'set of first weights': digests.join(', '),
    // One rounding or two: parameters would drift apart.
    arithmetic: arithmeticOf(record.backend.plan),
  });
}

const arithmeticOf = (plan: string): string =>
  /fused multiply-add|multiply then add/.exec(plan)?.[0] ?? plan;

/** A begun run as rank 0 has it, on every rank. */
export async function handOver(
  ranks: Collectives,
  read: () => Promise<BegunRun>,
): Promise<BegunRun> {
  const begun = ranks.rank === 0 ? await read() : undefined;
  const hand = async (own: string | undefined): Promise<string> => {
    const bytes = own === undefined ? undefined : new TextEncoder().encode(own);
    return new TextDecoder().decode(await broadcastBytes(ranks, bytes));
  };
  const where = await hand(begun?.where);
  const spec = await hand(begun && JSON.stringify(begun.spec));
  const record = await hand(begun && JSON.stringify(begun.record));
  const own = begun?.last === undefined ? new Uint8Array() : encodeCheckpoint(begun.last);
  const last = await broadcastBytes(ranks, begun === undefined ? undefined : own);
  return (
    begun ?? {
      where,
      spec: parseModelSpec(parseJson(spec, { where, expected: 'a model' })),
      record: trainedRecordOf(parseRunRecord(record, where), where),
      last: last.length === 0 ? undefined : decodeCheckpoint(last, where),
    }
  );
}

/** The weights of rank 0 in the sessions of all. */
export async function handWeights(
  { ranks }: Cluster,
  session: Session,
  spec: ModelSpec,
): Promise<void> {
  const scope: Scope = session.scopeOf(spec);
  for (const name of parameterNames(spec)) {
    const numbers = await scope.readState(name);
    await ranks.broadcast(numbers);
    scope.writeState(name, numbers);
  }
}
