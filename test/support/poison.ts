/**
 * @file Fills the memory of a WASM program with NaN, so that a kernel that reads what nobody wrote is seen.
 */
import type { Executable, Session } from '../../src/backends/backend.ts';
import { planProgram } from '../../src/backends/wasm/program/plan.ts';
import { WasmSession } from '../../src/backends/wasm/session.ts';
import { align } from '../../src/compile/memoryPlan.ts';
import { type Graph, isSource } from '../../src/graph/node.ts';

/**
 * NaN from the start of the program's arena to the end of the memory, scratch included; inputs and constants
 * keep their numbers. The program must be the session's latest. Does nothing on other backends.
 */
export function poison(session: Session, graph: Graph, program: Executable): void {
  if (!(session instanceof WasmSession)) return;
  const { memory } = planProgram(graph, session.target);
  const anchor = memory.placements.find(({ key }) => key.op === 'input');
  if (anchor === undefined) throw new Error('a program without inputs');
  const arena = program.input(anchor.key.name).byteOffset - anchor.offset;
  const words = new Float32Array(session.memory.buffer, arena);
  const kept = memory.placements
    .filter(({ key }) => isSource(key))
    .map(({ offset, bytes }) => {
      const begin = offset / 4;
      return { begin, numbers: words.slice(begin, begin + align(bytes) / 4) };
    });
  words.fill(Number.NaN);
  for (const { begin, numbers } of kept) words.set(numbers, begin);
}
