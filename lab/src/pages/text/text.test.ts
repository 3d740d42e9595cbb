import { readdirSync, readFileSync } from 'node:fs';
import { layers, modelOf, sequential } from 'fovea/web';
import { describe, expect, it } from 'vitest';
import type { Block, Correction } from './chapter.ts';
import { chapters } from './chapters/index.ts';
import { SOURCE } from './chapters/lenet5Training.ts';
import { correctionNames } from './corrections.ts';
import { type Inline, type Prose, plain } from './prose.ts';
import { works } from './sources.ts';

const bodies = chapters.map((chapter) => ({ chapter, blocks: chapter.body() }));
const corrections = bodies.flatMap(({ blocks }) =>
  blocks.filter((block): block is Correction => block.kind === 'correction'),
);

const proseOf = (block: Block): readonly Prose[] => {
  if (block.kind === 'paragraph') return [block.words];
  if (block.kind === 'list') return block.items;
  if (block.kind === 'figure') return [block.caption];
  if (block.kind === 'correction') return [block.says, block.holds];
  return [];
};
const allProse = bodies.flatMap(({ chapter, blocks }) =>
  blocks.flatMap(proseOf).map((words) => ({ chapter: chapter.id, words })),
);
const inlines = allProse.flatMap(({ words }) => [...words]);
const kept = (name: string): string => {
  const found = corrections.find((correction) => correction.name === name);
  if (found === undefined) throw new Error(`no correction ${name}`);
  return plain(found.holds).replace(/\s+/g, ' ');
};

/** Words without the names in which a digit is part of the name, and without years. */
const bare = (words: string): string =>
  words.replace(/\b(19|20)\d\d\b/g, '').replace(/\b[A-Za-z]+-?\d+\b/g, '');

describe('the chapters', () => {
  it('have addresses of their own, and headings that differ within one', () => {
    expect(new Set(chapters.map(({ id }) => id)).size).toBe(chapters.length);
    for (const { chapter, blocks } of bodies) {
      const ids = blocks.flatMap((block) => (block.kind === 'heading' ? [block.id] : []));
      expect(new Set(ids).size, chapter.id).toBe(ids.length);
    }
  });

  it('each have a figure that lives', () => {
    for (const { chapter, blocks } of bodies) {
      expect(
        blocks.some(({ kind }) => kind === 'figure'),
        chapter.id,
      ).toBe(true);
    }
  });

  it('link to chapters and headings that exist', () => {
    const links = inlines.filter((part) => typeof part !== 'string' && part.kind === 'link');
    expect(links.length).toBeGreaterThan(5);
    for (const { to } of links as { to: string }[]) {
      if (to.startsWith('https://')) continue;
      const [, page, id, section] = /^#\/(\w+)(?:\/([\w-]+))?(?:\/([\w-]+))?/.exec(to) ?? [];
      expect(['text', 'train', 'windows', 'networks', 'look', 'runs'], to).toContain(page);
      if (id === undefined) continue;
      const found = bodies.find(({ chapter }) => chapter.id === id);
      expect(found, to).toBeDefined();
      const sections = found?.blocks.map((block) => (block.kind === 'heading' ? block.id : ''));
      if (section !== undefined) expect(sections, to).toContain(section);
    }
  });
});

describe('corrections', () => {
  it('are all there, each in one place, with a source', () => {
    expect(corrections.map(({ name }) => name).sort()).toEqual([...correctionNames].sort());
    expect(correctionNames).toHaveLength(33);
    for (const { name, says, holds, sources } of corrections) {
      expect(plain(says).length, name).toBeGreaterThan(5);
      expect(plain(holds).length, name).toBeGreaterThan(40);
      expect(sources.length, name).toBeGreaterThan(0);
      for (const source of sources) {
        if ('work' in source) expect(Object.keys(works), name).toContain(source.work);
      }
    }
  });

  // Transcribed from the papers and from texts; what stands in the prose is computed.
  it.each([
    ['zeroIsTheFill', ['6 × 6']],
    ['strideDecides', ['1 it is 4 × 4', '2 it is 2 × 2', '1 row and 1 column', '3 it is 2 × 2']],
    ['amountOfSame', ['1 and 1 here', '0, 1, 0, 1']],
    ['equalOpportunity', ['by 4 windows', 'middle by 9']],
    ['poolingHasNoParameters', ['has 0 parameters', '30,840', '12 parameters in S2']],
    ['fixedCodes', ['840 numbers', '0 are trained', '340,068']],
    [
      'tableOne',
      ['map 4 sees 0, 4, 5', '3 with gaps', '12 (0, 1, 3, 4), 13 (1, 2, 4, 5) and 14 (0, 2, 3, 5)'],
    ],
    ['inputField', ['28 × 28', '32 × 32']],
    ['kerasLenet', ['156, 2,416, 30,840, 10,164, 850', '44,426', '60,000', '1,516']],
    ['receptiveField', ['5, 6, 14, 16, 32', 'all 32']],
    ['input227', ['53.25', '55 × 55', '290,400', '227']],
    ['sixtyMillion', ['62,369,152', '62,378,344', '60,965,224']],
    [
      'denseBiases',
      ['37,752,832', '16,781,312', '4,097,000', '9,192', '37,748,736', '16,777,216', '4,096,000'],
    ],
    ['multiplyAdds', ['650,080', '1,135,256,096', '724,406,816']],
    ['sharesByConvention', ['3,747,200', '58,621,952', '6 %', '94 %', '95 %', '5 %']],
    ['noReluOnScores', ['1,000 scores']],
    ['localResponseNormalization', ['0.0001', '0.0005']],
    ['dropoutAtTest', ['0.5']],
    ['notAlexnet', ['3 × 3', '29,978,506', '2,688', '9,441,280', '40,970', '88 %']],
  ])('%s has the figures of the papers', (name, figures) => {
    for (const figure of figures) expect(kept(name)).toContain(figure);
  });
});

describe('numbers in the prose', () => {
  it('say where they come from: no digit is typed between the words', () => {
    for (const { chapter, words } of allProse) {
      const typed = words.filter((part): part is string => typeof part === 'string').map(bare);
      expect(
        typed.filter((part) => /\d/.test(part)),
        chapter,
      ).toEqual([]);
    }
  });

  it('are computed where they say so: no literal is handed to n, by, list or percent', () => {
    const folder = new URL('./chapters/', import.meta.url);
    for (const file of readdirSync(folder)) {
      const source = readFileSync(new URL(file, folder), 'utf8');
      const literals = source.match(/\$\{(n|by|list|percent)\(\s*\[?\s*['"\d]/g) ?? [];
      expect(literals, file).toEqual([]);
    }
  });

  it('are numbers: nothing came out empty', () => {
    const numbers = inlines.filter(
      (part): part is Exclude<Inline, string> => typeof part !== 'string' && part.kind === 'number',
    );
    expect(numbers.length).toBeGreaterThan(150);
    for (const { words } of numbers) expect(words).toMatch(/\d/);
    expect(numbers.filter(({ words }) => /NaN|undefined|Infinity/.test(words))).toEqual([]);
  });

  it('were measured where they say so: the documents hold them', () => {
    const documents = ['lenet5.md', 'alexnet.md'].map((name) =>
      readFileSync(new URL(`../../../../docs/${name}`, import.meta.url), 'utf8'),
    );
    const figures = inlines.filter((part) => typeof part !== 'string' && part.kind === 'measured');
    expect(figures.length).toBeGreaterThan(2);
    for (const { words } of figures as { words: string }[]) {
      expect(
        documents.some((text) => text.includes(words)),
        words,
      ).toBe(true);
    }
  });
});

describe('the code in the text', () => {
  it('builds the network of the library', () => {
    const list = SOURCE.slice(SOURCE.indexOf('sequential('), SOURCE.indexOf('for await'));
    const built = new Function('sequential', 'layers', `return ${list}`)(sequential, layers);
    expect(built.layers).toEqual(modelOf('lenet5').layers);
  });
});
