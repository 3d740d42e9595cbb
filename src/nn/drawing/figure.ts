/**
 * @file A network as a figure in numbers: where its layers stand and what joins them. No colours, no fonts: a page
 * and a report draw it as they like.
 *
 * Units are pixels of the figure, y grows downwards. `drawNetwork` of `networkFigure.ts` makes it.
 */
import type { Shape } from '../../base/shape.ts';

export type Point = readonly [x: number, y: number];

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/**
 * maps: a stack of planes, one per map, as the paper of 1998 draws it; block: a solid whose length is the number
 * of maps, as the paper of 2012 does; bar: a row of numbers; mark: a layer that leaves every number in its place.
 */
export type Form = 'maps' | 'block' | 'bar' | 'mark';

export interface Face {
  readonly role: 'map' | 'front' | 'top' | 'side' | 'bar' | 'mark';
  readonly corners: readonly Point[];
}

/** A layer, or what of it is in one tower. */
export interface FigurePart {
  readonly tower: number;
  /** Of this part: a tower has its share of the maps. */
  readonly shape: Shape;
  readonly box: Box;
  /** From back to front. */
  readonly faces: readonly Face[];
}

export interface FigureLayer {
  /** Of the input: its name. */
  readonly name: string;
  readonly kind: string;
  readonly form: Form;
  /** Of the whole layer, for one image. */
  readonly shape: Shape;
  readonly parts: readonly FigurePart[];
  /** Around all parts. */
  readonly box: Box;
  /** Short words and size for below it, centred there; none below a mark. */
  readonly caption: { readonly at: Point; readonly lines: readonly string[] } | null;
}

/** From a part to a part that is worked out of it; marks between them are passed through. */
export interface FigureLink {
  readonly from: string;
  readonly to: string;
  readonly fromTower: number;
  readonly toTower: number;
  /** From one tower to another: here they exchange. */
  readonly crosses: boolean;
  /** A window of the layer on what it reads, and lines from its corners to its output; none where none slides. */
  readonly window: readonly Point[] | null;
  readonly lines: readonly (readonly [Point, Point])[];
}

export interface NetworkFigure {
  readonly width: number;
  readonly height: number;
  readonly towers: number;
  readonly scale: {
    /** Of one pixel of a map. */
    readonly pixel: number;
    /** Length of a block per map. */
    readonly map: number;
    /** Height of a bar per number. */
    readonly unit: number;
  };
  /** The inputs, then the layers in the model's order. */
  readonly layers: readonly FigureLayer[];
  readonly links: readonly FigureLink[];
}
