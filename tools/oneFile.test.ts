import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { generated } from './oneFile.ts';

it('the texts in the sources are what the sources say now (else: npm run -s oneFile)', async () => {
  for (const [file, text] of await generated()) {
    expect(readFileSync(file, 'utf8') === text, `${file} is old: run npm run -s oneFile`).toBe(
      true,
    );
  }
});
