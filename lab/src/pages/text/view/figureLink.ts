/**
 * @file Where a figure's page shows the same with everything that can be done there.
 */
import { writeFields } from '../../../frame/state/fields.ts';
import { fields as windowFields } from '../../windows/fields.ts';
import type { FigureSpec } from '../figureSpec.ts';
import { windowStateOf } from '../numbers/windows.ts';

export interface FigureLink {
  readonly words: string;
  readonly to: string;
}

export function figureLink(figure: FigureSpec): FigureLink | undefined {
  switch (figure.kind) {
    case 'window':
    case 'coverage':
    case 'strides': {
      const query = writeFields(windowFields, windowStateOf(figure.state));
      return { words: 'Open it in Windows.', to: `#/windows${query === '' ? '' : `?${query}`}` };
    }
    case 'pooledDigit':
      return { words: 'Try other digits in Windows.', to: '#/windows' };
    case 'layers':
    case 'fields':
    case 'shares':
    case 'conventions':
      return { words: 'Open it in Networks.', to: `#/networks?model=${figure.model}` };
    case 'connections':
      return { words: 'Open it in Networks.', to: '#/networks?model=lenet5-1998&layer=c3' };
    case 'codes':
      return { words: 'Open it in Networks.', to: '#/networks?model=lenet5-1998&layer=output' };
    case 'training':
      return { words: 'Open it in Train.', to: `#/train?${figure.query}` };
    default:
      return undefined;
  }
}
