/**
 * @file What the first unit of each layer sees of the input, to scale.
 */
import type { FigureSpec } from '../../figureSpec.ts';
import { summaryOf } from '../../numbers/networks.ts';

export function Figure({ spec }: { readonly spec: Extract<FigureSpec, { kind: 'fields' }> }) {
  const { layers, inputShape } = summaryOf(spec.model);
  const side = inputShape[0] ?? 1;
  const convolving = layers.filter(({ window }) => window !== null);
  return (
    <ul class="textFields">
      {convolving.map(({ name, receptiveField }) => {
        const size = receptiveField?.size[0] ?? 0;
        return (
          <li key={name}>
            <svg
              viewBox={`0 0 ${side} ${side}`}
              role="img"
              aria-label={`${name} sees ${size} of ${side} pixels`}
            >
              <rect class="textPaper" width={side} height={side} />
              <rect class="textSeen" width={size} height={size} />
            </svg>
            <span>
              {name.toUpperCase()}{' '}
              <span class="soft">
                {size} × {size}
              </span>
            </span>
          </li>
        );
      })}
    </ul>
  );
}
