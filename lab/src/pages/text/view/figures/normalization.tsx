/**
 * @file Local response normalisation at one place: the numbers of some maps before and after it.
 */
import { applyOp } from 'fovea/web';
import { useState } from 'preact/hooks';
import { Slider } from '../../../../frame/controls/slider.tsx';
import { optionOf } from '../../numbers/networks.ts';

const NAMES = ['size', 'k', 'alpha', 'beta'] as const;
const attrs = Object.fromEntries(
  NAMES.map((name) => [name, Number(optionOf('alexnet', 'norm1', name))]),
);
/** Outputs of a ReLU at one place, some of them off; AlexNet's pixels are 0..255, so they are large. */
const MAPS = [40, 0, 90, 55, 0, 70, 300, 60, 45, 0, 85, 20, 0, 65, 50, 30];
const STRONG = 6;
const MOST = 600;

export function Figure() {
  const [strength, setStrength] = useState(300);
  const before = MAPS.with(STRONG, strength);
  const input = { shape: [1, 1, 1, before.length], data: Float64Array.from(before) };
  const after = [...applyOp('localResponseNormalization', [input], attrs).data];
  return (
    <div class="textWindow">
      <div class="textChoices">
        <Slider
          label={`Strength of map ${STRONG}`}
          value={strength}
          from={0}
          to={MOST}
          step={10}
          onChange={setStrength}
        />
      </div>
      <svg
        class="textBars"
        viewBox={`0 0 ${10 * MAPS.length} 100`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`Before: ${before.join(', ')}. After: ${after.map((value) => value.toFixed(0)).join(', ')}.`}
      >
        {before.map((value, i) => (
          <g key={i} class={i === STRONG ? 'isStrong' : undefined}>
            <rect class="textBefore" x={10 * i + 1} width={8} {...heightOf(value)} />
            <rect class="textAfter" x={10 * i + 1} width={8} {...heightOf(after[i] ?? 0)} />
          </g>
        ))}
      </svg>
      <p class="small soft">Outlined: before. Filled: after.</p>
    </div>
  );
}

/** Bars stand on the ground; square roots, so that small ones are seen beside large ones. */
function heightOf(value: number): { readonly y: number; readonly height: number } {
  const height = 98 * Math.sqrt(value / MOST);
  return { y: 99 - height, height };
}
