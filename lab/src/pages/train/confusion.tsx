/**
 * @file What is taken for what: a row a true class, a column an answer. Right answers blue, wrong ones orange.
 *
 * Right answers are so many that on one scale no mistake would be seen: blue is the share of a class that was found,
 * orange the number of mistakes beside the most frequent one.
 */
import { HeatMap } from '../../figures/heatMap.tsx';
import type { Tested } from './record.ts';

export function Confusion({ tested, label }: { readonly tested: Tested; readonly label: string }) {
  const { classes, confusion } = tested.evaluation;
  const count = classes.length;
  const mistakes = confusion.flatMap((row, i) => row.filter((_, j) => i !== j));
  const most = Math.max(1, ...mistakes);
  const values = confusion.flatMap((row, i) => {
    const all = row.reduce((sum, n) => sum + n, 0);
    return row.map((n, j) => (i === j ? (-most * n) / Math.max(1, all) : n));
  });
  const say = (row: number, column: number): string => {
    const [truth, answer] = [classes[row], classes[column]];
    const n = confusion[row]?.[column] ?? 0;
    return row === column ? `${truth}: ${n} found` : `${truth} taken for ${answer}: ${n}`;
  };
  return (
    <div class="trainConfusion">
      <ol class="trainClasses" aria-hidden="true">
        {classes.map((name) => (
          <li key={name}>{short(name, count)}</li>
        ))}
      </ol>
      <HeatMap
        values={values}
        rows={count}
        columns={count}
        limit={most}
        label={`Confusion matrix${label === '' ? '' : ` of ${label}`}: true classes by rows, answers by columns`}
        say={(_, { row, column }) => say(row, column)}
      />
    </div>
  );
}

const short = (name: string, count: number): string => (count <= 12 ? name.slice(0, 6) : '');
