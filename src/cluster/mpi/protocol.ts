/**
 * @file What a process and its MPI thread say to each other: requests that are done in order, each answered.
 *
 * Numbers lie in shared memory and are not copied. Next stop: `mpiThread.node.ts`.
 */
import type { ErrorParts } from '../../base/errors.ts';
import type { Numbers, WireFormat } from '../collectives.ts';
import type { Launched } from './environment.ts';

export type MpiRequest =
  | {
      readonly op: 'allReduce';
      readonly numbers: Numbers;
      readonly wire: WireFormat;
      /** Number of a group that was asked for; absent: all ranks. */
      readonly group?: number;
    }
  | { readonly op: 'group'; readonly colour: number }
  | { readonly op: 'sendReceive'; sent: Uint8Array; received: Uint8Array; other: number }
  | { readonly op: 'broadcast'; readonly bytes: Uint8Array }
  | { readonly op: 'gather'; readonly bytes: Uint8Array }
  | { readonly op: 'barrier' }
  | { readonly op: 'close' };

export interface MpiStart {
  readonly launched: Launched | undefined;
}

export interface MpiStarted {
  readonly version: string;
  readonly rank: number;
  readonly size: number;
  /** Thread support, from 0 to 3. */
  readonly threads: number;
}

export interface MpiGroup {
  readonly number: number;
  readonly rank: number;
  readonly size: number;
}

export interface MpiAnswer {
  readonly id: number;
  readonly started?: MpiStarted;
  readonly gathered?: readonly Uint8Array[];
  readonly group?: MpiGroup;
  readonly failure?: ErrorParts;
}
