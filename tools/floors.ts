/**
 * @file `npm run floors`: checks how the house is built.
 *
 * The table below is the one place that says on which floor a room of `src` stands and where its code must
 * run. A file imports from its own room and from lower floors only; imports form no cycle; rooms for the
 * browser reach no `node:` module; files stay short enough to read. The lab stands outside and knows the house by
 * its public face alone. Tests may import what they like.
 * The rules themselves are in `floorRules.ts`, imports are read by `imports.ts`.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { checkHouse, type Room } from './floorRules.ts';

/**
 * World `engine`: runs in a browser and depends on no package. `browser`: runs in a browser. `node`: free.
 * In every room a file named `*.node.ts` is for Node alone; browser code reaches it by `await import(...)`.
 */
export const rooms: Readonly<Record<string, Room>> = {
  base: { floor: 0, world: 'engine' }, // errors, shapes, windows, random
  archives: { floor: 1, world: 'engine' }, // zip and gzip, read strictly
  draw: { floor: 0, world: 'engine' }, // SVG as strings
  processes: { floor: 1, world: 'node' }, // tasks done by several processes
  graph: { floor: 1, world: 'engine' }, // nodes as data
  ops: { floor: 2, world: 'engine' }, // one file per op
  autodiff: { floor: 3, world: 'engine' }, // the reverse walk
  compile: { floor: 4, world: 'engine' }, // passes, memory plan
  backends: { floor: 5, world: 'engine' }, // reference, wasm, webgpu
  nn: { floor: 6, world: 'browser' }, // layers, losses, optimizers, model, summary
  windows: { floor: 6, world: 'browser' }, // the arithmetic of windows, explained and drawn
  data: { floor: 7, world: 'browser' }, // formats, datasets, augmentation, batches
  models: { floor: 7, world: 'browser' }, // models are data over nn
  interop: { floor: 7, world: 'browser' }, // onnx, keras, safetensors, npy: between files and nn
  cluster: { floor: 7, world: 'browser' }, // collectives: what ranks do together
  train: { floor: 8, world: 'browser' }, // fit, evaluate, predict; a checkpoint in memory
  records: { floor: 9, world: 'browser' }, // a run without its place: settings, record, files' contents
  report: { floor: 10, world: 'browser' }, // a run as one page
  runs: { floor: 11, world: 'node' }, // run folders: records, checkpoints and models on disk
  web: { floor: 11, world: 'browser' }, // the engine in a worker, data and runs in a page
  bench: { floor: 12, world: 'node' }, // workloads, timing, shares of the peak
  server: { floor: 12, world: 'node' }, // what `fovea lab` answers: files, runs, data
  studies: { floor: 12, world: 'node' }, // one claim each; reported like runs
  sweeps: { floor: 13, world: 'node' }, // one training with many settings: searches
  'everywhere.ts': { floor: 12, world: 'browser' }, // what both public faces share
  'index.ts': { floor: 13, world: 'node' }, // the public face; nothing in src imports it
  'web.ts': { floor: 13, world: 'browser' }, // the public face in a page
  cli: { floor: 14, world: 'node' }, // parse, call, print
};

/** Text of every TypeScript file of the repository's own folders, by path. */
export function readHouse(folders: readonly string[]): Map<string, string> {
  const files = new Map<string, string>();
  for (const folder of folders.filter((f) => existsSync(f))) {
    for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) {
      if (!/\.tsx?$/.test(name) || name.includes('node_modules')) continue;
      const path = `${folder}/${name.replaceAll('\\', '/')}`;
      files.set(path, readFileSync(path, 'utf8'));
    }
  }
  return files;
}

if (import.meta.main) {
  const house = readHouse(['src', 'lab', 'test', 'tools', 'bench']);
  const findings = checkHouse(house, rooms);
  for (const { level, place, rule } of findings) console.log(`${level}: ${place}\n  ${rule}`);
  const failures = findings.filter((f) => f.level === 'error').length;
  console.log(
    `floors: ${house.size} files, ${failures} errors, ${findings.length - failures} warnings`,
  );
  process.exitCode = failures > 0 ? 1 : 0;
}
