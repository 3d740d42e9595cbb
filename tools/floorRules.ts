/**
 * @file The rules of the house, over paths and texts alone: `checkHouse(files, rooms)` gives findings.
 *
 * Each rule is one function; a finding names the place and says the rule in a sentence that can be acted on.
 * The table of rooms is in `floors.ts`.
 */
import { type Import, importsOf, resolveImport } from './imports.ts';

export interface Room {
  /** A file imports from its own room and from rooms on lower floors. */
  readonly floor: number;
  /** Where the room's code runs; `engine` is a browser room without packages. */
  readonly world: 'engine' | 'browser' | 'node';
}

export interface Finding {
  readonly level: 'error' | 'warning';
  /** path:line or path */
  readonly place: string;
  readonly rule: string;
}

/** One import of a source file, with everything the rules ask about it. */
interface Edge extends Import {
  readonly from: string;
  /** A path inside the repository, or undefined for packages and `node:` modules. */
  readonly to: string | undefined;
}

type Rooms = Readonly<Record<string, Room>>;

const LINES_WARN = 300;
const LINES_FAIL = 500;

export function checkHouse(files: ReadonlyMap<string, string>, rooms: Rooms): Finding[] {
  const isSource = (path: string): boolean => !path.endsWith('.test.ts');
  const sources = [...files.keys()].filter((p) => p.startsWith('src/') && isSource(p));
  const lab = [...files.keys()].filter((p) => p.startsWith('lab/src/') && isSource(p));
  const edgesOf = (from: string): Edge[] =>
    importsOf(files.get(from) ?? '').map((i) => {
      return { ...i, from, to: resolveImport(from, i.specifier) };
    });
  const edges = sources.flatMap(edgesOf);
  const labEdges = lab.flatMap(edgesOf);
  return [
    ...sources.flatMap((path) => checkRoomIsKnown(path, rooms)),
    ...edges.flatMap((edge) => checkFloor(edge, rooms)),
    ...edges.flatMap(checkBackendSiblings),
    ...edges.flatMap(checkPackages),
    ...edges.flatMap((edge) => checkWorld(edge, rooms)),
    ...labEdges.flatMap(checkLabEdge),
    ...checkCycles(sources, edges),
    ...checkCycles(lab, labEdges),
    ...[...sources, ...lab].flatMap((path) => checkHeader(path, files.get(path) ?? '')),
    ...[...files].flatMap(([path, text]) => checkSize(path, text)),
  ];
}

/** "src/nn/layers/windows/conv2d.ts" -> "nn"; "src/index.ts" -> "index.ts" */
function roomOf(path: string): string {
  return path.split('/')[1] ?? '';
}

function checkRoomIsKnown(path: string, rooms: Rooms): Finding[] {
  if (Object.hasOwn(rooms, roomOf(path))) return [];
  const rule = `room "${roomOf(path)}" has no floor: add it to the table in tools/floors.ts`;
  return [error(path, rule)];
}

/** The public faces, and what they share. */
const SHARED_FACE = 'src/everywhere.ts';
const FACES = ['src/index.ts', 'src/web.ts', SHARED_FACE];

function checkFloor(edge: Edge, rooms: Rooms): Finding[] {
  const { to } = edge;
  if (to === undefined) return [];
  if (!to.startsWith('src/') || to.endsWith('.test.ts')) {
    return [atEdge(edge, 'source imports source only, never tests, tools or benches')];
  }
  const isFace = FACES.includes(to) && !(to === SHARED_FACE && FACES.includes(edge.from));
  if (isFace) {
    return [atEdge(edge, `${to} is the public face: import the file that holds the thing`)];
  }
  const [own, other] = [roomOf(edge.from), roomOf(to)];
  if (own === other || !rooms[own] || !rooms[other]) return [];
  if (rooms[other].floor < rooms[own].floor) return [];
  const rule = `${own} stands on floor ${rooms[own].floor}, ${other} on ${rooms[other].floor}: import from lower floors only`;
  return [atEdge(edge, rule)];
}

/** The lab's rooms, from the ground up. The frame loads pages later, by `import(...)`. */
const LAB_ROOMS = ['frame', 'figures', 'pages'];
const LAB_PACKAGES = /^(fovea\/web|preact|preact\/hooks|uplot|.*\.css)$/;

/** A page is a client like any other: of the house it knows `fovea/web`. */
function checkLabEdge(edge: Edge): Finding[] {
  const { from, to, specifier, kind } = edge;
  if (to === undefined) {
    if (LAB_PACKAGES.test(specifier)) return [];
    return [atEdge(edge, 'the lab imports fovea/web, preact and uplot, and no other package')];
  }
  if (!to.startsWith('lab/src/') || to.endsWith('.test.ts')) {
    return [atEdge(edge, "the lab knows the house by its public face: import from 'fovea/web'")];
  }
  const [own, other] = [from, to].map((path) => LAB_ROOMS.indexOf(path.split('/')[2] ?? ''));
  if (own === undefined || other === undefined || own < 0 || own >= other || kind === 'dynamic')
    return [];
  const rule = `${LAB_ROOMS[own]} stands below ${LAB_ROOMS[other]}: move what both need down`;
  return [atEdge(edge, rule)];
}

/** `backends/wasm` and `backends/reference` know `backends/*.ts`, never each other. */
function checkBackendSiblings(edge: Edge): Finding[] {
  const own = backendOf(edge.from);
  const other = edge.to === undefined ? undefined : backendOf(edge.to);
  if (own === undefined || other === undefined || own === other) return [];
  return [
    atEdge(edge, `backend ${own} must not know backend ${other}: share through backends/*.ts`),
  ];
}

/** A page must not carry what is left out by another name: zod with all its languages is four times zod/mini. */
function checkPackages(edge: Edge): Finding[] {
  if (edge.specifier !== 'zod' || edge.kind === 'type') return [];
  return [
    atEdge(edge, "import * as z from 'zod/mini': zod itself brings 20 KB more to every page"),
  ];
}

function backendOf(path: string): string | undefined {
  return /^src\/backends\/([^/]+)\//.exec(path)?.[1];
}

/**
 * What loads at once in a browser must exist there. Even an import that would run only in Node must name a
 * *.node.ts file and no `node:` module: a bundler follows it, and can be told to leave those files out.
 */
function checkWorld(edge: Edge, rooms: Rooms): Finding[] {
  const room = roomOf(edge.from);
  const world = rooms[room]?.world ?? 'node';
  if (world === 'node' || edge.kind === 'type' || edge.from.endsWith('.node.ts')) return [];
  if (edge.specifier.startsWith('node:')) {
    const rule = `${room} runs in a browser and must not load node: modules: move this to a *.node.ts file`;
    return [atEdge(edge, rule)];
  }
  if (edge.kind === 'dynamic') return [];
  const remedy = 'move it to a *.node.ts file, or load it by await import(...) where Node is known';
  if (edge.to === undefined) {
    if (world === 'browser') return [];
    return [atEdge(edge, `${room} is part of the engine, which depends on no package`)];
  }
  const forNode = edge.to.endsWith('.node.ts') || rooms[roomOf(edge.to)]?.world === 'node';
  return forNode ? [atEdge(edge, `${room} runs in a browser, ${edge.to} in Node: ${remedy}`)] : [];
}

/** Depth first; a file met again while still open closes a cycle. Type imports count. */
function checkCycles(sources: readonly string[], edges: readonly Edge[]): Finding[] {
  const importsFrom = Map.groupBy(edges, (edge) => edge.from);
  const closed = new Set<string>();
  const findings: Finding[] = [];
  const walk = (path: string, open: readonly string[]): void => {
    const start = open.indexOf(path);
    if (start >= 0) {
      const cycle = [...open.slice(start), path].join(' -> ');
      findings.push(
        error(path, `imports form a cycle: ${cycle}; move what both need to a third file`),
      );
    }
    if (start >= 0 || closed.has(path)) return;
    for (const { to } of importsFrom.get(path) ?? []) {
      if (to !== undefined) walk(to, [...open, path]);
    }
    closed.add(path);
  };
  for (const path of sources) walk(path, []);
  return findings;
}

function checkHeader(path: string, text: string): Finding[] {
  if (/^(#!.*\n)?\/\*\*\s*\n? ?\*? @file /.test(text)) return [];
  return [error(path, 'begins without a header: /** @file what, why here, next stop */')];
}

function checkSize(path: string, text: string): Finding[] {
  const lines = text.split('\n').length - 1;
  if (lines <= LINES_WARN) return [];
  const excused = /^\s*\* Long because\b/m.test(text.slice(0, text.indexOf('*/')));
  if (excused) return [];
  const rule = `${lines} lines: split it, or begin a line of its header with "Long because ..."`;
  return [
    lines > LINES_FAIL
      ? error(path, `${rule} (limit ${LINES_FAIL})`)
      : { level: 'warning', place: path, rule: `${rule} (aim ${LINES_WARN})` },
  ];
}

function error(place: string, rule: string): Finding {
  return { level: 'error', place, rule };
}

function atEdge({ from, line, specifier }: Edge, rule: string): Finding {
  return error(`${from}:${line} imports '${specifier}'`, rule);
}
