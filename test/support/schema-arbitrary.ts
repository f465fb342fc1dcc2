import fc from 'fast-check';

/** A JSON schema as OpenAPI 3.1 has them. */
export type Schema = Record<string, unknown>;

/** What the arbitraries of a description draw on. */
export interface Drawing {
  /** `#/components/schemas/…` */
  components: Record<string, Schema>;
  /** Strings that mean something to the server, such as ids of what exists; drawn for strings without a form of their own. */
  words: readonly string[];
}

/** How deep values may be nested before optional parts are left out. */
const MAX_DEPTH = 6;

/** Values that fit a schema (as far as the schema says: what only the server knows may still be refused). */
export function valid(schema: Schema, drawing: Drawing, depth = 0): fc.Arbitrary<unknown> {
  if (typeof schema.$ref === 'string') {
    return valid(drawing.components[schema.$ref.split('/').at(-1)!]!, drawing, depth);
  }
  if ('const' in schema) return fc.constant(schema.const);
  if (Array.isArray(schema.enum)) return fc.constantFrom(...schema.enum);
  for (const choice of [schema.anyOf, schema.oneOf]) {
    if (Array.isArray(choice)) return fc.oneof(...choice.map((each: Schema) => valid(each, drawing, depth)));
  }
  if (Array.isArray(schema.allOf)) {
    return fc
      .tuple(...schema.allOf.map((each: Schema) => valid(each, drawing, depth)))
      .map((parts) => Object.assign({}, ...(parts as object[])));
  }
  if (Array.isArray(schema.type)) {
    return fc.oneof(...schema.type.map((type: string) => valid({ ...schema, type }, drawing, depth)));
  }
  switch (schema.type) {
    case 'null':
      return fc.constant(null);
    case 'boolean':
      return fc.boolean();
    case 'integer':
    case 'number':
      return numbers(schema);
    case 'string':
      return strings(schema, drawing.words);
    case 'array':
      return arrays(schema, drawing, depth);
    case 'object':
      return objects(schema, drawing, depth);
    default:
      return fc.jsonValue({ maxDepth: 2 });
  }
}

/** Values that mostly do not fit: one part of a fitting value exchanged, or something else altogether. */
export function invalid(schema: Schema, drawing: Drawing): fc.Arbitrary<unknown> {
  const strange = fc.oneof(
    fc.jsonValue({ maxDepth: 3 }),
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.constantFrom(...drawing.words, '', '\u0000', '../../x', '1e400', -1, 0, 1e300, true, [], {}, [[]], null),
  );
  return fc.oneof(
    { weight: 1, arbitrary: strange },
    {
      weight: 3,
      arbitrary: fc
        .tuple(valid(schema, drawing), fc.nat(), strange)
        .map(([value, at, other]) => exchange(value, at, other)),
    },
  );
}

/** `value` with one of its parts, counted from outside in, replaced by `other`; never changes `value` itself. */
function exchange(value: unknown, at: number, other: unknown): unknown {
  const copy = structuredClone(value);
  const places: (() => void)[] = [];
  const visit = (part: unknown) => {
    if (part === null || typeof part !== 'object') return;
    for (const key of Object.keys(part)) {
      places.push(() => {
        (part as Record<string, unknown>)[key] = other;
      });
      visit((part as Record<string, unknown>)[key]);
    }
  };
  visit(copy);
  if (places.length === 0) return other;
  places[at % places.length]!();
  return copy;
}

function numbers(schema: Schema): fc.Arbitrary<number> {
  const above = schema.exclusiveMinimum as number | undefined;
  const min = (schema.minimum as number | undefined) ?? (above === undefined ? -1000 : above + 1);
  const max = Math.min((schema.maximum as number | undefined) ?? min + 2000, min + 1_000_000);
  return schema.type === 'integer'
    ? fc.integer({ min: Math.ceil(min), max: Math.floor(max) })
    : fc.double({ min, max, noNaN: true });
}

function strings(schema: Schema, words: readonly string[]): fc.Arbitrary<unknown> {
  switch (schema.format) {
    case 'binary':
      return fc.uint8Array({ maxLength: 2_000 }).map((bytes) => new Blob([bytes]));
    case 'date-time':
      return fc
        .date({ min: new Date('2000-01-01'), max: new Date('2100-01-01'), noInvalidDate: true })
        .map((date) => date.toISOString());
    case 'uuid':
      return fc.uuid();
    // Nothing listens there, and no test may look up names or reach for other machines.
    case 'uri':
      return fc.constantFrom('http://127.0.0.1:9/', 'http://127.0.0.1:9/document.pdf?a=b');
  }
  if (typeof schema.pattern === 'string') {
    if (schema.pattern.includes('http')) return fc.constant('http://127.0.0.1:9/');
    return fc.stringMatching(new RegExp(schema.pattern));
  }
  const minLength = (schema.minLength as number | undefined) ?? 0;
  const maxLength = Math.min((schema.maxLength as number | undefined) ?? 40, minLength + 40);
  const fitting = words.filter((word) => word.length >= minLength && word.length <= maxLength);
  // Letters and digits fit every charset the API asks for.
  const letters = fc.string({ unit: fc.constantFrom(...'abcdefgxyz XYZ0123456789-_'), minLength, maxLength });
  return fitting.length > 0 ? fc.oneof(letters, fc.constantFrom(...fitting)) : letters;
}

function arrays(schema: Schema, drawing: Drawing, depth: number): fc.Arbitrary<unknown[]> {
  const minLength = (schema.minItems as number | undefined) ?? 0;
  const maxLength = Math.max(minLength, Math.min((schema.maxItems as number | undefined) ?? 3, 3));
  if (depth >= MAX_DEPTH && minLength === 0) return fc.constant([]);
  return fc.array(valid((schema.items as Schema | undefined) ?? {}, drawing, depth + 1), { minLength, maxLength });
}

function objects(schema: Schema, drawing: Drawing, depth: number): fc.Arbitrary<object> {
  const required = new Set((schema.required as string[] | undefined) ?? []);
  const properties = Object.entries((schema.properties as Record<string, Schema> | undefined) ?? {}).filter(
    ([name]) => depth < MAX_DEPTH || required.has(name),
  );
  if (properties.length === 0) {
    const values = schema.additionalProperties;
    return values && typeof values === 'object'
      ? fc.dictionary(fc.constantFrom('a', 'x-b', 'c'), valid(values as Schema, drawing, depth + 1), { maxKeys: 2 })
      : fc.constant({});
  }
  return fc.record(Object.fromEntries(properties.map(([name, each]) => [name, valid(each, drawing, depth + 1)])), {
    requiredKeys: properties.map(([name]) => name).filter((name) => required.has(name)),
  });
}
