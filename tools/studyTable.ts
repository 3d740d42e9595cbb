/**
 * @file `node tools/studyTable.ts FOLDER...`: writes what finished studies found into the table of docs/studies.md.
 *
 * Each FOLDER holds the results.json of a full form that was run to its end; its rows replace those of the same study,
 * rows of others stay. Next stop: `src/studies/engine/records.ts`.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { StudyResults } from '../src/studies/engine/records.ts';
import { studyNames } from '../src/studies/index.ts';

export const PAGE = 'docs/studies.md';
const BEGIN = '<!-- findings: written by tools/studyTable.ts -->';
const END = '<!-- end of findings -->';
const HEAD = [
  '| `fovea study` | claim | text, paper | measured | verdict | seeds | time |',
  '| --- | --- | --- | --- | --- | --- | --- |',
];

export type Found = Pick<StudyResults, 'basis' | 'seeds' | 'findings'> & {
  readonly times: Pick<StudyResults['times'], 'seconds'>;
};

/** The page with the rows of these results, in the order of the table of studies. */
export function withFindings(page: string, all: readonly Found[]): string {
  const [before = '', rest = ''] = page.split(BEGIN);
  const [inside = '', after = ''] = rest.split(END);
  const rows = inside.split('\n').filter((line) => line.startsWith('| `') && !HEAD.includes(line));
  const written = new Set(all.map(({ basis }) => basis.study));
  const kept = rows.filter((row) => !written.has(studyOfRow(row)));
  const ordered = [...kept, ...all.flatMap(rowsOf)].toSorted(
    (a, b) => studyNames.indexOf(studyOfRow(a)) - studyNames.indexOf(studyOfRow(b)),
  );
  return `${before}${BEGIN}\n\n${[...HEAD, ...ordered].join('\n')}\n\n${END}${after}`;
}

const studyOfRow = (row: string): string => /^\| `([^`]+)`/.exec(row)?.[1] ?? '';

function rowsOf({ basis, seeds, findings, times }: Found): string[] {
  const time = `${Math.max(1, Math.round(times.seconds / 60))} min`;
  return findings.map(({ claim, expected, measured, verdict }) => {
    const said = [claim, expected, measured, verdict].map(cell);
    return `| \`${basis.study}\` | ${said.join(' | ')} | ${seeds} | ${time} |`;
  });
}

const cell = (words: string): string => words.replaceAll('|', '\\|').replaceAll('\n', ' ');

if (import.meta.main) {
  const results = process.argv.slice(2).map((folder): Found => {
    const found = JSON.parse(readFileSync(path.join(folder, 'results.json'), 'utf8')) as Found;
    if (found.basis.form === 'full') return found;
    throw new Error(`${folder} holds the ${found.basis.form} form: the page is of full ones`);
  });
  writeFileSync(PAGE, withFindings(readFileSync(PAGE, 'utf8'), results));
}
