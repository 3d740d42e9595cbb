/**
 * @file One network of a run: its filters, what it confuses, its mistakes and its epochs.
 */
import { useMemo } from 'preact/hooks';
import { formatCount, formatShare } from '../../figures/numbers.ts';
import { Table } from '../../figures/table.tsx';
import { Confusion } from './confusion.tsx';
import { Filters } from './filters.tsx';
import { Mistakes } from './mistakes.tsx';
import type { SideRecord } from './record.ts';

interface SideProps {
  readonly side: SideRecord;
  readonly place: 'first' | 'second';
  /** The address at which what it learned can be looked at. */
  readonly look?: string | undefined;
}

export function SideView({ side, place, look }: SideProps) {
  const { label, weights, tested, tests, history, parameters, failure, keptAs } = side;
  const title = label === '' ? 'The network' : label;
  // What did not change is not drawn again: events come ten times a second.
  const filters = useMemo(
    () => weights !== null && <Filters event={weights} label={label} />,
    [weights, label],
  );
  const test = useMemo(
    () =>
      tested !== null && (
        <>
          <section>
            <h3>What is taken for what</h3>
            <Confusion tested={tested} label={label} />
          </section>
          <section>
            <h3>Its worst mistakes</h3>
            <p class="soft small">
              {formatCount(tested.evaluation.mistakeCount)} of{' '}
              {formatCount(tested.evaluation.count)} test pictures are wrong after epoch{' '}
              {tested.epoch}.
            </p>
            <Mistakes tested={tested} />
          </section>
        </>
      ),
    [tested, label],
  );
  const epochs = useMemo(
    () =>
      history.length > 0 && (
        <section>
          <h3>Epochs</h3>
          <Table
            caption={`Epochs of ${title}`}
            hideCaption
            columns={EPOCH_COLUMNS}
            rows={history.map(({ epoch, train, seconds }) => {
              const at = tests.find((one) => one.epoch === epoch);
              return [
                epoch,
                <span data-loss={train.loss}>{train.loss.toFixed(4)}</span>,
                'accuracy' in train ? formatShare(Number(train.accuracy), 1) : '',
                at === undefined ? '' : at.loss.toFixed(4),
                at === undefined ? '' : formatShare(at.accuracy, 1),
                seconds.toFixed(2),
              ];
            })}
          />
        </section>
      ),
    [history, tests, title],
  );
  return (
    <article class={`trainSide is-${place}`} aria-label={title}>
      <h2>
        {title} <span class="soft small">{formatCount(parameters)} parameters</span>
      </h2>
      <p class="small soft">
        {keptAs !== null && (
          <>
            Kept in this browser as{' '}
            <a href={`#/runs?from=browser&runs=${encodeURIComponent(keptAs)}`}>{keptAs}</a>.{' '}
          </>
        )}
        {look !== undefined && history.length > 0 && <a href={look}>Look into it</a>}
      </p>
      {failure !== null && <p class="trainNote isProblem problemWords">{failure}</p>}
      <div class="trainParts">
        {weights !== null && (
          <section class="trainFilters">
            <h3>Filters of the first layer</h3>
            {filters}
          </section>
        )}
        {test}
        {epochs}
      </div>
    </article>
  );
}

const EPOCH_COLUMNS = [
  { head: 'Epoch', numeric: true },
  { head: 'Loss', numeric: true },
  { head: 'Accuracy', numeric: true },
  { head: 'Test loss', numeric: true },
  { head: 'Test accuracy', numeric: true },
  { head: 'Seconds', numeric: true },
];
