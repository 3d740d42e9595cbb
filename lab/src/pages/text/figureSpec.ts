/**
 * @file The live figures of the text, as data: what each shows. `view/figures/` draws them.
 *
 * Next stop: `chapter.ts`.
 */
import type { WindowOp } from 'fovea/web';

export interface WindowState {
  readonly input: readonly [number, number];
  readonly kernel: number;
  readonly stride: number;
  readonly padding: 'valid' | 'same';
  readonly op: WindowOp;
}

export type FigureSpec =
  /** A window that slides, with the sum or maximum of the cell it stands on. */
  | { readonly kind: 'window'; readonly state: WindowState }
  /** How many windows see each cell, under each rule. */
  | { readonly kind: 'coverage'; readonly state: WindowState }
  /** Output size and what is not seen, stride by stride. */
  | { readonly kind: 'strides'; readonly state: WindowState }
  /** A digit, pooled three ways, moved and with noise on it. */
  | { readonly kind: 'pooledDigit'; readonly show: 'pooling' | 'shift' | 'noise' }
  /** Shapes, parameters and work of a model, layer by layer. */
  | { readonly kind: 'layers'; readonly model: string; readonly columns: readonly LayerColumn[] }
  /** The table of connections between the maps of two layers. */
  | { readonly kind: 'connections' }
  /** The ten codes of the output units, and how far each two lie apart. */
  | { readonly kind: 'codes' }
  /** What one unit of each layer sees of the input. */
  | { readonly kind: 'fields'; readonly model: string }
  /** Squashing functions over one axis. */
  | { readonly kind: 'curves'; readonly functions: readonly CurveName[] }
  /** One network counted in several ways. */
  | { readonly kind: 'conventions'; readonly model: string }
  /** Shares of parameters and multiply-adds by kind of layer. */
  | { readonly kind: 'shares'; readonly model: string }
  /** One position across the maps, before and after the normalisation. */
  | { readonly kind: 'normalization' }
  /** Outputs kept and dropped, in training and when testing. */
  | { readonly kind: 'dropout' }
  /** One picture, as training sees it time after time. */
  | { readonly kind: 'augmentation' }
  /** A network that trains while one looks. */
  | { readonly kind: 'training'; readonly query: string; readonly label: string };

export type LayerColumn =
  | 'output'
  | 'parameters'
  | 'fixed'
  | 'connections'
  | 'multiplyAdds'
  | 'field';
export type CurveName = 'tanh' | 'scaledTanh' | 'sigmoid' | 'relu';
