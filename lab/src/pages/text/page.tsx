/**
 * @file The text: the page is not there yet and says what it will be.
 */
export function Page() {
  return (
    <article>
      <h1>The text</h1>
      <p class="lead">
        Questions and answers about convolutional networks, with a live figure at each place.
      </p>
    </article>
  );
}
