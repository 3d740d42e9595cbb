/**
 * @file How people write digits: the pen's path, several styles for each.
 *
 * A stroke is a smooth curve through its points, written "x,y" in percent of a box (x to the right,
 * y downwards); "!" after a point makes a corner there. The weights say how common a style is.
 * `draw.ts` moves the points about, bends and slants the whole; the box is then fitted, so only the
 * proportions within a style matter. Next stop: `draw.ts`.
 */

export interface Point {
  readonly x: number;
  readonly y: number;
  /** The path turns sharply here. */
  readonly corner: boolean;
}

export interface Style {
  readonly weight: number;
  readonly strokes: readonly (readonly Point[])[];
}

function style(weight: number, ...strokes: readonly string[]): Style {
  return { weight, strokes: strokes.map(parseStroke) };
}

function parseStroke(stroke: string): Point[] {
  return stroke.split(/\s+/).map((word) => {
    const [x, y] = word.replace('!', '').split(',').map(Number);
    return { x: x / 100, y: y / 100, corner: word.endsWith('!') };
  });
}

/** Styles of each digit, 0 to 9. */
export const skeletons: readonly (readonly Style[])[] = [
  [
    style(5, '60,2 45,0 20,14 8,50 20,86 50,100 80,86 92,50 80,14 56,0 42,2'), // closed
    style(3, '72,10 45,0 18,18 8,52 22,88 52,100 82,82 92,48 78,14 52,3 36,12'), // ends overlap
    style(2, '58,4 30,10 10,45 20,86 50,100 80,84 92,48 84,16 70,5'), // a gap at the top
    style(2, '30,22 62,30 88,8 55,0 22,18 8,55 24,90 54,99 84,78 92,40 76,8 50,4'), // a loop inside
    style(1, '92,2 50,5 16,30 8,62 28,94 60,98 88,70 88,35 66,8'), // begins far out
  ],
  [
    style(6, '50,0 50,50 50,100'), // a plain bar
    style(2, '58,0 50,50 47,100'), // slightly bent
    style(2, '28,20 55,0! 54,50 54,100'), // with a flag
    style(1, '25,22 52,0! 52,50 52,100', '22,100 50,100 82,100'), // flag and base
    style(1, '8,24 30,14 56,0! 54,50 50,100', '5,98 45,100 95,96'), // wide base
  ],
  [
    style(3, '10,25 30,3 65,3 80,28 60,58 10,98! 50,96 92,95'), // flat base
    style(3, '12,25 35,2 70,8 75,35 50,70 20,95 8,85 25,75 55,90 92,92'), // loop at the foot
    style(2, '10,20 45,0 80,20 70,50 35,80 5,100! 50,92 95,98'), // wavy base
    style(1, '8,12 45,4 82,16 74,50 40,78 10,92 45,88 90,88'), // round foot
    style(1, '20,6 50,3 78,8! 50,50 15,95! 50,94 90,96'), // like a Z
    style(2, '25,22 48,2 72,12 70,42 48,78 20,98 5,84 18,68 48,80 70,96 98,86'), // a wide loop
    style(1, '28,10 55,0 72,18 52,60 30,96! 62,98 100,92'),
    style(2, '14,32 26,6 58,0 78,20 66,48 36,80 8,94 4,80 24,74 58,86 98,100'), // loop, falling base
    style(1, '4,24 30,4 62,4 76,26 58,56 22,84 2,98 26,86 60,84 100,90'),
  ],
  [
    style(3, '12,12 45,0 78,18 62,42 35,48! 70,55 85,78 50,100 10,88'),
    style(1, '10,2 42,3 75,2! 40,40! 78,58 80,85 45,100 8,88'), // flat top
    style(2, '12,15 50,0 75,22 50,47 32,46 50,46 85,72 50,100 8,85'), // small loop in the middle
    style(2, '15,8 55,2 78,20 55,45! 82,68 62,94 10,98'),
    style(1, '18,16 50,0 76,14 66,36 40,50 70,58 78,82 48,100 14,90 22,74'), // the foot curls
    style(1, '20,10 60,0 92,10 70,32 38,46! 72,52 74,78 42,98 5,100'), // wide top
  ],
  [
    style(3, '20,0 15,30 10,55! 50,52 92,48', '75,0 72,50 68,100'), // open, two strokes
    style(2, '15,5 12,40 30,58 80,45', '82,5 74,55 66,100'), // open and round
    style(2, '12,5 15,48 48,60 78,40! 84,2! 78,50 74,100'), // one stroke, like a y
    style(2, '70,100 70,50 70,0! 38,32 8,62! 50,62 95,62'), // closed
    style(1, '60,2 35,30 10,58 50,60 88,54', '62,30 60,65 55,100'), // a short stem
    style(3, '38,0 22,28 6,56! 50,52 100,44', '82,8 70,50 58,100'), // leaning
    style(2, '45,0 25,35 6,68! 50,66 98,62', '70,32 66,65 62,100'), // low bar, short stem
    style(1, '25,4 20,32 28,46 60,44 82,20! 84,2! 80,50 72,100'), // almost a 9
  ],
  [
    style(3, '85,3 55,4 25,4! 18,45! 55,38 85,65 60,98 10,92'),
    style(2, '28,5 20,45! 60,40 82,68 55,100 10,88', '28,5 58,4 92,2'), // the hat comes last
    style(2, '88,4 40,6 22,38 60,48 80,74 45,100 8,90'), // like an S
    style(1, '90,0 50,5 32,8! 22,42! 60,50 62,80 38,100 5,92'),
    style(1, '40,8 30,42! 62,46 72,72 44,98 8,92', '48,6 72,4 100,0'), // the hat stands off
    style(1, '98,0 62,4 36,10! 30,40! 58,46 64,66 46,90 16,98 0,84'), // small belly, long hat
    style(1, '82,2 30,4! 26,38! 66,36 92,62 72,92 34,100 10,80'), // large belly
    style(2, '100,0 74,4 52,6! 32,44! 56,48 54,72 34,92 0,98'), // leaning, angular
    style(1, '56,10 36,44! 58,46 60,74 34,98 4,86', '54,10 76,6 100,2'),
  ],
  [
    style(3, '70,0 30,30 10,70 40,100 82,82 70,55 35,55 12,75'),
    style(3, '55,0 20,45 14,82 48,100 80,76 55,52 18,72'),
    style(2, '85,2 45,20 15,60 30,96 65,95 80,70 55,58 28,75 30,92'),
    style(1, '40,0 18,40 15,85 45,100 72,80 50,62 18,80'),
    style(2, '42,0 18,36 8,72 34,98 72,96 94,74 74,54 40,62 20,84'), // wide loop
    style(1, '66,0 40,26 18,62 22,92 50,98 66,80 54,66 34,76 24,94'), // small loop
    style(1, '30,0 24,45 22,80 46,99 78,84 74,60 48,56 24,74'), // like a b
  ],
  [
    style(4, '8,10 48,6 88,5! 62,50 42,100'),
    style(2, '8,8 48,6 88,5! 62,50 40,100', '25,52 50,50 78,47'), // with a bar
    style(2, '10,26 10,6! 48,6 88,5! 62,50 45,100'), // with a serif
    style(2, '8,14 50,3 86,12 66,48 50,100'), // round
    style(2, '12,34 24,8 50,16 84,4! 66,50 54,100'), // a wave at the top
    style(1, '10,46 18,8! 50,14 88,4! 62,50 50,100'), // a long serif
    style(1, '14,36 26,6! 52,10 80,6! 64,50 52,100', '36,56 56,52 86,48'), // serif and bar
    style(1, '24,30 30,10! 52,9 74,6! 62,50 52,100'), // narrow
  ],
  [
    style(3, '75,15 45,0 18,20 50,48 82,75 50,100 15,78 45,50 78,22 72,12'),
    style(2, '50,48 20,25 48,0 78,22 50,48 18,78 50,100 82,76 50,48'),
    style(2, '85,5 45,2 22,22 55,50 78,78 48,100 18,80 42,52 88,8'), // open at the top right
    style(1, '48,46 22,24 48,2 74,22 48,46', '48,46 14,72 48,100 84,74 48,46'), // two rings
    style(2, '96,0 62,36 34,62 24,88 42,100 60,86 52,60 34,36 36,14 60,4 80,14'), // from a tail
    style(2, '80,20 62,2 34,6 28,26 50,46 64,66 60,92 40,100 24,86 36,62 66,38 82,20'),
    style(1, '70,18 48,4 30,18 48,44 58,72 46,98 34,84 42,58 66,30 72,16'), // narrow
  ],
  [
    style(3, '80,18 48,0 14,25 32,50 70,40 82,12! 78,55 72,100'), // straight tail
    style(2, '80,20 45,0 12,25 30,52 70,42 82,15! 84,65 60,98 20,92'), // curved tail
    style(2, '75,10 40,5 12,32 40,50 75,25! 62,60 45,100'), // leaning tail
    style(2, '72,40 35,48 15,22 48,0 80,18 76,60 66,100'), // one sweep
    style(1, '76,16 44,2 8,40 24,66 60,50 80,10! 86,52 90,100'), // like an a
    style(1, '78,12 48,2 24,18 34,40 66,34 80,10! 80,54 62,92 34,98 16,82'), // the tail curls
    style(1, '80,12 50,0 20,14 14,34 44,44 78,24! 76,60 70,100'), // a large, round head
    style(1, '70,14 42,4 22,20 34,36 62,28 72,8 68,50 52,100'), // a small head
  ],
];
