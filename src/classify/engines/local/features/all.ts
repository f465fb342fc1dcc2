import type { ReadDocument } from '../document-reader.ts';
import type { RankerFeatures } from '../ranker.ts';
import type { CompiledRule, CompiledRules } from '../rule-compiler.ts';
import { cueCoverage, distinctCoverage, headCoverage, nameInHead, negatedStems } from './coverage.ts';
import { lexiconScore, negatedType } from './lexicon.ts';
import {
  centredMeaning,
  centredMeaningBestChunk,
  cueMeaning,
  cueMeaningBestChunk,
  headMeaning,
  meaning,
  meaningBestChunk,
  nameMeaning,
  nameMeaningHead,
} from './meaning.ts';
import { topicScore } from './topics.ts';
import { centroidCosine, nearSynonyms, softCoverage } from './word-similarity.ts';

const MIN_Z = -4;
const MAX_Z = 6;

/** Everything a rule's score is made of, for one document and the set of rules it is asked with. */
export function rankerFeatures(document: ReadDocument, rule: CompiledRule, set: CompiledRules): RankerFeatures {
  const { words, hits } = document;
  return {
    headCoverage: headCoverage(words, rule),
    nameInHead: nameInHead(words, rule),
    cueCoverage: cueCoverage(words, rule),
    distinctCoverage: distinctCoverage(words, rule, set.stemRarity),
    centroidCosine: centroidCosine(words, rule),
    nearSynonyms: nearSynonyms(rule, hits),
    softCoverageZ: zScore(softCoverage(words, rule, hits), rule.backgroundSoftCoverage),
    meaning: meaning(document.meaning, rule.meaning),
    meaningBestChunk: meaningBestChunk(document.meaning, rule.meaning),
    centredMeaning: centredMeaning(document.meaning, rule.meaning),
    centredMeaningBestChunk: centredMeaningBestChunk(document.meaning, rule.meaning),
    headMeaning: headMeaning(document.meaning, rule.meaning),
    nameMeaning: nameMeaning(document.meaning, rule.meaning),
    nameMeaningHead: nameMeaningHead(document.meaning, rule.meaning),
    cueMeaning: cueMeaning(document.meaning, rule.meaning),
    cueMeaningBestChunk: cueMeaningBestChunk(document.meaning, rule.meaning),
    gatedLexicon: set.typeGate * lexiconScore(document.lexicon, rule),
    gatedTopics: set.topicGate * topicScore(document.topics, rule, set),
    negatedType: negatedType(document.lexicon, rule),
    negatedStems: negatedStems(words, rule),
  };
}

/** How many deviations a value is above what unrelated texts have, between −4 and 6. */
function zScore(value: number, { mean, deviation }: { mean: number; deviation: number }): number {
  return Math.max(MIN_Z, Math.min(MAX_Z, (value - mean) / deviation));
}
