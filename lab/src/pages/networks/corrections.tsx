/**
 * @file Corrections as a reader meets them: what is often written, and beside it what is so.
 */
import { correctionsOf } from './notes.ts';

export function Corrections({
  list: [model, layer],
}: {
  readonly list: readonly [string, string];
}) {
  const corrections = correctionsOf(model, layer);
  return (
    <>
      {corrections.map(({ often, right, source }) => (
        <aside key={often} class="networksNote">
          <p>
            <span class="networksOften">Often written:</span> {often}
          </p>
          <p>{right}</p>
          <p class="soft small">{source}</p>
        </aside>
      ))}
    </>
  );
}
