/**
 * @file The barrier between phases: threads count up one shared word and wait for the last.
 *
 * The word only ever grows (and wraps), so it is never reset and nobody can miss a reset. Waiting spins for a
 * while, since phases are short, then sleeps; the last to arrive wakes the sleepers.
 */
import { FunctionBuilder, type Local, type Value } from '../assembler/function.ts';
import { i32 } from '../assembler/lanes.ts';

const SPINS = 20_000;
/** Nanoseconds of sleep before looking again, in case a wake-up was missed. */
const SLEEP = 1_000_000n;

/** `barrier(target, threads)`: returns when the word has reached `target`. */
export function emitBarrier(address: number): FunctionBuilder {
  const f = new FunctionBuilder('barrier', { target: 'i32', threads: 'i32' });
  const [target, threads] = f.locals as Local<'i32'>[];
  const seen = f.local('i32', 'seen');
  const spins = f.local('i32', 'spins');
  const atomicLoad: Value<'i32'> = {
    type: 'i32',
    emit(g) {
      i32.const(0).emit(g);
      g.emit('i32.atomic.load', address);
    },
  };
  const alone = i32.op('eq', threads, 1);
  f.block((leaveIf) => {
    f.set(seen, {
      type: 'i32',
      emit(g) {
        i32.const(0).emit(g);
        i32.const(1).emit(g);
        g.emit('i32.atomic.rmw.add', address);
      },
    });
    leaveIf(alone);
    f.if(i32.op('eq', i32.add(seen, 1), target), () => {
      f.run({
        emit(g) {
          i32.const(0).emit(g);
          i32.const(-1).emit(g);
          g.emit('memory.atomic.notify', address);
          g.emit('drop_i32');
        },
      });
    });
    f.repeatWhile(() => {
      f.set(seen, atomicLoad);
      leaveIf(i32.op('ge_s', i32.sub(seen, target), 0));
      f.set(spins, i32.add(spins, 1));
      f.if(i32.op('ge_u', spins, SPINS), () => {
        f.run({
          emit(g) {
            i32.const(0).emit(g);
            seen.emit(g);
            g.emit('i64.const', SLEEP);
            g.emit('memory.atomic.wait32', address);
            g.emit('drop_i32');
          },
        });
      });
      return i32.const(1);
    });
  });
  return f;
}
