import { describe, expect, it } from 'vitest';
import { checkHouse, type Finding } from './floorRules.ts';
import { rooms } from './floors.ts';
import { importsOf } from './imports.ts';

const header = '/**\n * @file A file.\n */\n';

/** Findings over files given without their header. */
function check(files: Record<string, string>): Finding[] {
  return checkHouse(
    new Map(Object.entries(files).map(([path, text]) => [path, header + text])),
    rooms,
  );
}

const rulesOf = (files: Record<string, string>) => check(files).map((f) => f.rule);

describe('imports', () => {
  it('are read with kind and line, over several lines, past comments and strings', () => {
    const text = [
      "import { a } from './a.ts';",
      'import {',
      '  b,',
      '  type C,',
      "} from '../b.ts';",
      "import type { D } from 'd';",
      "export * from './e.ts';",
      "import './f.ts';",
      " * const x = await import('./comment.ts')",
      "  const g = await import('./g.ts');",
      "export const text = 'from'",
    ].join('\n');
    expect(importsOf(text).map((i) => `${i.line} ${i.kind} ${i.specifier}`)).toEqual([
      '1 static ./a.ts',
      '2 static ../b.ts',
      '6 type d',
      '7 static ./e.ts',
      '8 static ./f.ts',
      '10 dynamic ./g.ts',
    ]);
  });
});

describe('floors', () => {
  it('lets a file import its own room and lower floors', () => {
    expect(
      check({
        'src/base/shape.ts': '',
        'src/ops/op.ts': "import type { Shape } from '../base/shape.ts';",
        'src/ops/conv2d.ts': "import { op } from './op.ts';",
        'src/cli/main.ts': "import { conv2d } from '../ops/conv2d.ts';",
        'src/ops/conv2d.test.ts': "import { main } from '../cli/main.ts';",
      }),
    ).toEqual([]);
  });

  it('names file, line, import and both floors', () => {
    const [finding] = check({
      'src/ops/op.ts': "import { fit } from '../train/fit.ts';",
      'src/train/fit.ts': '',
    });
    expect(finding.place).toBe("src/ops/op.ts:4 imports '../train/fit.ts'");
    expect(finding.rule).toBe(
      `ops stands on floor 2, train on ${rooms.train.floor}: import from lower floors only`,
    );
  });

  it('keeps neighbours on one floor apart', () => {
    const files = { 'src/nn/a.ts': "import type { B } from '../data/b.ts';", 'src/data/b.ts': '' };
    expect(rulesOf(files)[0]).toMatch(/lower floors only/);
  });

  it('keeps source from tests and from the public face', () => {
    const files = {
      'src/cli/main.ts': "import { x } from '../index.ts';\nimport { y } from './y.test.ts';",
    };
    expect(rulesOf(files)).toEqual([
      expect.stringMatching(/public face/),
      expect.stringMatching(/never tests/),
    ]);
  });

  it('lets the public faces alone read what they share', () => {
    const files = {
      'src/everywhere.ts': '',
      'src/web.ts': "export * from './everywhere.ts';",
      'src/cli/main.ts': "import { fit } from '../everywhere.ts';",
    };
    expect(rulesOf(files)).toEqual([expect.stringMatching(/everywhere\.ts is the public face/)]);
  });

  it('keeps backends apart but for what they share', () => {
    const files = {
      'src/backends/select.ts': "import { r } from './reference/run.ts';",
      'src/backends/reference/run.ts': "import type { B } from '../backend.ts';",
      'src/backends/wasm/run.ts': "import { r } from '../reference/run.ts';",
      'src/backends/backend.ts': '',
    };
    expect(rulesOf(files)).toEqual([expect.stringMatching(/wasm must not know backend reference/)]);
  });

  it('keeps zod to the part of it that a page can carry', () => {
    const rules = rulesOf({ 'src/nn/spec.ts': "import * as z from 'zod';" });
    expect(rules).toEqual([expect.stringMatching(/zod\/mini/)]);
    expect(rulesOf({ 'src/nn/spec.ts': "import * as z from 'zod/mini';" })).toEqual([]);
  });

  it('asks for the floor of a new room', () => {
    expect(rulesOf({ 'src/attic/box.ts': '' })[0]).toMatch(/add it to the table/);
  });
});

describe('worlds', () => {
  it('keeps node: modules, Node files and packages out of the engine', () => {
    const files = {
      'src/base/random.ts': "import { cpus } from 'node:os';",
      'src/base/zip.ts': "import { inflate } from 'fflate';",
      'src/base/all.ts': "import { threads } from './threads.node.ts';",
      'src/base/threads.node.ts': "import { Worker } from 'node:worker_threads';",
    };
    expect(rulesOf(files)).toEqual([
      expect.stringMatching(/must not load node:/),
      expect.stringMatching(/depends on no package/),
      expect.stringMatching(/runs in a browser/),
    ]);
  });

  it('lets them load later, be types only, and stand in rooms for Node', () => {
    const files = {
      'src/base/a.ts':
        "import type { Worker } from 'node:worker_threads';\nconst os = await import('./os.node.ts');",
      'src/base/os.node.ts': "import { cpus } from 'node:os';",
      'src/nn/spec.ts': "import * as z from 'zod/mini';",
      'src/runs/read.ts': "import { readFileSync } from 'node:fs';",
    };
    expect(check(files)).toEqual([]);
  });

  it('keeps node: modules out of files that a bundler follows, loaded later or not', () => {
    const files = { 'src/train/a.ts': "const os = await import('node:os');" };
    expect(rulesOf(files)).toEqual([expect.stringMatching(/must not load node:/)]);
  });
});

describe('lab', () => {
  const place = 'lab/src/pages/windows/page.tsx';

  it('knows the house by its public face', () => {
    const imports = [
      "import './page.css';",
      "import { useState } from 'preact/hooks';",
      "import { explainWindow } from 'fovea/web';",
      "import { HeatMap } from '../../figures/heatMap.tsx';",
    ];
    expect(check({ [place]: imports.join('\n'), 'lab/src/figures/heatMap.tsx': '' })).toEqual([]);
    const wrong = [
      "import { explainWindow } from '../../../../src/windows/explain.ts';",
      "import * as z from 'zod';",
    ];
    expect(rulesOf({ [place]: wrong.join('\n') })).toEqual([
      expect.stringMatching(/public face/),
      expect.stringMatching(/no other package/),
    ]);
  });

  it('builds pages on figures on the frame, and loads pages later', () => {
    const files = {
      'lab/src/frame/pages.ts': "const load = () => import('../pages/windows/page.tsx');",
      'lab/src/figures/map.tsx': "import { Page } from '../pages/windows/page.tsx';",
      [place]: '',
    };
    expect(rulesOf(files)).toEqual([expect.stringMatching(/figures stands below pages/)]);
  });

  it('has headers and no cycles', () => {
    const files = {
      'lab/src/frame/a.tsx': "import { b } from './b.ts';",
      'lab/src/frame/b.ts': "import { a } from './a.tsx';",
    };
    expect(rulesOf(files)[0]).toMatch(/form a cycle/);
    const bare = new Map([['lab/src/frame/a.tsx', 'export const a = 1;\n']]);
    expect(checkHouse(bare, rooms)[0]?.rule).toMatch(/without a header/);
  });
});

describe('cycles, headers, sizes', () => {
  it('spells a cycle out', () => {
    const files = {
      'src/nn/a.ts': "import { b } from './b.ts';",
      'src/nn/b.ts': "import type { C } from './c.ts';",
      'src/nn/c.ts': "import { a } from './a.ts';",
    };
    expect(rulesOf(files)).toEqual([
      expect.stringContaining('src/nn/a.ts -> src/nn/b.ts -> src/nn/c.ts -> src/nn/a.ts'),
    ]);
  });

  it('asks for a header', () => {
    const files = new Map([['src/nn/a.ts', 'export const a = 1;\n']]);
    expect(checkHouse(files, rooms)[0].rule).toMatch(/without a header/);
  });

  it('warns over 300 lines and fails over 500, unless the header says why', () => {
    const text = (lines: number) => `${header}${'//\n'.repeat(lines - 3)}`;
    const long = text(501).replace('A file.', 'A table.\n * Long because it is one table.');
    const findings = checkHouse(
      new Map([
        ['src/nn/a.ts', text(300)],
        ['src/nn/b.ts', text(301)],
        ['test/c.ts', text(501)],
        ['src/nn/d.ts', long],
      ]),
      rooms,
    );
    expect(findings.map((f) => `${f.level} ${f.place}`)).toEqual([
      'warning src/nn/b.ts',
      'error test/c.ts',
    ]);
  });
});
