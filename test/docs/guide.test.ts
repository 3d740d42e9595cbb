/**
 * @file Every block of the guide, and of the page on pooling and padding, is run as it stands there. The files in
 * `guide/` are the modules of the pages; `npx vitest run test/docs/guide.test.ts -u` writes them anew.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drawPictures } from '../support/drawnPictures.ts';
import { type Answered, firstUntold, printedBy, runCommand, type Step, stepsOf } from './pages.ts';

const guide = readdirSync('docs/guide').filter((name) => name.endsWith('.md'));
const pages = ['docs/pooling-padding.md', ...guide.map((name) => `docs/guide/${name}`)];
const steps = new Map(pages.map((page) => [page, stepsOf(page)]));
const runPages = pages.filter((page) => !page.endsWith('README.md'));
const home = process.cwd();

/** What the pages say lies in the reader's folder. */
async function furnish(folder: string): Promise<void> {
  const patterns = {
    cats: (x: number, y: number) => (x + y) % 12 < 6,
    dogs: (x: number) => x % 8 < 4,
    owls: (_: number, y: number) => y % 8 < 4,
  };
  await drawPictures(folder, patterns, 20);
}

describe.each(runPages)('%s', (page) => {
  let folder = '';
  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'fovea-guide-'));
    if (page.includes('/guide/')) await furnish(folder);
    process.chdir(folder);
  });
  afterAll(() => {
    process.chdir(home);
    rmSync(folder, { recursive: true, force: true });
  });

  let printed = '';
  const answers = new Map<string, Promise<Answered>>();
  /** Run once, however many of its lines are quoted where. */
  const answerOf = (command: string): Promise<Answered> => {
    const answer = answers.get(command) ?? runCommand(command);
    answers.set(command, answer);
    return answer;
  };
  it.each((steps.get(page) ?? []).map((step, i) => [i, titleOf(step), step] as const))(
    '%i: %s',
    async (_, __, step) => {
      if (step.kind === 'printed') {
        expect(firstUntold(step.lines, printed), printed).toBeUndefined();
      } else if (step.kind === 'module') {
        const kept = path.join(import.meta.dirname, 'guide', `${step.name}.ts`);
        const code = step.code.replaceAll("'fovea'", "'../../../src/index.ts'");
        await expect(code).toMatchFileSnapshot(kept);
        printed = await printedBy(() => import(/* @vite-ignore */ kept));
        expect(printed).not.toMatch(/^$|NaN|undefined/);
      } else if (step.kind === 'command') {
        const { text, failed } = await runCommand(step.command);
        expect(failed, text).toBe(false);
      } else {
        const { text } = await answerOf(step.command);
        expect(firstUntold(step.lines, text), text).toBeUndefined();
      }
    },
  );
});

function titleOf(step: Step): string {
  if (step.kind === 'module') return step.name;
  return step.kind === 'printed' ? 'and what it prints' : step.command;
}

describe('the modules of the guide', () => {
  it('are those of its pages', () => {
    const names = [...steps.values()]
      .flat()
      .flatMap((step) => (step.kind === 'module' ? [`${step.name}.ts`] : []));
    expect(readdirSync(path.join(import.meta.dirname, 'guide')).sort()).toEqual(names.sort());
  });

  it('are all reached from the index', () => {
    const index = readFileSync('docs/guide/README.md', 'utf8');
    for (const name of guide) if (name !== 'README.md') expect(index).toContain(`(${name})`);
  });
});
