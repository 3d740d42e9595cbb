/**
 * @file `POST /v1/models/NAME/predict`: what a request holds, as a task for a worker.
 *
 *   image/* or bytes      one picture file
 *   multipart/form-data   each file a picture
 *   application/json      { picture } or { pictures }: nested arrays of pixels, { width, height, channels, pixels },
 *                         or { base64 } of a picture file; `top`, `asIs`, `invert`, `centre` beside them
 *
 * The same options may stand in the address: ?top=5. Next stop: `web/shipped/inputs.ts`, which reads pixels.
 */
import * as z from 'zod/mini';
import { FoveaError } from '../../base/errors.ts';
import { parseJson } from '../../base/json.ts';
import type { PredictOptions, Reader } from '../../train/prediction/reading.ts';
import { readInput } from '../../web/shipped/inputs.ts';
import { HttpProblem } from './problems.ts';
import type { PictureTask, SentPicture } from './tasks.ts';

const options = {
  top: z.optional(z.int().check(z.minimum(1), z.maximum(100_000))),
  asIs: z.optional(z.boolean()),
  invert: z.optional(z.union([z.boolean(), z.literal('auto')])),
  centre: z.optional(z.union([z.boolean(), z.literal('auto')])),
};
const optionsShape = z.strictObject(options);
const body = z.strictObject({
  picture: z.optional(z.unknown()),
  pictures: z.optional(z.array(z.unknown())),
  ...options,
});

/** Pictures of one request. */
const MOST_PICTURES = 1_000;

const EXPECTED =
  '{ "picture": P } or { "pictures": [P, ...] }, where P is [[0, 255, ...], ...], { "width", "height", "channels", "pixels" } or { "base64": "..." }; and top, asIs, invert, centre if you like';

export async function pictureTask(request: Request, reader: Reader): Promise<PictureTask> {
  const type = (request.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase();
  const asked = optionsOfAddress(new URL(request.url).searchParams);
  if (type === 'multipart/form-data') return task(await filesOf(request), asked);
  const bytes = new Uint8Array(await request.arrayBuffer());
  if (type === 'application/json') return jsonTask(bytes, asked, reader);
  if (type === '' || type === 'application/octet-stream' || type?.startsWith('image/')) {
    if (bytes.length === 0)
      throw new HttpProblem(400, {
        problem: 'the request is empty',
        expected: 'the bytes of a picture',
      });
    return task([{ file: bytes }], asked);
  }
  throw new HttpProblem(415, {
    problem: `received ${String(type).slice(0, 100)}`,
    expected:
      'the bytes of a picture (image/png, image/jpeg, image/webp), multipart/form-data or application/json',
  });
}

function task(pictures: readonly SentPicture[], asked: PredictOptions): PictureTask {
  if (pictures.length >= 1 && pictures.length <= MOST_PICTURES)
    return { kind: 'pictures', pictures, options: asked };
  throw new HttpProblem(400, {
    problem: `received ${pictures.length} pictures`,
    expected: `at least one and at most ${MOST_PICTURES}`,
  });
}

/** ?top=5&asIs=true */
function optionsOfAddress(given: URLSearchParams): PredictOptions {
  const words: Readonly<Record<string, unknown>> = { true: true, false: false };
  const values = [...given].map(([name, text]) => [
    name,
    words[text] ?? (name === 'top' && text !== '' ? Number(text) : text),
  ]);
  return checkedOptions(
    optionsShape,
    Object.fromEntries(values),
    'top, asIs, invert and centre in the address: ?top=5&asIs=true',
  );
}

function checkedOptions<T extends z.ZodMiniType>(
  shape: T,
  given: unknown,
  expected: string,
): PredictOptions & z.output<T> {
  const parsed = shape.safeParse(given);
  if (parsed.success)
    return withoutUndefined(parsed.data as object) as PredictOptions & z.output<T>;
  const [issue] = parsed.error.issues;
  const where = issue === undefined || issue.path.length === 0 ? '' : `${issue.path.join('.')}: `;
  throw new HttpProblem(400, {
    problem: `${where}${issue?.message ?? 'not what is wanted'}`,
    expected,
  });
}

const withoutUndefined = (given: object): object =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));

async function filesOf(request: Request): Promise<SentPicture[]> {
  const form = await request.formData().catch(() => {
    throw new HttpProblem(400, {
      problem: 'the form cannot be read',
      expected: 'multipart/form-data with a file for each picture',
    });
  });
  const files: SentPicture[] = [];
  for (const [, part] of form) {
    if (typeof part !== 'string') files.push({ file: new Uint8Array(await part.arrayBuffer()) });
  }
  return files;
}

function jsonTask(bytes: Uint8Array, asked: PredictOptions, reader: Reader): PictureTask {
  const { picture, pictures, ...own } = checkedOptions(body, jsonOf(bytes), EXPECTED);
  if ((picture === undefined) === (pictures === undefined)) {
    throw new HttpProblem(400, {
      problem: picture === undefined ? 'no picture' : 'both picture and pictures',
      expected: EXPECTED,
    });
  }
  const sent = (pictures ?? [picture]).map((one, i) => sentPicture(one, i, reader));
  return task(sent, { ...asked, ...own });
}

/** Throws a problem that says where the JSON ends to be JSON. */
export function jsonOf(bytes: Uint8Array): unknown {
  try {
    return parseJson(bytes, { where: 'the request', expected: 'JSON' });
  } catch (error) {
    if (error instanceof FoveaError) throw new HttpProblem(400, error.parts);
    throw error;
  }
}

function sentPicture(given: unknown, at: number, reader: Reader): SentPicture {
  const where = `picture ${at}`;
  try {
    if (typeof given === 'object' && given !== null && 'base64' in given) {
      return { file: Uint8Array.from(Buffer.from(String(given.base64), 'base64')) };
    }
    const isDrawn = typeof given === 'object' && given !== null && 'pixels' in given;
    const input = isDrawn ? { ...given, pixels: bytesOf(given.pixels) } : given;
    const read = readInput(input, reader);
    if ('picture' in read) return { picture: read.picture };
    throw new FoveaError('internal error: JSON with a Float32Array');
  } catch (error) {
    if (error instanceof FoveaError)
      throw new HttpProblem(422, {
        ...error.parts,
        where,
        ...(isReading(error) ? { expected: EXPECTED } : {}),
      });
    throw error;
  }
}

/** What names forms that JSON has not. */
const isReading = (error: FoveaError): boolean =>
  String(error.parts.expected).includes('ImageData');

function bytesOf(given: unknown): Uint8Array {
  const isBytes = (v: unknown): boolean =>
    Number.isInteger(v) && Number(v) >= 0 && Number(v) <= 255;
  if (Array.isArray(given) && given.every(isBytes)) return Uint8Array.from(given as number[]);
  throw new FoveaError({
    problem: '"pixels" is no list of bytes',
    expected: 'whole numbers from 0 to 255',
  });
}
