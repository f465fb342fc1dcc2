import { z } from 'zod';
import { ClassifyConfiguration } from './rules.ts';
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

/** Parameters of a classify configuration: what a job would carry as its `configuration`. */
export const ClassifyParameters = z
  .object({ product_type: z.literal('classify_v2'), ...ClassifyConfiguration.shape })
  .meta({ id: 'ClassifyParameters' });

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
