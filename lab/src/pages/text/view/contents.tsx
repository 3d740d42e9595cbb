/**
 * @file The table of contents: beside a chapter a list, on the first page the chapters with a line each.
 */
import type { Chapter } from '../chapter.ts';
import { chapters } from '../chapters/index.ts';
import { works } from '../sources.ts';

interface Part {
  readonly title: string;
  readonly chapters: readonly Chapter[];
}

function parts(): Part[] {
  const titles = [...new Set(chapters.map(({ part }) => part))];
  return titles.map((title) => ({
    title,
    chapters: chapters.filter(({ part }) => part === title),
  }));
}

export function Contents({ current }: { readonly current: string }) {
  const list = (
    <ol class="textContentsList">
      {parts().map(({ title, chapters: some }) => (
        <li key={title}>
          <span class="textPart">{title}</span>
          <ol>
            {some.map(({ id, title: name }) => (
              <li key={id}>
                <a href={`#/text/${id}`} aria-current={id === current ? 'page' : undefined}>
                  {name}
                </a>
              </li>
            ))}
          </ol>
        </li>
      ))}
    </ol>
  );
  return (
    <nav class="textContents" aria-label="Chapters">
      <details class="textFolded">
        <summary>Chapters</summary>
        {list}
      </details>
      <div class="textUnfolded">
        <a class="textHome" href="#/text">
          The text
        </a>
        {list}
      </div>
    </nav>
  );
}

export function FirstPage() {
  return (
    <article class="textChapter textFirst">
      <header>
        <h1>The text</h1>
        <p class="lead">
          Pooling, padding, LeNet-5 and AlexNet, in {chapters.length} short chapters with figures
          that live.
        </p>
      </header>
      <p>
        Many introductions to convolutional networks tell the same story, and many copy the same
        slips. This one tells it anew. Numbers in it are not typed: the library computes them while
        you read. Where other texts trip, a note says what is often read, what holds, and where that
        can be looked up.
      </p>
      {parts().map(({ title, chapters: some }) => (
        <section key={title}>
          <h2>{title}</h2>
          <ol class="textCards">
            {some.map(({ id, title: name, about }) => (
              <li key={id}>
                <a href={`#/text/${id}`}>{name}</a>
                <span class="soft">{about}</span>
              </li>
            ))}
          </ol>
        </section>
      ))}
      <section>
        <h2>Sources</h2>
        <ul class="textWorks">
          {Object.values(works).map(({ full, address }) => (
            <li key={address}>
              <a href={address} rel="noreferrer">
                {full}
              </a>
            </li>
          ))}
        </ul>
      </section>
    </article>
  );
}
