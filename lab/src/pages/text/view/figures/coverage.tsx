/**
 * @file How many windows see each cell: without padding, and with it.
 */
import '../../../windows/windows.css';
import { NumberGrid } from '../../../windows/numberGrid.tsx';
import type { FigureSpec } from '../../figureSpec.ts';
import { answerTo } from '../../numbers/windows.ts';

export function Figure({ spec }: { readonly spec: Extract<FigureSpec, { kind: 'coverage' }> }) {
  return (
    <div class="textPair">
      {(['valid', 'same'] as const).map((padding) => {
        const { coverage } = answerTo({ ...spec.state, padding });
        return (
          <div key={padding}>
            <span class="small soft">{padding}</span>
            <NumberGrid
              rows={coverage}
              limit={Math.max(...coverage.flat())}
              label={`Windows that see each cell, ${padding}: ${coverage.map((row) => row.join(' ')).join('; ')}`}
            />
          </div>
        );
      })}
    </div>
  );
}
