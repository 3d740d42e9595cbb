/**
 * @file A worker thread: waits for a command, helps with it, waits again.
 *
 * It never returns to its event loop; everything it needs comes through the shared memory (`threads.ts`). It may
 * be late, or miss a run: tickets are drawn by who is there.
 */
import { unreachable } from '../../base/errors.ts';
import { inNode } from '../../base/host.ts';
import { COMMAND, CONTROL, CONTROL_BYTES, type WorkerStart } from './control.ts';

/** Looks at the generation word this often before sleeping: a few hundred microseconds. */
const SPINS = 30_000;

function work({ memory, thread }: WorkerStart, ready: () => void): void {
  const programs = new Map<number, WebAssembly.Exports>();
  const control = new Int32Array(memory.buffer, 0, CONTROL_BYTES / 4);
  const word = (name: keyof typeof CONTROL): number => Atomics.load(control, CONTROL[name]);
  let seen = Atomics.load(control, CONTROL.generation);
  ready();
  for (;;) {
    const generation = nextGeneration(control, seen);
    const command = word('command');
    const program = word('program');
    const segment = word('segment');
    const base = word('base');
    const scratch = word('scratch') + thread * word('scratchBytes');
    // Words of a newer command may be among them: then that one is read again, whole.
    if (Atomics.load(control, CONTROL.generation) !== generation) continue;
    seen = generation;
    if (command === COMMAND.exit) return;
    try {
      if (command === COMMAND.load) {
        programs.set(program, load(memory, word('moduleAddress'), word('moduleBytes')));
      } else {
        const run = programs.get(program)?.[`run${segment}`];
        if (typeof run !== 'function') unreachable(`no segment ${segment} of program ${program}`);
        run(base, scratch);
      }
    } catch {
      Atomics.store(control, CONTROL.failed, 1);
    }
    if (command === COMMAND.load) {
      Atomics.add(control, CONTROL.loaded, 1);
      Atomics.notify(control, CONTROL.loaded);
    }
  }
}

/** The next finished generation: an odd one is still being written. */
function nextGeneration(control: Int32Array, seen: number): number {
  for (let spins = 0; ; spins++) {
    const now = Atomics.load(control, CONTROL.generation);
    if (now !== seen && now % 2 === 0) return now;
    if (spins > SPINS) Atomics.wait(control, CONTROL.generation, now);
  }
}

function load(memory: WebAssembly.Memory, address: number, size: number): WebAssembly.Exports {
  const bytes = new Uint8Array(size);
  bytes.set(new Uint8Array(memory.buffer, address >>> 0, size));
  return new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } }).exports;
}

/** No `await` up here: a browser hands on what was sent before only to a listener that is set at once. */
if (inNode) {
  void import('./host.node.ts').then(({ workerStart }) => {
    const { data, ready } = workerStart();
    work(data as WorkerStart, ready);
  });
} else {
  self.onmessage = (event: MessageEvent<WorkerStart>) =>
    work(event.data, () => self.postMessage('ready'));
}
