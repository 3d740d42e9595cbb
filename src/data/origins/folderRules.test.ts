import { describe, expect, it } from 'vitest';
import { byPath, classNamesOf, labelFolders, partsOf } from './folderRules.ts';

describe('folders of classes', () => {
  it('are parted where training and testing have folders of their own', () => {
    expect(partsOf(['train', 'val', 'x'])).toEqual({ train: 'train', test: 'val' });
    expect(partsOf(['train', 'validation', 'test'])?.test).toBe('test');
    expect(partsOf(['train', 'validation'])?.test).toBe('validation');
    expect(partsOf(['train', 'cats'])).toBeUndefined();
    expect(partsOf(['test', 'val'])).toBeUndefined();
  });

  it('are classes by name, hidden ones are none', () => {
    expect(classNamesOf(['dogs', '.git', 'Cats', 'cats'])).toEqual(['Cats', 'cats', 'dogs']);
  });

  it('label their pictures, also by classes that are known', () => {
    const folders = [
      { name: 'a', pictures: ['1', '2'] },
      { name: 'c', pictures: ['3'] },
    ];
    expect(labelFolders('x', folders)).toEqual({
      classes: ['a', 'c'],
      labels: [0, 0, 1],
      pictures: ['1', '2', '3'],
    });
    expect(labelFolders('x', folders, ['a', 'b', 'c']).labels).toEqual([0, 0, 2]);
    expect(() => labelFolders('x', folders, ['a'])).toThrow(/x\/c: a class for testing/);
    expect(() => labelFolders('x', [{ name: 'a', pictures: [] }])).toThrow(/x\/a: no pictures/);
    expect(() => labelFolders('', folders.slice(1))).toThrow(/^one class alone, "c"/);
  });

  it('are listed name by name, as folders are walked', () => {
    const walked = ['a/1.png', 'a/b/0.png', 'a/b.png', 'a-c/0.png', 'b/x.png'];
    expect(walked.toReversed().sort(byPath)).toEqual([
      'a/1.png',
      'a/b/0.png',
      'a/b.png',
      'a-c/0.png',
      'b/x.png',
    ]);
    expect(byPath('a', 'a')).toBe(0);
    expect(byPath('a', 'a/b')).toBeLessThan(0);
  });
});
