/**
 * @file A block of a chapter: a paragraph, a heading, a list, a correction, code, or a figure.
 */
import type { Block, Correction } from '../chapter.ts';
import { type Source, works } from '../sources.ts';
import { FigureView } from './figureView.tsx';
import { Words } from './inline.tsx';

interface BlockProps {
  readonly block: Block;
  /** Of the chapter, for the addresses of its headings. */
  readonly chapter: string;
}

export function BlockView({ block, chapter }: BlockProps) {
  switch (block.kind) {
    case 'paragraph':
      return (
        <p>
          <Words words={block.words} />
        </p>
      );
    case 'heading':
      return (
        <h2 id={`text-${block.id}`} tabIndex={-1}>
          {block.words}
          <a
            class="textAnchor"
            href={`#/text/${chapter}/${block.id}`}
            aria-label={`Link to “${block.words}”`}
          >
            #
          </a>
        </h2>
      );
    case 'list':
      return (
        <ul>
          {block.items.map((words, i) => (
            <li key={i}>
              <Words words={words} />
            </li>
          ))}
        </ul>
      );
    case 'correction':
      return <CorrectionView correction={block} />;
    case 'code':
      return (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keys
        <pre class="textCode" tabIndex={0}>
          <code>{block.lines}</code>
        </pre>
      );
    case 'figure':
      return <FigureView figure={block.figure} caption={block.caption} />;
  }
}

function CorrectionView({ correction }: { readonly correction: Correction }) {
  const { says, holds, sources, name } = correction;
  return (
    <aside class="textCorrection" id={`text-${name}`} aria-label="A correction">
      <p class="textOften">
        <span class="textTag">Often read</span> <Words words={says} />
      </p>
      <p>
        <Words words={holds} />
      </p>
      <p class="textSources">
        {sources.map((source, i) => (
          <SourceView key={i} source={source} />
        ))}
      </p>
    </aside>
  );
}

function SourceView({ source }: { readonly source: Source }) {
  if ('computed' in source) return <span>Computed here: {source.computed}</span>;
  const { short, address } = works[source.work];
  return (
    <span>
      <a href={address} rel="noreferrer">
        {short}
      </a>
      , {source.where}
    </span>
  );
}
