/**
 * @file What happens at the place where the window stands, with its numbers; and the sizes, formulas filled in.
 */
import {
  extentFormula,
  type Pair,
  reachFormula,
  sameFormula,
  termsOf,
  type WindowAnswer,
  workedCell,
} from 'fovea/web';
import { formatValue } from '../../figures/numbers.ts';
import { typeset } from './typeset.ts';

interface PlaceProps {
  readonly answer: WindowAnswer;
  readonly place: Pair;
  /** Said aloud as the window moves; not while it plays. */
  readonly aloud: boolean;
}

export function Arithmetic({ answer, place, aloud }: PlaceProps) {
  const [oh, ow] = place;
  const value = answer.values?.[oh]?.[ow];
  if (value === undefined) return null;
  return (
    <div class="windowsArithmetic" aria-live={aloud ? 'polite' : 'off'}>
      <p class="small soft">
        Output row {oh}, column {ow}: {whereWords(answer, place)}
      </p>
      <p class="windowsWorked mono">
        {typeset(workedCell(answer, oh, ow))} <strong>= {formatValue(value, 5)}</strong>
      </p>
    </div>
  );
}

/** Rows and columns under the window, and how many of its cells lie on padding that holds nothing. */
function whereWords(answer: WindowAnswer, [oh, ow]: Pair): string {
  const [rows, columns] = answer.axes;
  const span = (o: number, { stride, reach, pads }: WindowAnswer['axes'][0]) => {
    const from = o * stride - pads[0];
    return reach === 1 ? `${from}` : `${from} to ${from + reach - 1}`;
  };
  const words = `input rows ${span(oh, rows)}, columns ${span(ow, columns)}`.replaceAll('-', '−');
  const empty = rows.kernel * columns.kernel - termsOf(answer, oh, ow).length;
  if (empty === 0) return `${words}.`;
  const what = answer.question.compute?.op === 'conv' ? 'add nothing' : 'are left out';
  return `${words}; ${empty} of its cells lie on padding and ${what}.`;
}

export function Sizes({ answer }: { readonly answer: WindowAnswer }) {
  const [rows, columns] = answer.axes;
  const isSquare = extentFormula(rows) === extentFormula(columns);
  const isSame = answer.question.padding === 'same';
  const axes = isSquare
    ? ([['height and width', rows]] as const)
    : ([
        ['height', rows],
        ['width', columns],
      ] as const);
  return (
    <dl class="windowsSizes">
      <dt>output</dt>
      <dd class="mono">⌊(input + before + after − reach) / stride⌋ + 1</dd>
      {axes.map(([name, axis]) => (
        <>
          <dt>{name}</dt>
          <dd class="mono">
            {typeset(extentFormula(axis))
              .replace('floor(', '⌊')
              .replace(/\) \+ 1 =/, '⌋ + 1 =')}
          </dd>
          {axis.dilation > 1 && (
            <>
              <dt>reach</dt>
              <dd class="mono">{typeset(reachFormula(axis)).replace(/^reach /, '')}</dd>
            </>
          )}
          {isSame && (
            <>
              <dt>padding</dt>
              <dd class="mono">{typeset(sameFormula(axis))}</dd>
            </>
          )}
        </>
      ))}
    </dl>
  );
}
