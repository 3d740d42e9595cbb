import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { operatorFamilies } from './index.ts';

it('is the list of the documents, family by family', () => {
  const lines = readFileSync('docs/interop.md', 'utf8').split('\n');
  const listed = lines.filter((line) => /^\| [A-Z][A-Za-z ]+ \| `/.test(line));
  const expected = Object.entries(operatorFamilies).map(
    ([family, table]) =>
      `| ${family} | ${Object.keys(table)
        .sort()
        .map((name) => `\`${name}\``)
        .join(', ')} |`,
  );
  expect(listed.filter((line) => expected.includes(line))).toEqual(expected);
});
