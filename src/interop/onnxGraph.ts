/**
 * @file ONNX models as graphs, for those who want to run any of them: what reads the format is loaded when it is asked for.
 *
 * Next stop: `onnx/importGraph.ts`; for networks of layers, `importers.ts`.
 */
import type { Executable, States } from '../backends/backend.ts';
import type { ImportedGraph, ImportGraphOptions } from './onnx/importGraph.ts';

/**
 * Reads an ONNX file's bytes into a graph that any backend runs. Numbers are float32 throughout: whole numbers are exact
 * up to 2^24 while the model runs, and up to 2^53 in all that follows from shapes.
 *
 *     const imported = await importOnnxGraph(bytes, { batchSize: 8 });
 *     const program = compileImported(session, imported);
 *     program.input('x').set(pixels);
 *     program.run();
 *     const y = await program.output('y');
 *
 * Throws a FoveaError that names operator, node and version for whatever cannot be imported.
 */
export async function importOnnxGraph(
  bytes: Uint8Array,
  options: ImportGraphOptions = {},
): Promise<ImportedGraph> {
  const { graphOfOnnx } = await import('./onnx/importGraph.ts');
  return graphOfOnnx(bytes, options);
}

/** Compiles an imported graph in a scope of states of its own and writes its weights there. */
export function compileImported(states: States, imported: ImportedGraph): Executable {
  const program = states.compile(imported.graph);
  for (const [name, read] of imported.weights) states.writeState(name, read());
  return program;
}
