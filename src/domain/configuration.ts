import { z } from 'zod';
import { ClassifyConfiguration, type Rule } from './rules.ts';
import { boundedText, DateTime } from './text.ts';

/** Characters of JSON that the parameters of one configuration may have; 500 rules with examples take less. */
const MAX_PARAMETERS_CHARACTERS = 1_000_000;

export const PRODUCT_TYPES = [
  'classify_v2',
  'extract_v2',
  'parse_v2',
  'split_v1',
  'spreadsheet_v1',
  'unknown',
] as const;
export const ProductType = z.enum(PRODUCT_TYPES).meta({ id: 'ProductType' });
export type ProductType = z.infer<typeof ProductType>;

const MAX_EXAMPLES = 200;

/** A document with its label, for jobs to learn from. */
export const ConfigurationExample = z
  .object({
    file_id: boundedText({ min: 1, max: 200 }).nullish(),
    parse_job_id: boundedText({ min: 1, max: 200 }).nullish(),
    type: boundedText({ max: 50 }).nullable().describe('One of the types of the rules; null = no rule fits.'),
  })
  .refine(({ file_id, parse_job_id }) => !file_id !== !parse_job_id, {
    error: 'exactly one of file_id and parse_job_id is required',
  })
  .meta({ id: 'ClassifyExample' });
export type ConfigurationExample = z.infer<typeof ConfigurationExample>;

/** Parameters of a classify configuration: what a job would carry as its `configuration`, and examples. */
export const ClassifyParameters = z
  .object({
    product_type: z.literal('classify_v2'),
    ...ClassifyConfiguration.shape,
    examples: z
      .array(ConfigurationExample)
      .max(MAX_EXAMPLES)
      .optional()
      .describe('Labelled documents of the project, which jobs learn from. An extension of Pigeonhole.'),
  })
  .refine(({ rules, examples = [] }) => examples.every(({ type }) => type === null || hasType(rules, type)), {
    error: 'the type of an example should be null or the type of one of the rules',
    path: ['examples'],
  })
  .meta({ id: 'ClassifyParameters' });

function hasType(rules: readonly Rule[], wanted: string): boolean {
  return rules.some(({ type }) => type === wanted);
}

/** Parameters of other products are kept as they came: whoever reads them checks them. */
const OtherParameters = z
  .looseObject({ product_type: z.enum(PRODUCT_TYPES.filter((type) => type !== 'classify_v2')) })
  .meta({ id: 'OtherParameters' });

export const ConfigurationParameters = z
  .discriminatedUnion('product_type', [ClassifyParameters, OtherParameters], {
    error: (issue) =>
      issue.code === 'invalid_union' ? `product_type should be one of ${PRODUCT_TYPES.join(', ')}` : undefined,
  })
  .refine((parameters) => JSON.stringify(parameters).length <= MAX_PARAMETERS_CHARACTERS, {
    error: `parameters should have at most ${MAX_PARAMETERS_CHARACTERS} characters as JSON`,
  });
export type ConfigurationParameters = z.infer<typeof ConfigurationParameters>;

export const ConfigurationName = boundedText({ min: 1, max: 255 }).describe(
  'Unique among the configurations of the project for the same product.',
);

/** Parameters saved under a name, to create jobs with. */
export const Configuration = z
  .object({
    id: z.string().describe('`cfg-` and a UUID.'),
    name: z.string(),
    product_type: ProductType,
    version: z.string().describe('When these parameters were saved. Every change makes a new version.'),
    parameters: ConfigurationParameters,
    created_at: DateTime,
    updated_at: DateTime,
  })
  .meta({ id: 'Configuration' });
export type Configuration = z.infer<typeof Configuration>;
