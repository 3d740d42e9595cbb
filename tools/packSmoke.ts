/**
 * @file `npm run pack:smoke`: packs the package as npm would publish it, unpacks it beside its dependencies
 * and uses it as a stranger does, on every Node of this machine.
 *
 * The project's own scripts run the sources on the pinned Node; this holds the promise made to users: the
 * built package runs on any Node >= 20.19.
 */
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { checkApps } from './packedApps.ts';

/** What a user may type, and what the answer must hold. */
const commands: readonly { readonly args: readonly string[]; readonly shows: RegExp }[] = [
  { args: ['--version'], shows: /^\d+\.\d+\.\d+/ },
  { args: ['window', '6x6', '--kernel', '3', '--json'], shows: /"output":\[4,4\]/ },
  { args: ['summary', 'lenet5'], shows: /44,426/ },
  { args: ['lab', '--build', 'site', '--json'], shows: /"event":"built"/ },
  // Workers, kernels and saving, on a handful of pictures.
  {
    args: ['train', 'lenet5', '--epochs', '1', '--train-count', '256', '--test-count', '64'].concat(
      ['--threads', '2', '--overwrite', '--json'],
    ),
    shows: /"event":"done"/,
  },
];

/** Every `node` on the PATH, the project's own included. */
function nodesOfThisMachine(): string[] {
  const folders = new Set((process.env.PATH ?? '').split(delimiter));
  const found = [...folders].map((folder) => join(folder, 'node')).filter((p) => existsSync(p));
  return [...new Set([process.execPath, ...found].map((path) => realpathSync(path)))];
}

/** Unpacks the tarball as `node_modules/fovea` of an empty project and links the dependencies beside it. */
function install(project: string): string {
  const npm = ['pack', '--silent', '--pack-destination', project];
  const tarball = execFileSync('npm', npm, { encoding: 'utf8' }).trim().split('\n').at(-1) ?? '';
  const folder = join(project, 'node_modules', 'fovea');
  mkdirSync(folder, { recursive: true });
  execFileSync('tar', ['-xzf', join(project, tarball), '-C', folder, '--strip-components=1']);
  const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
  for (const name of Object.keys(dependencies)) {
    const place = join(project, 'node_modules', name);
    mkdirSync(dirname(place), { recursive: true }); // @scope/
    symlinkSync(resolve('node_modules', name), place);
  }
  return folder;
}

/** The guide is there, and every source map carries the source it maps to, which is not in the package. */
function checkFiles(folder: string): void {
  if (!existsSync(join(folder, 'docs/guide/README.md'))) throw new Error('docs/guide is missing');
  const maps = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.js.map'),
  );
  for (const name of maps) {
    const { sourcesContent } = JSON.parse(readFileSync(join(folder, name), 'utf8'));
    if (typeof sourcesContent?.[0] !== 'string') throw new Error(`${name} points nowhere`);
  }
  console.log(`docs are there; ${maps.length} source maps carry their sources`);
}

function use(node: string, project: string, folder: string): void {
  const run = (...args: string[]) =>
    execFileSync(node, args, { cwd: project, encoding: 'utf8', stdio: 'pipe', timeout: 60_000 });
  const version = run('--version').trim();
  const names = run('--input-type=module', '-e', FACE).trim();
  console.log(`${version}: import 'fovea' gives ${names} names`);
  for (const { args, shows } of commands) {
    const output = run(join(folder, 'dist/cli/main.js'), ...args);
    if (!shows.test(output)) {
      throw new Error(
        `fovea ${args.join(' ')} on Node ${version} does not show ${shows}:\n${output}`,
      );
    }
    console.log(`${version}: fovea ${args.join(' ')} is right`);
  }
}

const FACE = "import * as fovea from 'fovea'; console.log(Object.keys(fovea).length)";

const project = mkdtempSync(join(tmpdir(), 'fovea-pack-'));
try {
  const folder = install(project);
  checkFiles(folder);
  for (const node of nodesOfThisMachine()) use(node, project, folder);
  await checkApps(project);
} catch (error) {
  console.error(`pack:smoke failed: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
} finally {
  rmSync(project, { recursive: true, force: true });
}
