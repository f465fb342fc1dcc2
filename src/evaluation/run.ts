import { z } from 'zod';
import { Rule } from '../domain/rules.ts';
import { type Answer, type Outcome, UNREADABLE } from './metrics.ts';

/** Raise when a saved run of today could not be read as one of tomorrow. */
const FORMAT = 'pigeonhole-eval-run-1';

/** A labelled document and what came of it. */
export const RunDocument = z.union([
  z.object({
    id: z.string(),
    label: z.string().nullable(),
    /** The answer; null = no rule fits. */
    type: z.string().nullable(),
    confidence: z.number().min(0).max(1),
    /** 1 − Σ of the rules' scores. */
    none_score: z.number(),
    /** Quotes the document. */
    reasoning: z.string(),
  }),
  z.object({
    id: z.string(),
    label: z.string().nullable(),
    /** Why it could not be read: `CODE: sentence`. */
    error: z.string(),
  }),
]);
export type RunDocument = z.infer<typeof RunDocument>;
export type AnsweredDocument = Extract<RunDocument, { type: string | null }>;
export type UnreadableDocument = Extract<RunDocument, { error: string }>;

/** All that an evaluation found, in the form in which `--save` keeps it. */
export const Run = z.object({
  format: z.literal(FORMAT),
  /** ISO 8601, UTC. */
  started_at: z.string(),
  seconds: z.number(),
  /** What was run, for people: the names of the set and the rules file. */
  set: z.string(),
  rules_file: z.string(),
  /** Labelled examples that the engine was given with every document; null = none. */
  examples_file: z.string().nullable().default(null),
  engine: z.string(),
  rules: z.array(Rule),
  documents: z.array(RunDocument),
});
export type Run = z.infer<typeof Run>;

export function newRun(run: Omit<Run, 'format'>): Run {
  return { format: FORMAT, ...run };
}

export function isAnswered(document: RunDocument): document is AnsweredDocument {
  return 'type' in document;
}

export function answerOf(document: RunDocument): Answer {
  return isAnswered(document) ? document.type : UNREADABLE;
}

/** The run as `measure` wants it. */
export function outcomesOf({ documents }: Pick<Run, 'documents'>): Outcome[] {
  return documents.map((document) =>
    isAnswered(document)
      ? {
          label: document.label,
          predicted: document.type,
          confidence: document.confidence,
          noneScore: document.none_score,
        }
      : { label: document.label, unreadable: true },
  );
}

/** Answers that are not the label, the most certain first. */
export function mistakesOf({ documents }: Pick<Run, 'documents'>): AnsweredDocument[] {
  return documents
    .filter(isAnswered)
    .filter(({ type, label }) => type !== label)
    .sort((a, b) => b.confidence - a.confidence);
}

export function unreadableOf({ documents }: Pick<Run, 'documents'>): UnreadableDocument[] {
  return documents.filter((document): document is UnreadableDocument => !isAnswered(document));
}
