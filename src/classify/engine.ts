import type { PageText } from '../domain/document.ts';
import type { Rule } from '../domain/rules.ts';

/** A verbatim quote from the document that speaks for a type. */
export interface Evidence {
  /** 1-based page the quote stands on. */
  page: number;
  /** Copied from the page's text, white space folded, at most 90 characters. */
  quote: string;
  /** Where the quote begins in the page's text, in UTF-16 code units. */
  start: number;
  /** Where it ends (exclusive). */
  end: number;
}

/**
 * What an engine has made of a document without looking at rules, to be given back with the same pages: then other rules
 * cost the rules' work only. Opaque bytes, tens of KB, without text. Good for the engine's own version alone; any other
 * bytes are as good as none.
 */
export type Gist = Uint8Array;

/** A document somebody has labelled. */
export interface Example {
  /** One of the rules' types, or null: no rule fits. Examples of other types are not looked at. */
  type: string | null;
  pages: readonly PageText[];
  gist?: Gist | null | undefined;
}

/** Gists that one call had to make; null where the one it was given was good, or none was needed. */
export interface NewGists {
  document: Gist | null;
  /** In the order of the examples. */
  examples: readonly (Gist | null)[];
}

/** The answer of an engine for one document. */
export interface Classification {
  /** One of the rules' types, or null when none fits. */
  type: string | null;
  /** Probability that `type` is right, 0..1; for null, that indeed no rule fits. */
  confidence: number;
  /** One or two plain sentences with quotes from the document. */
  reasoning: string;
  /** Score of every rule, 0..1, in the order of the rules. */
  scores: { type: string; score: number }[];
  evidence: Evidence[];
  /** Probability that no rule fits; also when a catch-all rule such as "other" stands for that. */
  none: number;
  /** ISO 639-1 code of the document's language, null when there is too little text to tell; can the engine read it? */
  language: { code: string | null; supported: boolean };
  /** The next best of the describing rules, or the best when none fits; null for a single rule that fits. */
  nearest: {
    type: string;
    score: number;
    /** Phrases of its description that the document does not have, in the rule's words. */
    missing: string[];
  } | null;
  /** Demands of the rules ("total above 10,000") and whether the document meets them. */
  checks: { type: string; requirement: string; met: boolean; quote: string | null }[];
  /** For each label with examples: how many were looked at, and how many of them the document is like. */
  examples: { type: string | null; count: number; alike: number }[];
}

/** Decides which rule a document fits. Implementations are deterministic: same pages, rules and examples, same answer, with gists or without. */
export interface Engine {
  /** Names the algorithm and every input that can change an answer (weights, lexicon, encoder). Stored with results. */
  readonly version: string;
  /**
   * @param pages at least one page with text; the caller has turned a document without text into an error.
   * @param rules 1..500 rules with unique types.
   * @param options.noneThreshold no rule fits when the probability of that is above this, 0..1. Default: the engine's.
   * @param options.examples labelled documents; those that the document is like speak for their labels. Default: none.
   * @param options.gist what an earlier call has made of these pages. Default: it is made anew.
   * @param options.onGists gets what is worth keeping for later calls; the answer waits until it is done.
   * @throws AppError `INTERNAL_ERROR` (retryable) when the engine itself fails; the abort reason when `signal` aborts.
   */
  classify(
    pages: readonly PageText[],
    rules: readonly Rule[],
    options?: {
      signal?: AbortSignal;
      noneThreshold?: number | undefined;
      examples?: readonly Example[] | undefined;
      gist?: Gist | null | undefined;
      onGists?: ((gists: NewGists) => void | Promise<void>) | undefined;
    },
  ): Promise<Classification>;
  /** Loads what the first document would otherwise wait for. Calling it is optional. */
  warmUp(): Promise<void>;
  /** Calls that are being answered are answered; those that wait, or whose rules are new, reject with a retryable error. */
  close(): Promise<void>;
}
