/**
 * @file A figure with its caption and the way to the page that has all of it. Kinds are loaded when they are met.
 */
import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Note } from '../../../frame/problem.tsx';
import type { FigureSpec } from '../figureSpec.ts';
import type { Prose } from '../prose.ts';
import { figureLink } from './figureLink.ts';
import { Words } from './inline.tsx';

/** A figure is a component of its own spec. */
type FigureOf<K extends FigureSpec['kind']> = ComponentType<{
  readonly spec: Extract<FigureSpec, { readonly kind: K }>;
}>;
type Loaders = {
  readonly [K in FigureSpec['kind']]: () => Promise<{ readonly Figure: FigureOf<K> }>;
};

const loaders: Loaders = {
  window: () => import('./figures/window.tsx'),
  coverage: () => import('./figures/coverage.tsx'),
  strides: () => import('./figures/strides.tsx'),
  pooledDigit: () => import('./figures/pooledDigit.tsx'),
  layers: () => import('./figures/layers.tsx'),
  connections: () => import('./figures/connections.tsx'),
  codes: () => import('./figures/codes.tsx'),
  fields: () => import('./figures/fields.tsx'),
  curves: () => import('./figures/curves.tsx'),
  conventions: () => import('./figures/conventions.tsx'),
  shares: () => import('./figures/shares.tsx'),
  normalization: () => import('./figures/normalization.tsx'),
  dropout: () => import('./figures/dropout.tsx'),
  augmentation: () => import('./figures/augmentation.tsx'),
  training: () => import('./figures/training.tsx'),
};

interface FigureProps {
  readonly figure: FigureSpec;
  readonly caption: Prose;
}

type State =
  | { readonly is: 'loading' }
  | { readonly is: 'here'; readonly Figure: ComponentType<{ readonly spec: FigureSpec }> }
  | { readonly is: 'failed'; readonly error: unknown };

export function FigureView({ figure, caption }: FigureProps) {
  const [state, setState] = useState<State>({ is: 'loading' });
  useEffect(() => {
    let wanted = true;
    const load = loaders[figure.kind] as () => Promise<{
      Figure: ComponentType<{ spec: FigureSpec }>;
    }>;
    load().then(
      ({ Figure }) => wanted && setState({ is: 'here', Figure }),
      (error: unknown) => wanted && setState({ is: 'failed', error }),
    );
    return () => {
      wanted = false;
    };
  }, [figure.kind]);
  const link = figureLink(figure);
  return (
    <figure class={`textFigure is-${figure.kind}`}>
      <div class="textFigureBody">
        {state.is === 'here' && <state.Figure spec={figure} />}
        {state.is === 'failed' && <Note error={state.error} />}
      </div>
      <figcaption>
        <Words words={caption} /> {link !== undefined && <a href={link.to}>{link.words}</a>}
      </figcaption>
    </figure>
  );
}
