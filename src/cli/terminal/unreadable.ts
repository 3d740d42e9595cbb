/**
 * @file Tells of pictures that cannot be read: the first ones by name, then how many there are.
 */

const NAMED = 10;

/** A listener for `ReadingOptions.onUnreadable`. */
export function unreadableNotes(
  note: (words: string) => void,
): (name: string, problem: string) => void {
  let count = 0;
  return (name, problem) => {
    count++;
    if (count <= NAMED) note(`Skipped ${name}: ${problem}`);
    else if (Math.log10(count) % 1 === 0) note(`Skipped ${count} pictures so far`);
  };
}
