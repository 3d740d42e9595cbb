/**
 * @file What follows for the whole input: how often each cell is seen, and what every stride would give.
 */
import { coverageSentence, type StrideRow, unseenInWords, type WindowAnswer } from 'fovea/web';
import { useMemo } from 'preact/hooks';
import { HeatMap } from '../../figures/heatMap.tsx';
import { Table } from '../../figures/table.tsx';

export function Coverage({ answer }: { readonly answer: WindowAnswer }) {
  const [rows, columns] = answer.question.input;
  const counts = useMemo(() => answer.coverage.flat(), [answer]);
  return (
    <section class="windowsSection">
      <h2>How often each cell is seen</h2>
      <p>
        {coverageSentence(answer)} The size of what one output cell sees depends on kernel, stride
        and dilation; padding does not change it.
      </p>
      <div class="windowsCoverage">
        <HeatMap
          values={counts}
          rows={rows}
          columns={columns}
          label={`Coverage: how many windows see each of ${rows} by ${columns} cells`}
          say={(count, { row, column }) =>
            `row ${row}, column ${column}: seen by ${count} ${count === 1 ? 'window' : 'windows'}`
          }
        />
      </div>
    </section>
  );
}

export function Strides({ answer }: { readonly answer: WindowAnswer }) {
  return (
    <section class="windowsSection">
      <h2>Every stride</h2>
      <StrideTable answer={answer} />
    </section>
  );
}

export function StrideTable({ answer }: { readonly answer: WindowAnswer }) {
  const { strideTable, question } = answer;
  const given = typeof question.padding !== 'string';
  const current = strideTable.findIndex(({ strides }) => strides[0] === question.strides[0]);
  const extent = (result: StrideRow['valid']) =>
    result === null
      ? ['no window fits', '']
      : [result.output.join('×'), unseenInWords(result.unseen)];
  const rows = strideTable.map(({ strides, valid, same, asked }) => [
    strides[0],
    ...extent(valid),
    same.output.join('×'),
    padWords(same.pads.flat()),
    ...(given ? extent(asked) : []),
  ]);
  const heads = ['stride', 'valid', 'not seen', 'same', 'padding of same'];
  const all = given ? [...heads, 'your padding', 'not seen'] : heads;
  return (
    <Table
      caption={`A ${question.kernel.join('×')} window over ${question.input.join('×')}: output sizes, and what no window sees`}
      columns={all.map((head) => ({ head }))}
      rows={rows}
      current={current}
    />
  );
}

/** "1 on each side", "top 0, bottom 1, left 0, right 1", "none" */
function padWords([top = 0, bottom = 0, left = 0, right = 0]: readonly number[]): string {
  if (top + bottom + left + right === 0) return 'none';
  if (top === bottom && left === right && top === left) return `${top} on each side`;
  if (top === left && bottom === right) return `${top} before, ${bottom} after`;
  return `top ${top}, bottom ${bottom}, left ${left}, right ${right}`;
}
