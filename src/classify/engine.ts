import type { PageText } from '../domain/document.ts';
import type { Rule } from '../domain/rules.ts';

/** A verbatim quote from the document that speaks for a type. */
export interface Evidence {
  /** 1-based page the quote stands on. */
  page: number;
  /** Copied from the page's text, white space folded, at most 160 characters. */
  quote: string;
  /** Where the quote begins in the page's text, in UTF-16 code units. */
  start: number;
  /** Where it ends (exclusive). */
  end: number;
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
}

/** Decides which rule a document fits. Implementations are deterministic: same pages and rules, same answer. */
export interface Engine {
  /** Names the algorithm and every input that can change an answer (weights, lexicon, encoder). Stored with results. */
  readonly version: string;
  /**
   * @param pages at least one page with text; the caller has turned a document without text into an error.
   * @param rules 1..500 rules with unique types.
   * @throws AppError `INTERNAL_ERROR` (retryable) when the engine itself fails; the abort reason when `signal` aborts.
   */
  classify(
    pages: readonly PageText[],
    rules: readonly Rule[],
    options?: { signal?: AbortSignal },
  ): Promise<Classification>;
  /** Loads what the first document would otherwise wait for. Calling it is optional. */
  warmUp(): Promise<void>;
  close(): Promise<void>;
}
