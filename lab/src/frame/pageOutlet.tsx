/**
 * @file Loads the page that was asked for and shows it, or says in words why it cannot be shown.
 */
import { Component, type ComponentChildren, type ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { FIRST_PAGE, type PageEntry, pages } from './pages.ts';
import { Problem } from './problem.tsx';

interface OutletProps {
  readonly name: string;
  readonly entry: PageEntry | undefined;
}

export function PageOutlet({ name, entry }: OutletProps) {
  useEffect(() => {
    document.title = entry === undefined ? 'Fovea' : `${entry.title} · Fovea`;
  }, [entry]);
  if (entry === undefined) return <UnknownPage name={name} />;
  return (
    <ErrorBoundary key={name}>
      <Loaded entry={entry} />
    </ErrorBoundary>
  );
}

type State =
  | { readonly is: 'loading' }
  | { readonly is: 'here'; readonly Page: ComponentType }
  | { readonly is: 'failed'; readonly error: unknown };

function Loaded({ entry }: { readonly entry: PageEntry }) {
  const [state, setState] = useState<State>({ is: 'loading' });
  useEffect(() => {
    let wanted = true;
    entry.load().then(
      ({ Page }) => wanted && setState({ is: 'here', Page }),
      (error: unknown) => wanted && setState({ is: 'failed', error }),
    );
    return () => {
      wanted = false;
    };
  }, [entry]);
  if (state.is === 'failed') {
    return (
      <Problem
        title="This page could not be loaded"
        error={state.error}
        advice="The server may have been stopped, or the lab was rebuilt while this tab was open. Reload the page."
      />
    );
  }
  if (state.is === 'loading') return <p class="loading">Loading {entry.title}…</p>;
  return <state.Page />;
}

function UnknownPage({ name }: { readonly name: string }) {
  const titles = Object.values(pages).map(({ title }) => title);
  return (
    <Problem
      title="There is no such page"
      advice={`The address names "${name.slice(0, 60)}"; the lab has ${titles.join(', ')}.`}
      link={{ href: `#/${FIRST_PAGE}`, text: 'Open the first page' }}
    />
  );
}

interface BoundaryState {
  readonly error: unknown;
  readonly failed: boolean;
}

/** What a page throws while it is drawn ends here and is told; the frame and its navigation stay. */
class ErrorBoundary extends Component<{ readonly children: ComponentChildren }, BoundaryState> {
  override state: BoundaryState = { error: undefined, failed: false };

  static override getDerivedStateFromError(error: unknown): BoundaryState {
    return { error, failed: true };
  }

  override componentDidCatch(error: unknown): void {
    console.error(error);
  }

  override render() {
    if (!this.state.failed) return this.props.children;
    return (
      <Problem
        title="This page stopped"
        error={this.state.error}
        advice="What you set is in the address. Reload to go on with it, or open the page anew."
        link={{ href: location.pathname, text: 'Start over' }}
      />
    );
  }
}
