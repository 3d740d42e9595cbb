/**
 * @file The cases of ONNX's own backend tests: a model, inputs and the outputs that are right, one folder each.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { fromBinary } from '@bufbuild/protobuf';
import { TensorProtoSchema } from '../../src/interop/onnx/proto/schema.ts';
import { type FileTensor, readTensor } from '../../src/interop/onnx/tensors.ts';

const SETS = ['node', 'node-v1.5.0', 'pytorch-converted', 'pytorch-operator', 'simple'];

export interface NodeCase {
  /** "node/test_relu" */
  readonly name: string;
  readonly model: Uint8Array;
  readonly inputs: readonly NamedTensor[];
  readonly outputs: readonly NamedTensor[];
}

export interface NamedTensor extends FileTensor {
  readonly name: string;
}

export function nodeCaseNames(folder: string): readonly string[] {
  return SETS.flatMap((set) =>
    readdirSync(`${folder}/${set}`).map((name) => `${set}/${name}`),
  ).sort();
}

export function readNodeCase(folder: string, name: string): NodeCase {
  const place = `${folder}/${name}`;
  const data = `${place}/test_data_set_0`;
  const tensors = (kind: string): NamedTensor[] => {
    const files = readdirSync(data).filter((file) => file.startsWith(kind));
    const numberOf = (file: string) => Number(/\d+/.exec(file)?.[0]);
    return files
      .sort((a, b) => numberOf(a) - numberOf(b))
      .map((file) => {
        const proto = fromBinary(TensorProtoSchema, readFileSync(`${data}/${file}`));
        return { name: proto.name, ...readTensor(proto, file) };
      });
  };
  return {
    name,
    model: readFileSync(`${place}/model.onnx`),
    inputs: tensors('input_'),
    outputs: tensors('output_'),
  };
}
