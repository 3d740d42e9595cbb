/**
 * @file `POST /v2/models/NAME/infer`: tensors of the Open Inference Protocol (KServe v2), as JSON or binary.
 *
 * FP32 are numbers as the network reads them, UINT8 pixels that its preprocessing makes numbers of; both (rows,
 * ...shape), last axis channels. The binary extension: a header says how long the JSON at the beginning of the body
 * is; tensors that carry `binary_data_size` follow it, little-endian, in order.
 * https://github.com/kserve/open-inference-protocol/blob/main/specification/protocol/inference_rest.md
 * Next stop: `tensorAnswers.ts`.
 */
import * as z from 'zod/mini';
import { formatShape, sizeOf } from '../../base/shape.ts';
import { jsonOf } from './pictureRequests.ts';
import { HttpProblem } from './problems.ts';
import type { ServedModel, ServedTensor } from './served.ts';
import type { RowsTask } from './tasks.ts';

export const JSON_LENGTH = 'inference-header-content-length';

const parameters = z.optional(
  z.looseObject({
    binary_data_size: z.optional(z.int()),
    binary_data: z.optional(z.boolean()),
    binary_data_output: z.optional(z.boolean()),
  }),
);
const body = z.looseObject({
  id: z.optional(z.string()),
  parameters,
  inputs: z.array(
    z.looseObject({
      name: z.string(),
      shape: z.array(z.int()),
      datatype: z.string(),
      parameters,
      data: z.optional(z.array(z.unknown())),
    }),
  ),
  outputs: z.optional(z.array(z.looseObject({ name: z.string(), parameters }))),
});

export interface TensorRequest {
  readonly id: string | undefined;
  readonly task: RowsTask;
  /** What is asked for, and which of them as bytes. */
  readonly outputs: readonly { readonly tensor: ServedTensor; readonly binary: boolean }[];
}

/** Rows of one request. */
const MOST_ROWS = 10_000;

type GivenTensor = z.output<typeof body>['inputs'][number];

export function tensorRequest(
  bytes: Uint8Array,
  jsonLength: string | undefined,
  model: ServedModel,
): TensorRequest {
  const length = jsonLength === undefined ? bytes.length : Number(jsonLength);
  if (!Number.isInteger(length) || length < 2 || length > bytes.length) {
    throw new HttpProblem(400, {
      problem: `Inference-Header-Content-Length is "${String(jsonLength).slice(0, 40)}"`,
      expected: `the bytes of JSON at the beginning of ${bytes.length}`,
    });
  }
  const parsed = body.safeParse(jsonOf(bytes.subarray(0, length)));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new HttpProblem(400, {
      problem: `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not what is wanted'}`,
      expected: '{ "inputs": [{ "name", "shape", "datatype", "data" }] }',
    });
  }
  const { id, inputs, parameters: asked, outputs } = parsed.data;
  const binary = binaryParts(inputs, bytes.subarray(length));
  const rows = model.inputs.map((tensor) => {
    const given = inputs.filter(({ name }) => name === tensor.name);
    const [one] = given;
    if (one === undefined || given.length > 1) {
      throw new HttpProblem(400, {
        problem: `"${tensor.name}" is there ${given.length} times`,
        expected: `one tensor for each of ${model.inputs.map(({ name }) => name).join(', ')}`,
      });
    }
    return { tensor, ...numbersOf(one, tensor, binary.get(one)) };
  });
  const unknown = inputs.find(({ name }) => !model.inputs.some((tensor) => tensor.name === name));
  if (unknown !== undefined) throw unknownTensor('input', unknown.name, model.inputs);
  const counts = [...new Set(rows.map(({ count }) => count))];
  const [count = 0] = counts;
  if (counts.length !== 1)
    throw new HttpProblem(400, {
      problem: `inputs of ${counts.join(' and ')} rows`,
      expected: 'equally many',
    });
  const wanted = outputs ?? model.outputs.map(({ name }) => ({ name, parameters: undefined }));
  const seen = new Set<string>();
  const again = wanted.find(({ name }) => seen.size === seen.add(name).size);
  if (again !== undefined) {
    throw new HttpProblem(400, {
      problem: `the output "${again.name.slice(0, 100)}" is asked for twice`,
      expected: 'each output once',
    });
  }
  return {
    id,
    task: {
      kind: 'rows',
      count,
      rows: Object.fromEntries(rows.map(({ tensor, numbers }) => [tensor.name, numbers])),
    },
    outputs: wanted.map(({ name, parameters: own }) => {
      const tensor = model.outputs.find((output) => output.name === name);
      if (tensor === undefined) throw unknownTensor('output', name, model.outputs);
      return { tensor, binary: own?.binary_data ?? asked?.binary_data_output ?? false };
    }),
  };
}

function unknownTensor(noun: string, name: string, known: readonly ServedTensor[]): HttpProblem {
  return new HttpProblem(400, {
    problem: `unknown ${noun} "${name.slice(0, 100)}"`,
    expected: known.map((tensor) => tensor.name).join(', '),
  });
}

/** The bytes behind the JSON, of each tensor that claims some. */
function binaryParts(
  inputs: readonly GivenTensor[],
  rest: Uint8Array,
): ReadonlyMap<GivenTensor, Uint8Array> {
  const parts = new Map<GivenTensor, Uint8Array>();
  let at = 0;
  for (const input of inputs) {
    const size = input.parameters?.binary_data_size;
    if (size === undefined) continue;
    if (size < 0 || at + size > rest.length) {
      throw new HttpProblem(400, {
        problem: `"${input.name}" claims ${size} bytes, and ${rest.length - at} are left`,
        expected: 'as many bytes behind the JSON as the tensors say',
      });
    }
    parts.set(input, rest.slice(at, at + size));
    at += size;
  }
  if (at === rest.length) return parts;
  throw new HttpProblem(400, {
    problem: `${rest.length - at} bytes belong to no tensor`,
    expected: 'binary_data_size of each binary tensor',
  });
}

const BYTES_EACH = { FP32: 4, UINT8: 1 } as const;

function numbersOf(
  { name, shape, datatype, data }: GivenTensor,
  tensor: ServedTensor,
  binary: Uint8Array | undefined,
): { readonly count: number; readonly numbers: Float32Array | Uint8Array } {
  const [count = 0, ...one] = shape;
  const wanted = `(rows, ${tensor.shape.join(', ')})`;
  if (
    one.length !== tensor.shape.length ||
    one.some((n, i) => n !== tensor.shape[i]) ||
    count < 1 ||
    count > MOST_ROWS
  ) {
    throw new HttpProblem(400, {
      problem: `"${name}" has the shape ${formatShape(shape)}`,
      expected: `${wanted}, at most ${MOST_ROWS} rows`,
    });
  }
  if (datatype !== 'FP32' && datatype !== 'UINT8') {
    throw new HttpProblem(400, {
      problem: `"${name}" is of ${datatype.slice(0, 40)}`,
      expected: 'FP32, numbers as the network reads them, or UINT8, pixels 0..255',
    });
  }
  const size = count * sizeOf(tensor.shape);
  const numbers =
    binary === undefined
      ? fromList(name, datatype, data ?? [], size)
      : fromBytes(name, datatype, binary, size);
  if (numbers.every(Number.isFinite)) return { count, numbers };
  throw new HttpProblem(400, {
    problem: `"${name}" holds NaN or Infinity`,
    expected: 'finite numbers',
  });
}

function fromBytes(
  name: string,
  datatype: keyof typeof BYTES_EACH,
  bytes: Uint8Array,
  size: number,
): Float32Array | Uint8Array {
  if (bytes.length !== size * BYTES_EACH[datatype]) {
    throw new HttpProblem(400, {
      problem: `"${name}" has ${bytes.length} bytes`,
      expected: `${size * BYTES_EACH[datatype]}: ${size} numbers of ${datatype}`,
    });
  }
  // A slice of its own begins at byte 0 of its buffer.
  return datatype === 'UINT8' ? bytes : new Float32Array(bytes.slice().buffer);
}

/** Flat or nested, row-major. */
function fromList(
  name: string,
  datatype: keyof typeof BYTES_EACH,
  data: readonly unknown[],
  size: number,
): Float32Array | Uint8Array {
  const flat = data.flat(Number.POSITIVE_INFINITY);
  if (flat.length !== size) {
    throw new HttpProblem(400, {
      problem: `"${name}" has ${flat.length} numbers`,
      expected: `${size}, as its shape says`,
    });
  }
  const isByte = datatype === 'UINT8';
  const wrong = flat.findIndex(
    (v) => typeof v !== 'number' || (isByte && !(Number.isInteger(v) && v >= 0 && v <= 255)),
  );
  if (wrong >= 0) {
    throw new HttpProblem(400, {
      problem: `"${name}" holds ${JSON.stringify(flat[wrong])?.slice(0, 40)} at ${wrong}`,
      expected: isByte ? 'whole numbers from 0 to 255' : 'numbers',
    });
  }
  return isByte ? Uint8Array.from(flat as number[]) : Float32Array.from(flat as number[]);
}
