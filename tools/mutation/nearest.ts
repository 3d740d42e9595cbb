/**
 * @file The test files that reach a source file by their imports, nearest first.
 */
import { importsOf, resolveImport } from '../imports.ts';

/** `files`: path -> text of all sources and tests. */
export function nearestTests(files: ReadonlyMap<string, string>, source: string): string[] {
  const users = new Map<string, string[]>();
  for (const [path, text] of files) {
    for (const { specifier, kind } of importsOf(text)) {
      const to = kind === 'type' ? undefined : resolveImport(path, specifier);
      if (to !== undefined) users.set(to, [...(users.get(to) ?? []), path]);
    }
  }
  const order = [source];
  const seen = new Set(order);
  // Breadth first: whoever is found earlier is nearer.
  for (const path of order) {
    for (const user of [...(users.get(path) ?? [])].sort(
      (a, b) => near(source, b) - near(source, a),
    )) {
      if (!seen.has(user)) order.push(user);
      seen.add(user);
    }
  }
  return order.filter((path) => path.endsWith('.test.ts'));
}

/** How many letters two paths begin with alike: a file's own test comes before its neighbours'. */
function near(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return length;
}
