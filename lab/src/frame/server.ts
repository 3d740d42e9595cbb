/**
 * @file Whether the lab's own server serves the page, or a static host does, which answers nothing but files.
 *
 * The server says so in a header of every answer. The page asks for itself, which is there on any host: a question
 * that a static host would answer by an error is never asked.
 */

/** As `src/server/access.ts` sets it. */
const LAB_HEADER = 'x-fovea-lab';

let asked: Promise<boolean> | undefined;

export function hasServer(): Promise<boolean> {
  asked ??= fetch(document.baseURI, { method: 'HEAD', cache: 'no-store' }).then(
    ({ headers }) => headers.has(LAB_HEADER),
    () => false,
  );
  return asked;
}

/** Where data sets are fetched from: the server's, or a folder `data/` beside the page; relative to the page. */
export async function dataBase(): Promise<string> {
  return (await hasServer()) ? 'api/data/' : 'data/';
}
