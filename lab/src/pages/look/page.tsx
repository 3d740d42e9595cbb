/**
 * @file Look: the page is not there yet and says what it will be.
 */
export function Page() {
  return (
    <article>
      <h1>Look</h1>
      <p class="lead">Draw a digit and see what every layer makes of it.</p>
    </article>
  );
}
