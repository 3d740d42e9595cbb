/**
 * @file Prose as elements: what is computed, cited or quoted looks so.
 */
import type { Inline, Prose } from '../prose.ts';

export function Words({ words }: { readonly words: Prose }) {
  return (
    <>{words.map((part, i) => (typeof part === 'string' ? part : <Part key={i} part={part} />))}</>
  );
}

function Part({ part }: { readonly part: Exclude<Inline, string> }) {
  switch (part.kind) {
    case 'number':
      return <span class={classOf(part.words)}>{part.words}</span>;
    case 'paper':
      return (
        <span class={classOf(part.words)} title="as a source states it">
          {part.words}
        </span>
      );
    case 'measured':
      return (
        <span
          class={classOf(part.words)}
          title="measured by this library; the runs are in its documents"
        >
          {part.words}
        </span>
      );
    case 'said':
      return <q class="textSaid">{part.words}</q>;
    case 'emphasis':
      return <em>{part.words}</em>;
    case 'code':
      return <code>{part.words}</code>;
    case 'link':
      return <a href={part.to}>{part.words}</a>;
  }
}

/** A number does not break; a list of them does. */
const classOf = (words: string): string => (words.length <= 14 ? 'isShort' : '');
