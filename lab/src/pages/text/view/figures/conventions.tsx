/**
 * @file One network counted in three ways, as the Networks page shows it.
 */
import '../../../networks/networks.css';
import { type Convention, modelOf } from 'fovea/web';
import { useState } from 'preact/hooks';
import { Conventions } from '../../../networks/conventions.tsx';
import type { FigureSpec } from '../../figureSpec.ts';

export function Figure({ spec }: { readonly spec: Extract<FigureSpec, { kind: 'conventions' }> }) {
  const [convention, setConvention] = useState<Convention>('text');
  return (
    <div class="networks">
      <Conventions
        spec={modelOf(spec.model as never)}
        convention={convention}
        onConvention={setConvention}
      />
    </div>
  );
}
