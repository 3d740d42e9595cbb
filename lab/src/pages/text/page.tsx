/**
 * @file The text: chapters on pooling, padding, LeNet-5 and AlexNet, each with its live figures.
 *
 * The chapters are data (`chapters/`); the address names one and a heading in it: `#/text/padding/reasons`.
 */
import './text.css';
import { Problem } from '../../frame/problem.tsx';
import { useAddress } from '../../frame/state/hooks.ts';
import { chapters } from './chapters/index.ts';
import { ChapterView } from './view/chapterView.tsx';
import { Contents, FirstPage } from './view/contents.tsx';

export function Page() {
  const { place } = useAddress();
  const [id = '', section = ''] = place.split('/');
  const at = chapters.findIndex((chapter) => chapter.id === id);
  const chapter = chapters[at];
  return (
    <div class="text">
      <Contents current={id} />
      {chapter !== undefined && (
        <ChapterView
          key={id}
          chapter={chapter}
          before={chapters[at - 1]}
          after={chapters[at + 1]}
          section={section}
        />
      )}
      {chapter === undefined && id === '' && <FirstPage />}
      {chapter === undefined && id !== '' && (
        <Problem
          title="There is no such chapter"
          advice={`The address names "${id.slice(0, 60)}"; the chapters are listed beside.`}
          link={{ href: '#/text', text: 'Open the first page of the text' }}
        />
      )}
    </div>
  );
}
