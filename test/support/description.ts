import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { Api } from './api.ts';

export interface Parameter {
  name: string;
  in: string;
  required?: boolean;
  schema: Record<string, unknown>;
}

export interface Operation {
  operationId: string;
  summary: string;
  tags: string[];
  parameters?: Parameter[];
  requestBody?: { required: boolean; content: Record<string, { schema: object }> };
  responses: Record<string, { description: string; content?: Record<string, { schema: object }> }>;
  security?: object[];
}

/** What `/openapi.json` answers. */
export interface Description {
  openapi: string;
  info: { title: string; version: string };
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, object>; securitySchemes: Record<string, object> };
  security: object[];
}

export async function describedApi(api: Api): Promise<Description> {
  return (await api.call<Description>('GET', '/openapi.json', { key: null })).body;
}

/** Every operation under its name, `get /api/v2/classify`. */
export function operationsOf({ paths }: Description): [string, Operation][] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): [string, Operation] => [`${method} ${path}`, operation]),
  );
}

export function validatorOf(description: Description): Ajv2020 {
  const validator = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(validator);
  validator.addFormat('binary', true);
  return validator.addSchema({ $id: 'api', ...description });
}

/**
 * What is wrong with an answer by the description of its operation; null = nothing.
 *
 * @param name of the operation, `get /api/v2/classify`.
 */
export function mismatch(
  { description, validator }: { description: Description; validator: Ajv2020 },
  name: string,
  answer: { status: number; headers: Headers; text: string; body: unknown },
): string | null {
  const [method, template] = name.split(' ') as [string, string];
  const documented = description.paths[template]?.[method]?.responses[String(answer.status)];
  if (!documented) return `status ${answer.status} is not described: ${answer.text}`;
  const [type] = Object.keys(documented.content ?? {});
  if (type === undefined) return answer.text === '' ? null : `there should be no body: ${answer.text}`;
  const sent = answer.headers.get('content-type');
  if (!sent?.startsWith(type)) return `the content type is ${sent}, not ${type}`;
  if (type !== 'application/json') return null;
  // Compiled at its place in the description, because it refers to other schemas there.
  const place = `api#/paths/${pointer(template)}/${method}/responses/${answer.status}/content/${pointer(type)}/schema`;
  const conforms = validator.compile({ $ref: place });
  return conforms(answer.body) ? null : JSON.stringify(conforms.errors);
}

/** Part of a JSON pointer within a URI. */
const pointer = (part: string) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'));
