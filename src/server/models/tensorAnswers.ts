/** @file Answers of the Open Inference Protocol: metadata of a model, and tensors as JSON or binary. */
import { version } from '../../base/version.ts';
import type { ServedModel, ServedTensor } from './served.ts';
import type { Numbers } from './tasks.ts';
import { JSON_LENGTH, type TensorRequest } from './tensorRequests.ts';

export const serverMetadata = { name: 'fovea', version, extensions: ['binary_tensor_data'] };

export function modelMetadata({ name, inputs, outputs }: ServedModel) {
  const tensor = ({ name: own, shape }: ServedTensor) => ({
    name: own,
    datatype: 'FP32',
    shape: [-1, ...shape],
  });
  return {
    name,
    versions: ['1'],
    platform: 'fovea',
    inputs: inputs.map(tensor),
    outputs: outputs.map(tensor),
  };
}

export function inferAnswer(
  model: ServedModel,
  { id, outputs }: TensorRequest,
  numbers: Readonly<Record<string, Numbers>>,
): Response {
  const parts: Uint8Array[] = [];
  const tensors = outputs.map(({ tensor, binary }) => {
    const { shape, data } = numbers[tensor.program] ?? { shape: [], data: new Float32Array(0) };
    const described = { name: tensor.name, datatype: 'FP32', shape };
    if (!binary) return { ...described, data: [...data] };
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    parts.push(bytes);
    return { ...described, parameters: { binary_data_size: bytes.length } };
  });
  const answer = {
    model_name: model.name,
    model_version: '1',
    ...(id === undefined ? {} : { id }),
    outputs: tensors,
  };
  if (parts.length === 0) return Response.json(answer);
  const json = new TextEncoder().encode(JSON.stringify(answer));
  return new Response(new Blob([json, ...parts] as BlobPart[]), {
    headers: { 'content-type': 'application/octet-stream', [JSON_LENGTH]: String(json.length) },
  });
}
