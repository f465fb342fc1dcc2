import { loadLexicon } from '../../src/classify/engines/local/lexicon/lexicon.ts';
import { temporaryDirectory } from '../support/server.ts';

/** Compiled from the files as they are now, whatever an earlier run has left in a cache. */
export const LEXICON = await loadLexicon({ cacheDir: await temporaryDirectory() });
