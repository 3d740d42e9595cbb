/** @file What a model server answers, as an OpenAPI document: `/openapi.json`. */
import { version } from '../../base/version.ts';
import type { ServedModel } from './served.ts';

const json = (schema: object) => ({ 'application/json': { schema } });
const answer = (description: string, schema: object) => ({ description, content: json(schema) });
const problem = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
});
const problems = {
  400: problem('not what is wanted'),
  413: problem('the request is too large'),
  422: problem('a picture that cannot be read'),
  429: problem('too many requests in hand; Retry-After says when to ask again'),
  503: problem('not answered in time, or stopping'),
};
const object = { type: 'object' } as const;
const option = (name: string, schema: object, description: string) => ({
  name,
  in: 'query',
  schema,
  description,
});

export function openApi(models: readonly ServedModel[], hasToken: boolean): object {
  const name = {
    name: 'name',
    in: 'path',
    required: true,
    schema: { enum: models.map((m) => m.name) },
  };
  return {
    openapi: '3.1.0',
    info: { title: 'Fovea model server', version },
    ...(hasToken ? { security: [{ token: [] }] } : {}),
    paths: {
      '/v1/models': {
        get: {
          summary: 'the models',
          responses: { 200: answer('their names, shapes and classes', object) },
        },
      },
      '/v1/models/{name}/predict': {
        post: {
          summary: 'what one or more pictures show',
          parameters: [
            name,
            option('top', { type: 'integer', default: 3 }, 'how many classes to name'),
            option('asIs', { type: 'boolean' }, 'bring the picture to size and do nothing else'),
            option('invert', { enum: ['auto', true, false] }, 'turn dark ink on light paper round'),
            option(
              'centre',
              { enum: ['auto', true, false] },
              'crop, scale and centre ink as MNIST is',
            ),
          ],
          requestBody: {
            required: true,
            content: {
              'image/*': { schema: { type: 'string', format: 'binary' } },
              'multipart/form-data': {
                schema: {
                  type: 'object',
                  additionalProperties: { type: 'string', format: 'binary' },
                },
              },
              ...json({
                type: 'object',
                properties: {
                  picture: {},
                  pictures: { type: 'array' },
                  top: { type: 'integer' },
                  asIs: { type: 'boolean' },
                },
                examples: [
                  {
                    picture: [
                      [0, 255],
                      [255, 0],
                    ],
                  },
                ],
              }),
            },
          },
          responses: {
            200: answer('a prediction for each picture', {
              $ref: '#/components/schemas/Predictions',
            }),
            ...problems,
          },
        },
      },
      '/v2': {
        get: {
          summary: 'the server, in the Open Inference Protocol',
          responses: { 200: answer('name, version, extensions', object) },
        },
      },
      '/v2/health/live': {
        get: { summary: 'does it run?', responses: { 200: answer('it does', object) } },
      },
      '/v2/health/ready': {
        get: {
          summary: 'does it take requests?',
          responses: { 200: answer('it does', object), 503: answer('it is stopping', object) },
        },
      },
      '/v2/models/{name}': {
        get: {
          summary: 'inputs and outputs',
          parameters: [name],
          responses: { 200: answer('tensors', object) },
        },
      },
      '/v2/models/{name}/ready': {
        get: {
          summary: 'is the model ready?',
          parameters: [name],
          responses: { 200: answer('it is', object) },
        },
      },
      '/v2/models/{name}/infer': {
        post: {
          summary:
            'numbers in, numbers out; FP32 or UINT8 (rows, height, width, channels), JSON or binary',
          parameters: [name],
          requestBody: { required: true, content: json(object) },
          responses: {
            200: answer('tensors', object),
            400: answer('{ error }', object),
            429: answer('{ error }', object),
          },
        },
      },
      '/metrics': {
        get: { summary: 'counters for Prometheus', responses: { 200: { description: 'text' } } },
      },
    },
    components: {
      ...(hasToken ? { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } } : {}),
      schemas: {
        Problem: {
          type: 'object',
          properties: {
            type: { type: 'string' },
            title: { type: 'string' },
            status: { type: 'integer' },
            detail: { type: 'string' },
          },
        },
        Predictions: {
          type: 'object',
          properties: {
            model: { type: 'string' },
            predictions: {
              type: 'array',
              items: {
                type: 'object',
                properties: {
                  answers: {
                    type: 'array',
                    items: {
                      type: 'object',
                      properties: { class: { type: 'string' }, probability: { type: 'number' } },
                    },
                  },
                  blank: { type: 'boolean' },
                  inverted: { type: 'boolean' },
                  distances: { type: ['array', 'null'], items: { type: 'number' } },
                  rejected: { type: ['string', 'null'] },
                  notes: { type: 'array', items: { type: 'string' } },
                },
              },
            },
          },
        },
      },
    },
  };
}
