/**
 * @file A chapter: its title, its blocks, and the way to the chapters before and after it.
 */
import { useEffect, useMemo, useRef } from 'preact/hooks';
import type { Chapter } from '../chapter.ts';
import { BlockView } from './blockView.tsx';

interface ChapterProps {
  readonly chapter: Chapter;
  readonly before: Chapter | undefined;
  readonly after: Chapter | undefined;
  /** The heading that the address names; empty for the top. */
  readonly section: string;
}

export function ChapterView({ chapter, before, after, section }: ChapterProps) {
  const blocks = useMemo(() => chapter.body(), [chapter]);
  const top = useRef<HTMLElement>(null);
  useEffect(() => {
    const place = section === '' ? top.current : document.getElementById(`text-${section}`);
    place?.scrollIntoView({ block: 'start' });
    // Keys and screen readers go on from there.
    if (section !== '') place?.focus({ preventScroll: true });
  }, [section]);
  return (
    <article class="textChapter" ref={top} aria-labelledby="textTitle">
      <header>
        <p class="textPart">{chapter.part}</p>
        <h1 id="textTitle">{chapter.title}</h1>
        <p class="lead">{chapter.about}.</p>
      </header>
      {blocks.map((block, i) => (
        <BlockView key={i} block={block} chapter={chapter.id} />
      ))}
      <nav class="textTurn" aria-label="Chapters before and after">
        {before === undefined ? <span /> : <Turn chapter={before} words="Before" />}
        {after === undefined ? <span /> : <Turn chapter={after} words="Next" />}
      </nav>
    </article>
  );
}

function Turn({ chapter, words }: { readonly chapter: Chapter; readonly words: string }) {
  return (
    <a href={`#/text/${chapter.id}`} rel={words === 'Next' ? 'next' : 'prev'}>
      <span class="soft small">{words}</span>
      {chapter.title}
    </a>
  );
}
