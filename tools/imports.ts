/**
 * @file Reads the imports of a TypeScript file as Biome formats it: statements begin a line.
 *
 * Enough for our own code and without a parser: specifier, line, and whether the import is erased
 * (`import type`), loaded at once, or loaded later (`import(...)`).
 */
import { posix } from 'node:path';

export interface Import {
  readonly specifier: string;
  readonly line: number;
  readonly kind: 'static' | 'type' | 'dynamic';
}

// Between `import` and `from` stand only names, braces, commas and stars.
const STATIC = /^(?:import|export)\s+(type\s+)?(?:[\w$\s{},*]*?\sfrom\s+)?['"]([^'"\n]+)['"]/gm;
const DYNAMIC = /^(?!\s*(?:\*|\/\/)).*?\bimport\(\s*['"]([^'"\n]+)['"]\s*\)/gm;

export function importsOf(text: string): Import[] {
  const found: Import[] = [];
  for (const { 1: type, 2: specifier = '', index } of text.matchAll(STATIC)) {
    const kind = type === undefined ? 'static' : 'type';
    found.push({ specifier, line: lineAt(text, index), kind });
  }
  for (const { 1: specifier = '', index } of text.matchAll(DYNAMIC)) {
    found.push({ specifier, line: lineAt(text, index), kind: 'dynamic' });
  }
  return found;
}

function lineAt(text: string, index: number): number {
  return text.slice(0, index).split('\n').length;
}

/** The path a relative specifier leads to; undefined for packages and `node:` modules. */
export function resolveImport(from: string, specifier: string): string | undefined {
  return specifier.startsWith('.') ? posix.join(posix.dirname(from), specifier) : undefined;
}
