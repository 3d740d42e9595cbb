/**
 * @file How threads share a run: tickets in the order of the phases, taken by whoever is free.
 *
 *   next   tickets taken so far         done   tickets finished so far
 *
 * Both words only ever grow (and wrap); a run owns the tickets [base, base + total). A phase may begin when
 * all tickets before it are done, whoever did them, so nobody waits for a thread that has nothing in hand: a
 * worker that the system put to sleep is simply late, takes no ticket, and finds the run over. What a ticket
 * computes is fixed by the problem; who takes it changes no bit.
 */
import { FunctionBuilder, type Local, type Value } from '../../assembler/function.ts';
import { i32 } from '../../assembler/lanes.ts';

/** Byte addresses of the words. */
export interface TicketWords {
  readonly next: number;
  readonly done: number;
  /** Not 0 when a thread has failed: waiting for it would be for ever. */
  readonly failed: number;
}

/** Looks before a thread sleeps: some 0.1 ms, as long as it takes to wake one up. */
const SPINS = 100_000;
/** Nanoseconds of sleep before looking again, in case a wake-up was missed. */
const SLEEP = 1_000_000n;

const atomicLoad = (address: number): Value<'i32'> => ({
  type: 'i32',
  emit(g) {
    i32.const(0).emit(g);
    g.emit('i32.atomic.load', address);
  },
});

/** `claim(base, total)`: the next ticket of the run, from 0; `total` or more when none is left. */
export function emitClaim({ next }: TicketWords): FunctionBuilder {
  const f = new FunctionBuilder('claim', { base: 'i32', total: 'i32' }, ['i32']);
  const [base, total] = f.locals as Local<'i32'>[];
  const seen = f.local('i32', 'seen');
  const ticket = f.local('i32', 'ticket');
  f.block((leaveIf) => {
    f.repeatWhile(() => {
      f.set(seen, atomicLoad(next));
      f.set(ticket, i32.sub(seen, base));
      // A run that is over, or a later one: not ours to take from.
      leaveIf(i32.op('ge_u', ticket, total));
      const found: Value<'i32'> = {
        type: 'i32',
        emit(g) {
          i32.const(0).emit(g);
          seen.emit(g);
          i32.add(seen, 1).emit(g);
          g.emit('i32.atomic.rmw.cmpxchg', next);
        },
      };
      return i32.op('ne', found, seen);
    });
  });
  ticket.emit(f);
  return f;
}

/** `complete(boundary)`: one more ticket is done; wakes sleepers where that finishes a phase. */
export function emitComplete({ done }: TicketWords): FunctionBuilder {
  const f = new FunctionBuilder('complete', { boundary: 'i32' });
  const [boundary] = f.locals as Local<'i32'>[];
  const before: Value<'i32'> = {
    type: 'i32',
    emit(g) {
      i32.const(0).emit(g);
      i32.const(1).emit(g);
      g.emit('i32.atomic.rmw.add', done);
    },
  };
  f.if(i32.op('eq', i32.add(before, 1), boundary), () => {
    f.run({
      emit(g) {
        i32.const(0).emit(g);
        i32.const(-1).emit(g);
        g.emit('memory.atomic.notify', done);
        g.emit('drop_i32');
      },
    });
  });
  return f;
}

/** `await(base, needed)`: returns when `needed` tickets of the run are done. */
export function emitAwait({ done, failed }: TicketWords): FunctionBuilder {
  const f = new FunctionBuilder('await', { base: 'i32', needed: 'i32' });
  const [base, needed] = f.locals as Local<'i32'>[];
  const seen = f.local('i32', 'seen');
  const spins = f.local('i32', 'spins');
  f.block((leaveIf) => {
    f.repeatWhile(() => {
      f.set(seen, atomicLoad(done));
      leaveIf(i32.op('ge_u', i32.sub(seen, base), needed));
      f.set(spins, i32.add(spins, 1));
      f.if(i32.op('ge_u', spins, SPINS), () => {
        f.if(atomicLoad(failed), () => f.emit('unreachable'));
        f.run({
          emit(g) {
            i32.const(0).emit(g);
            seen.emit(g);
            g.emit('i64.const', SLEEP);
            g.emit('memory.atomic.wait32', done);
            g.emit('drop_i32');
          },
        });
      });
      return i32.const(1);
    });
  });
  return f;
}
