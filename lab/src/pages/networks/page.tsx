/**
 * @file Networks: the page is not there yet and says what it will be.
 */
export function Page() {
  return (
    <article>
      <h1>Networks</h1>
      <p class="lead">
        Every model as its published drawing shows it, with each layer’s formula and cost.
      </p>
    </article>
  );
}
