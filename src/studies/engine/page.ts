/**
 * @file A study as one page: the claim, what was done, what came of it, and how to do it again.
 *
 * Previous stop: `runStudy.ts`. The parts are those of a run's report (`report/parts.ts`).
 */
import {
  code,
  factList,
  figure,
  heading,
  htmlPage,
  htmlTable,
  pageHeading,
  paragraph,
  section,
} from '../../report/parts.ts';
import type { Finding, Form, Study, StudyFigure, StudyTable } from '../study.ts';
import type { StudyResults } from './records.ts';

export interface StudyPage {
  readonly study: Study;
  readonly form: Form;
  readonly results: StudyResults;
  readonly figures: readonly StudyFigure[];
  readonly command: string | undefined;
}

export function studyPage({ study, form, results, figures, command }: StudyPage): string {
  return htmlPage(`${study.name}: ${study.title}`, [
    pageHeading(study.title, study.question),
    section('What came of it', findings(results.findings)),
    section('What was asked', asked(study)),
    section('What was done', done(study, form, results)),
    section('Figures', figures.map(({ svg, caption }) => figure(svg, caption)).join('')),
    section('Tables', results.tables.map(tableOf).join('')),
    section('Again', again(results, command)),
  ]);
}

/** The verdicts in a sentence each, then a table. */
function findings(all: readonly Finding[]): string {
  const rows = all.map(({ claim, expected, measured, verdict }) => [
    claim,
    expected,
    measured,
    verdict,
  ]);
  const notes = all.flatMap(({ note }) => (note === undefined ? [] : [paragraph(note)]));
  const table = htmlTable(['claim', 'expected', 'measured', 'verdict'], rows, 4);
  return `${table}${notes.join('')}${paragraph(INTERVALS, 'quiet')}`;
}

export const INTERVALS =
  "Intervals are of 95 %, by Student's t over seeds, differences paired by seed, each by itself. A claim is supported or not where its whole interval says so, and undecided in between. In tables, ± is half of such an interval.";

const asked = ({ text, expected }: Study): string =>
  `${paragraph(`The text: "${text}"`)}${paragraph(`Expected: ${expected}`)}`;

function done(study: Study, form: Form, { basis, trials }: StudyResults): string {
  const { data, trainCount, testCount, seeds } = form;
  const count = (n: number): string => n.toLocaleString('en-US');
  return (
    paragraph(study.design(form)) +
    factList([
      ['form', basis.form],
      ['data', `${data}: ${count(trainCount)} training and ${count(testCount)} test pictures`],
      ['seeds', String(seeds)],
      ['trials', String(trials.length)],
    ])
  );
}

const tableOf = ({ title, head, rows, note }: StudyTable): string =>
  `${heading(title)}${htmlTable(head, rows)}${note === undefined ? '' : paragraph(note, 'quiet')}`;

function again({ times, basis }: StudyResults, command: string | undefined): string {
  return (
    (command === undefined ? '' : code(command)) +
    factList([
      ['time', `${times.seconds.toFixed(0)} s, the sum over trials`],
      ['computed with', times.plan],
      ['Fovea', `${basis.fovea}, Node ${times.node}`],
    ])
  );
}
