/**
 * @file Says in words what happened, what it said itself, and what to do now.
 */
import './problem.css';

interface ProblemProps {
  readonly title: string;
  readonly advice?: string;
  /** Its message is shown: a FoveaError's says what was received, what was expected and how to mend it. */
  readonly error?: unknown;
  readonly link?: { readonly href: string; readonly text: string };
}

export function Problem({ title, advice, error, link }: ProblemProps) {
  return (
    <section class="problem" role="alert">
      <h1>{title}</h1>
      {error !== undefined && <p class="problemWords">{wordsOf(error)}</p>}
      {advice !== undefined && <p>{advice}</p>}
      {link !== undefined && (
        <p>
          <a href={link.href}>{link.text}</a>
        </p>
      )}
    </section>
  );
}

/** A smaller note beside a figure or a control. */
export function Note({ error }: { readonly error: unknown }) {
  return (
    <p class="note problemWords" role="alert">
      {wordsOf(error)}
    </p>
  );
}

export function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
