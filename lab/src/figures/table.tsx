/**
 * @file A small table: a caption, a head, rows; numbers to the right, one row marked where there is reason.
 */
import './figures.css';
import type { ComponentChildren } from 'preact';

export interface TableColumn {
  readonly head: ComponentChildren;
  /** Numbers stand to the right. */
  readonly numeric?: boolean;
}

interface TableProps {
  readonly caption: ComponentChildren;
  /** Captions that only repeat a heading beside them are for screen readers. */
  readonly hideCaption?: boolean;
  readonly columns: readonly TableColumn[];
  /** The first cell of a row is its head. */
  readonly rows: readonly (readonly ComponentChildren[])[];
  /** Index of the row that is the current one. */
  readonly current?: number;
}

export function Table({ caption, hideCaption, columns, rows, current }: TableProps) {
  const classOf = (index: number) => (columns[index]?.numeric ? 'isNumeric' : undefined);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keys
    <section class="tableScroll" tabIndex={0} aria-label="Table">
      <table class="table">
        <caption class={hideCaption ? 'visuallyHidden' : undefined}>{caption}</caption>
        <thead>
          <tr>
            {columns.map(({ head }, i) => (
              <th key={i} scope="col" class={classOf(i)}>
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((cells, row) => (
            <tr key={row} aria-current={row === current ? 'true' : undefined}>
              {cells.map((cell, i) =>
                i === 0 ? (
                  <th key="head" scope="row" class={classOf(i)}>
                    {cell}
                  </th>
                ) : (
                  <td key={i} class={classOf(i)}>
                    {cell}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
