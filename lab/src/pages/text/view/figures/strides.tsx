/**
 * @file Output sizes stride by stride, as the Windows page has them.
 */
import '../../../windows/windows.css';
import { StrideTable } from '../../../windows/seen.tsx';
import type { FigureSpec } from '../../figureSpec.ts';
import { answerTo } from '../../numbers/windows.ts';

export function Figure({ spec }: { readonly spec: Extract<FigureSpec, { kind: 'strides' }> }) {
  return <StrideTable answer={answerTo(spec.state)} />;
}
