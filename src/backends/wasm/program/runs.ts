/**
 * @file The body of `run`: the phases of a segment, by one thread alone or by several with tickets.
 *
 * Alone there is nothing to agree on: kernels are called one after the other. Shared, a slice of a batch phase
 * is one ticket, and a kernel of a split phase is cut into a few; the number of tickets may depend on the
 * threads, since how a kernel's units are cut changes no bit. Previous stop: `program.ts`.
 * Next stop: `emit/language/tickets.ts`.
 */
import type { FunctionBuilder, Local, Value } from '../assembler/function.ts';
import { i32 } from '../assembler/lanes.ts';
import type { ModuleBuilder } from '../assembler/module.ts';
import { times } from '../emit/language/loops.ts';
import { emitAwait, emitClaim, emitComplete, type TicketWords } from '../emit/language/tickets.ts';
import type { Kernel } from '../kernel.ts';
import type { Phase } from './schedule.ts';
import type { Slicing } from './slicing.ts';

export type Call = (kernel: Kernel, begin: Value<'i32'>, end: Value<'i32'>) => void;

/** Emits a segment's run; returns the tickets it uses up. */
type EmitRun = (
  f: FunctionBuilder,
  phases: readonly Phase[],
  base: Local<'i32'>,
  call: Call,
  slicing: Slicing | undefined,
) => number;

/** The range of a kernel's units that belong to a slice of the batch. */
function callSlice(call: Call, kernel: Kernel, slice: Value<'i32'>, slicing: Slicing): void {
  const { images, imagesPerSlice } = slicing;
  const step = (kernel.partition.units / images) * imagesPerSlice;
  const end = i32.min(i32.mul(i32.add(slice, 1), step), kernel.partition.units);
  call(kernel, i32.mul(slice, step), end);
}

function slicesOf(slicing: Slicing | undefined): Slicing {
  if (slicing === undefined) throw new Error('internal error: a batch phase without a batch');
  return slicing;
}

export const aloneRun: EmitRun = (f, phases, _base, call, slicing) => {
  phases.forEach((phase, p) => {
    f.note(`phase ${p}: ${phase.kind}`);
    if (phase.kind === 'split') {
      for (const kernel of phase.kernels)
        call(kernel, i32.const(0), i32.const(kernel.partition.units));
      return;
    }
    const slice = f.reuse('i32', 'slice');
    f.set(slice, i32.const(0));
    times(f, slicesOf(slicing).slices, () => {
      for (const kernel of phase.kernels) callSlice(call, kernel, slice, slicesOf(slicing));
      f.set(slice, i32.add(slice, 1));
    });
  });
  return 0;
};

/** Work in multiply-adds below which a kernel is not worth cutting. */
const WORTH_CUTTING = 30_000;
/** Tickets per thread for a kernel that can be cut finely: a thread that comes late finds some left. */
const MOST_PER_THREAD = 4;

/** Into how many tickets a kernel of a split phase is cut. */
export function ticketsOf({ partition, multiplyAdds, outputs }: Kernel, threads: number): number {
  const { units, grain = 1 } = partition;
  const written = outputs.reduce((sum, o) => sum + o.shape.reduce((a, b) => a * b, 1), 0);
  if (Math.max(multiplyAdds, written) < WORTH_CUTTING) return 1;
  const perThread = Math.floor(units / (threads * grain));
  return Math.min(units, threads * Math.max(1, Math.min(MOST_PER_THREAD, perThread)));
}

const CLAIM = { params: ['i32', 'i32'], results: ['i32'] } as const;
const COMPLETE = { params: ['i32'], results: [] } as const;
const AWAIT = { params: ['i32', 'i32'], results: [] } as const;

/** Adds the ticket functions to the module; `await` is exported, for the caller to wait with. */
export function sharedRuns(
  module: ModuleBuilder,
  { tickets, threads }: { readonly tickets: TicketWords; readonly threads: number },
): EmitRun {
  const claim = module.add(emitClaim(tickets));
  const complete = module.add(emitComplete(tickets));
  const wait = module.add(emitAwait(tickets), 'await');
  return (f, phases, base, call, slicing) => {
    const counted = phases.map((phase) => ({
      phase,
      count:
        phase.kind === 'batch'
          ? slicesOf(slicing).slices
          : phase.kernels.reduce((sum, kernel) => sum + ticketsOf(kernel, threads), 0),
    }));
    const total = counted.reduce((sum, { count }) => sum + count, 0);
    const ticket = f.local('i32', 'ticket');
    const draw = (): void =>
      f.set(ticket, { type: 'i32', emit: (g) => g.call(claim, CLAIM, [base, i32.const(total)]) });
    draw();
    let first = 0;
    counted.forEach(({ phase, count }, p) => {
      const begin = first;
      const end = begin + count;
      first = end;
      f.note(`phase ${p}: ${phase.kind}, tickets ${begin} to ${end - 1}`);
      f.if(i32.op('lt_u', ticket, end), () => {
        f.run({ emit: (g) => g.call(wait, AWAIT, [base, i32.const(begin)]) });
        f.repeatWhile(() => {
          if (phase.kind === 'batch') {
            const slice = f.reuse('i32', 'slice');
            f.set(slice, i32.sub(ticket, begin));
            for (const kernel of phase.kernels) callSlice(call, kernel, slice, slicesOf(slicing));
          } else callTicket(f, phase, ticket, begin, threads, call);
          f.run({ emit: (g) => g.call(complete, COMPLETE, [i32.add(base, end)]) });
          draw();
          return i32.op('lt_u', ticket, end);
        });
      });
    });
    return total;
  };
}

/** The kernel and the part of its units that a ticket of a split phase stands for. */
function callTicket(
  f: FunctionBuilder,
  phase: Phase,
  ticket: Local<'i32'>,
  first: number,
  threads: number,
  call: Call,
): void {
  let begin = first;
  for (const kernel of phase.kernels) {
    const count = ticketsOf(kernel, threads);
    const { units } = kernel.partition;
    const own = i32.sub(ticket, begin);
    const at = (t: Value<'i32'>): Value<'i32'> =>
      i32.op('div_u', i32.mul(t, units), i32.const(count));
    f.if(i32.op('lt_u', own, count), () => {
      if (count === 1) call(kernel, i32.const(0), i32.const(units));
      else call(kernel, at(own), at(i32.add(own, 1)));
    });
    begin += count;
  }
}
