import packageJson from '../package.json' with { type: 'json' };

/** The version of Pigeonhole. */
export const VERSION: string = packageJson.version;
