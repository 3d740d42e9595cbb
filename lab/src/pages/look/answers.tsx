/**
 * @file What the network answers: a bar for each class, and where it answers by distance, each class's code beside
 * what the layer before says.
 */
import type { Look } from 'fovea/web';
import { formatShare, formatValue } from '../../figures/numbers.ts';
import { MapCanvas } from './mapCanvas.tsx';

export function Answers({ look }: { readonly look: Look | null }) {
  const { classes = [], probabilities = [], answer = -1 } = look ?? {};
  const names = look === null ? Array.from({ length: 10 }, (_, i) => String(i)) : classes;
  return (
    <ul class="lookAnswers" aria-label="Answers">
      {names.map((name, i) => {
        const share = probabilities[i] ?? 0;
        return (
          <li key={name} class={i === answer ? 'isAnswer' : undefined}>
            <span class="lookClass">{name}</span>
            <span class="lookBar">
              <span style={{ width: `${(100 * share).toFixed(2)}%` }} />
            </span>
            <span class="lookShare">{look === null ? '–' : formatShare(share)}</span>
          </li>
        );
      })}
    </ul>
  );
}

/** Squared distances to the codes; the smallest wins, and need not be 0. */
export function Codes({ look }: { readonly look: Look }) {
  const { codes, distances, classes, stages, answer } = look;
  const before = stages.at(-2);
  if (codes === null || distances === null || before === undefined) return null;
  const [first] = codes;
  const columns = first?.length === 84 ? 7 : (first?.length ?? 1);
  const drawn = (values: ArrayLike<number>) => ({
    values: Float32Array.from(values),
    rows: Math.ceil((first?.length ?? 1) / columns),
    columns,
    limit: 1.7159,
    zoom: 7,
  });
  return (
    <section class="lookSection" aria-labelledby="lookCodes">
      <h2 id="lookCodes">Distance to each code</h2>
      <p>
        The output compares {before.name} with a bitmap for each class. The smallest squared
        distance wins; it need not be 0.
      </p>
      <ul class="lookCodes">
        <li>
          <span>{before.name}</span>
          <MapCanvas {...drawn(before.values)} />
        </li>
        {codes.map((code, i) => (
          <li key={classes[i]} class={i === answer ? 'isAnswer' : undefined}>
            <span>{classes[i]}</span>
            <MapCanvas {...drawn(code)} />
            <span>{formatValue(distances[i] ?? 0, 3)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
