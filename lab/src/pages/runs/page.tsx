/**
 * @file Runs: the page is not there yet and says what it will be.
 */
export function Page() {
  return (
    <article>
      <h1>Runs</h1>
      <p class="lead">
        What was trained here: curves laid over one another, options that differ, mistakes.
      </p>
    </article>
  );
}
