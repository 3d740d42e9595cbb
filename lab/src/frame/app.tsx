/**
 * @file The frame around every page: header, the page that the address names, and words where one fails.
 */
import './tokens.css';
import './base.css';
import { Header } from './header.tsx';
import { PageOutlet } from './pageOutlet.tsx';
import { FIRST_PAGE, pages } from './pages.ts';
import { useAddress } from './state/hooks.ts';

export function App() {
  const { page } = useAddress();
  const name = page === '' ? FIRST_PAGE : page;
  return (
    <>
      <button type="button" class="skipLink" onClick={skipToMain}>
        Skip to the page
      </button>
      <Header current={name} />
      <main id="main" tabIndex={-1}>
        <PageOutlet name={name} entry={Object.hasOwn(pages, name) ? pages[name] : undefined} />
      </main>
    </>
  );
}

/** The hash is the address of the page, so no link can lead here. */
function skipToMain(): void {
  document.getElementById('main')?.focus();
}
