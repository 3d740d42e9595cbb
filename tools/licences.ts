/**
 * @file `npm run licences`: every package that Fovea brings along, with its licence, as the lock file has it.
 *
 * Fails on a licence that nobody has looked at yet. LGPL is libvips inside the optional `sharp`: a library of
 * its own, loaded at run time and replaceable, which that licence asks for.
 */
import { readFileSync } from 'node:fs';

const KNOWN = new Set(['MIT', 'ISC', '0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause']);
const KNOWN_IN_SHARP = 'LGPL-3.0-or-later';
/** Read by a person: h5wasm is NIST's (free to use, with its notice) around the HDF5 library (BSD). */
const READ: Readonly<Record<string, string>> = { h5wasm: 'SEE LICENSE IN LICENSE.txt' };

export interface Locked {
  readonly version?: string;
  readonly license?: string;
  readonly dev?: boolean;
}

export interface Licence {
  readonly name: string;
  readonly licence: string;
  readonly isKnown: boolean;
}

/** `packages`: of package-lock.json, path -> what is locked there. */
export function licencesOf(packages: Readonly<Record<string, Locked>>): Licence[] {
  return Object.entries(packages)
    .filter(([path, { dev }]) => path !== '' && dev !== true)
    .map(([path, { license = 'none', version }]) => {
      const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
      const isListed = license
        .replace(/^\((.*)\)$/, '$1')
        .split(' AND ')
        .every(
          (one) => KNOWN.has(one) || (one === KNOWN_IN_SHARP && name.startsWith('@img/sharp')),
        );
      const isKnown = isListed || READ[name] === license;
      return { name: `${name} ${version}`, licence: license, isKnown };
    });
}

if (import.meta.main) {
  const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8'));
  const licences = licencesOf(packages);
  for (const { name, licence, isKnown } of licences) {
    console.log(`${isKnown ? ' ' : '!'} ${licence.padEnd(18)} ${name}`);
  }
  const unknown = licences.filter(({ isKnown }) => !isKnown).length;
  console.log(`licences: ${licences.length} packages, ${unknown} with a licence to look at`);
  if (unknown > 0) process.exitCode = 1;
}
