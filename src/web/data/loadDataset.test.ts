import { describe, expect, it } from 'vitest';
import { loadDataset as loadInNode } from '../../data/index.ts';
import { loadDataset } from './loadDataset.ts';

describe('data of a page', () => {
  it('draws the digits that Node draws', async () => {
    const options = { trainCount: 20, testCount: 10, seed: 3 };
    expect(await loadDataset('digits', options)).toEqual(await loadInNode('digits', options));
  });

  it.each([undefined, '/data/', 'ftp://x/', 'data'])(
    'asks for an address, not %s',
    async (base) => {
      await expect(loadDataset('mnist', { base })).rejects.toThrow(/base: .*address/);
    },
  );

  it('knows the names of the table alone', async () => {
    await expect(loadDataset('minst' as 'mnist')).rejects.toThrow(/did you mean "mnist"/);
  });
});
