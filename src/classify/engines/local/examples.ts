import { dot, largest, unit, weightedSum } from './vector.ts';

/** A labelled document as the engine sees it: its encoder vector without the background's mean; null = no rule fits. */
export interface ReadExample {
  type: string | null;
  direction: Float32Array;
}

/** What examples say about a document. */
export interface Likeness {
  /** What is added to the score of each type, in the order of the types: above 0 speaks for it. */
  scores: number[];
  /** What is added to the logit of "no rule fits". */
  none: number;
  /** For each label with examples, those of the types first: how many, and how many of them the document is like. */
  labels: { type: string | null; count: number; alike: number }[];
}

/** Measured on sets of documents with 1 to 10 examples a type, and with examples for some types only. */
export const EXAMPLE_WEIGHTS = {
  /** Of the cosine with the direction of all examples of a type together. */
  centre: 6.4,
  /** Of the cosine with the most similar example. */
  nearest: 2.4,
  /** Added for a document that is all but the same as an example. */
  twin: 12,
  /** A cosine that speaks neither for nor against a type. */
  neutral: 0.3,
  /** What the neutral cosine is higher by when hardly any type has examples to compare with. */
  lonely: 0.1,
  /** Of what the examples for "no rule fits" have over those of the best type, in the logit of that … */
  none: 1,
  /** … and of what the best type's examples take off that logit where there are none for it. */
  fit: 2,
};

/** Two documents with a higher cosine than this are variants of one. */
const TWIN_COSINE = 0.95;
/** Words from which on the encoder's vector of a document says all it can. */
const FULL_WORDS = 40;
/** Weight of a single example, and what each doubling adds, up to 1. */
const FIRST_EXAMPLE = 0.7;
const DOUBLING = 0.1;

/** Kinship from which on two rules begin to mean something similar, and from which on they mean kinds of one thing. */
const STRANGERS = 0.15;
const SIBLINGS = 0.35;

/**
 * For each type that has examples: min(1, .7 + .1·log2 examples)·(6.4·(cos(document, their centre) − neutral) +
 * 2.4·(cos(document, the most similar) − neutral)), damped for short texts, and more for a twin of an example. Being unlike
 * the examples of a type counts only as far as other types have examples too, and being unlike all examples does not make
 * "no rule fits" likelier: only examples of that do.
 *
 * A type without examples gets what a kindred type gets, without what only twins get: who has labelled contracts and no
 * confidentiality agreements has shown what both look like, and not how they differ.
 *
 * @param kinship of two types, by their places: the cosine of what their rules mean.
 */
export function likenessOf(
  document: { direction: Float32Array; wordCount: number },
  examples: readonly ReadExample[],
  types: readonly string[],
  kinship: (one: number, other: number) => number,
  weights = EXAMPLE_WEIGHTS,
): Likeness {
  const byLabel = Map.groupBy(examples, ({ type }) => type);
  const labelled = types.filter((type) => byLabel.has(type)).length / Math.max(1, types.length);
  const neutral = weights.neutral + weights.lonely * (1 - labelled);
  const certainty = Math.min(1, document.wordCount / FULL_WORDS);
  const likeness = (label: string | null): { general: number; twin: number } => {
    const directions = byLabel.get(label)!.map(({ direction }) => direction);
    const centre = unit(weightedSum(directions, document.direction.length));
    const nearest = Math.max(...directions.map((direction) => dot(document.direction, direction)));
    const weight = Math.min(1, FIRST_EXAMPLE + DOUBLING * Math.log2(directions.length));
    const general =
      weights.centre * (dot(document.direction, centre) - neutral) + weights.nearest * (nearest - neutral);
    return {
      general: certainty * weight * general,
      twin: (weights.twin * Math.max(0, nearest - TWIN_COSINE)) / (1 - TWIN_COSINE),
    };
  };
  const total = ({ general, twin }: { general: number; twin: number }) => general + twin;
  const likenesses = types.map((type) => (byLabel.has(type) ? likeness(type) : null));
  const borrowed = (type: number): number =>
    largest(
      likenesses.map((own, other) =>
        own === null || own.general <= 0 ? 0 : own.general * closeness(kinship(type, other)),
      ),
    );
  const scores = likenesses.map((own, type) => {
    if (own === null) return borrowed(type);
    const score = total(own);
    return score < 0 ? score * labelled : score;
  });
  const best = Math.max(...scores);
  const fit = Math.max(0, best);
  const labels = [...types, null].flatMap((type) => {
    const own = byLabel.get(type) ?? [];
    const alike = own.filter(({ direction }) => dot(document.direction, direction) > neutral).length;
    return own.length === 0 ? [] : [{ type, count: own.length, alike }];
  });
  return {
    labels,
    scores: best < 0 ? scores.map((score) => score - best) : scores,
    none: byLabel.has(null) ? weights.none * (total(likeness(null)) - fit) : -weights.fit * fit,
  };
}

/** A kinship as a share: 0 for strangers, 1 for siblings. */
function closeness(kinship: number): number {
  return Math.max(0, Math.min(1, (kinship - STRANGERS) / (SIBLINGS - STRANGERS)));
}
