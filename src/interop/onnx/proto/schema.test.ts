import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { expect, it } from 'vitest';
import { ModelProtoSchema, TensorProto_DataType } from './schema.ts';

it('reads bytes written by hand as the format has them', () => {
  // ir_version (field 1) = 8; graph (field 7) { name (field 2) = "g" }
  const bytes = Uint8Array.of(0x08, 8, 0x3a, 3, 0x12, 1, 0x67);
  const model = fromBinary(ModelProtoSchema, bytes);
  expect(model.irVersion).toBe(8n);
  expect(model.graph?.name).toBe('g');
});

it('gives the bytes of a tensor as a view of the file, with no copy', () => {
  const rawData = Uint8Array.of(0, 0, 128, 63);
  const initializer = [{ name: 'w', dims: [1n], dataType: TensorProto_DataType.FLOAT, rawData }];
  const bytes = toBinary(ModelProtoSchema, create(ModelProtoSchema, { graph: { initializer } }));
  const tensor = fromBinary(ModelProtoSchema, bytes).graph?.initializer[0];
  expect(tensor?.rawData).toEqual(rawData);
  expect(tensor?.rawData.buffer).toBe(bytes.buffer);
});
