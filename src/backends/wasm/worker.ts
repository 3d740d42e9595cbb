/**
 * @file A worker thread: waits for a command, does its share, says so, waits again.
 *
 * It never returns to its event loop; everything it needs comes through the shared memory (`threads.ts`).
 */
import { COMMAND, CONTROL, CONTROL_BYTES, type WorkerStart } from './threads.ts';

/** Looks at the generation word this often before sleeping: a few hundred microseconds. */
const SPINS = 30_000;

type RunSegment = (thread: number, threads: number, barrierBase: number, scratch: number) => void;

function work({ memory, thread, threads }: WorkerStart, ready: () => void): void {
  const programs: WebAssembly.Exports[] = [];
  const control = new Int32Array(memory.buffer, 0, CONTROL_BYTES / 4);
  let seen = Atomics.load(control, CONTROL.generation);
  ready();
  for (;;) {
    seen = nextGeneration(control, seen);
    const command = control[CONTROL.command];
    if (command === COMMAND.exit) return;
    try {
      const program = control[CONTROL.program];
      if (command === COMMAND.load) programs[program] = load(memory, control);
      else {
        const run = programs[program][`run${control[CONTROL.segment]}`] as RunSegment;
        run(
          thread,
          threads,
          control[CONTROL.barrierBase],
          control[CONTROL.scratch] + thread * control[CONTROL.scratchBytes],
        );
      }
    } catch {
      Atomics.store(control, CONTROL.failed, 1);
    }
    Atomics.add(control, CONTROL.done, 1);
    Atomics.notify(control, CONTROL.done);
  }
}

function nextGeneration(control: Int32Array, seen: number): number {
  for (let spins = 0; ; spins++) {
    const now = Atomics.load(control, CONTROL.generation);
    if (now !== seen) return now;
    if (spins > SPINS) Atomics.wait(control, CONTROL.generation, seen);
  }
}

function load(memory: WebAssembly.Memory, control: Int32Array): WebAssembly.Exports {
  const bytes = new Uint8Array(control[CONTROL.moduleBytes]);
  bytes.set(new Uint8Array(memory.buffer, control[CONTROL.moduleAddress] >>> 0, bytes.length));
  return new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } }).exports;
}

if (typeof process !== 'undefined' && process.versions?.node !== undefined) {
  const { parentPort, workerData } = await import('node:worker_threads');
  work(workerData as WorkerStart, () => parentPort?.postMessage('ready'));
} else {
  self.onmessage = (event: MessageEvent<WorkerStart>) =>
    work(event.data, () => self.postMessage('ready'));
}
