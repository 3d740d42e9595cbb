/**
 * @file Train: the page is not there yet and says what it will be.
 */
export function Page() {
  return (
    <article>
      <h1>Train</h1>
      <p class="lead">
        A network learning before your eyes: curves, filters, mistakes; two of them side by side.
      </p>
    </article>
  );
}
