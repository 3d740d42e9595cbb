/**
 * @file Windows: the page is not there yet and says what it will be.
 */
export function Page() {
  return (
    <article>
      <h1>Windows</h1>
      <p class="lead">
        Pooling and padding: one window, its arithmetic, and what it does to the border.
      </p>
    </article>
  );
}
