/**
 * @file Where a network's parameters are and where its multiply-adds go: two bars, by kind of layer.
 */
import { formatCount, formatShare } from '../../../../figures/numbers.ts';
import type { FigureSpec } from '../../figureSpec.ts';
import { counted } from '../../numbers/networks.ts';

export function Figure({ spec }: { readonly spec: Extract<FigureSpec, { kind: 'shares' }> }) {
  const { convolutions, dense } = counted(spec.model, 'paper').counted;
  return (
    <dl class="textShares">
      <Bar title="Parameters" parts={[convolutions.parameters, dense.parameters]} />
      <Bar title="Multiply-adds" parts={[convolutions.computation, dense.computation]} />
    </dl>
  );
}

const NAMES = ['convolutions', 'full layers'] as const;

function Bar({ title, parts }: { readonly title: string; readonly parts: readonly number[] }) {
  const all = parts.reduce((sum, part) => sum + part, 0);
  return (
    <div>
      <dt>{title}</dt>
      <dd>
        <span class="textBar" aria-hidden="true">
          {parts.map((part, i) => (
            <span key={i} class={`is-${i}`} style={{ flexGrow: part / all }} />
          ))}
        </span>
        <span class="small">
          {parts.map((part, i) => (
            <span key={i} class={`textKey is-${i}`}>
              {NAMES[i]} {formatShare(part / all, 0)}{' '}
              <span class="soft">({formatCount(part)})</span>
            </span>
          ))}
        </span>
      </dd>
    </div>
  );
}
