import { type Difference, pairedBootstrap } from './bootstrap.ts';
import { answerOf, type Run, type RunDocument } from './run.ts';

/** A document that the two runs answer differently. */
export interface Change {
  id: string;
  /** Its label in the run after. */
  label: string | null;
  before: RunDocument;
  after: RunDocument;
}

export interface Comparison {
  /** Documents in both runs; everything below is about these. */
  documents: number;
  onlyBefore: number;
  onlyAfter: number;
  /** Documents whose label was another one before. Both answers are judged by the label of now. */
  relabelled: number;
  /** Wrong or unreadable before, right now. */
  fixed: Change[];
  /** Right before, wrong or unreadable now. */
  broken: Change[];
  /** Wrong both times, with different answers. */
  stillWrong: Change[];
  accuracy: Difference;
  macroF1: Difference;
}

interface Pair {
  before: RunDocument;
  after: RunDocument;
}

/** Answers of the same documents in an earlier run and a later one. Documents are the same when their ids are. */
export function compareRuns(before: Run, after: Run): Comparison {
  const pairs = pairDocuments(before.documents, after.documents);
  const changes = pairs.filter((pair) => answerOf(pair.before) !== answerOf(pair.after));
  const listed = (wasRight: boolean, isRightNow: boolean): Change[] =>
    changes
      .filter((pair) => isRight(pair.before, pair) === wasRight && isRight(pair.after, pair) === isRightNow)
      .map((pair) => ({ id: pair.after.id, label: pair.after.label, ...pair }));
  return {
    documents: pairs.length,
    onlyBefore: before.documents.length - pairs.length,
    onlyAfter: after.documents.length - pairs.length,
    relabelled: pairs.filter((pair) => pair.before.label !== pair.after.label).length,
    fixed: listed(false, true),
    broken: listed(true, false),
    stillWrong: listed(false, false),
    ...pairedBootstrap(
      pairs.map((pair) => [{ label: pair.after.label, before: answerOf(pair.before), after: answerOf(pair.after) }]),
    ),
  };
}

/** Ids may repeat: the first of an id belongs to the first of it in the other run, the second to the second. */
function pairDocuments(before: readonly RunDocument[], after: readonly RunDocument[]): Pair[] {
  const earlier = new Map<string, RunDocument[]>();
  for (const document of before) {
    const same = earlier.get(document.id);
    if (same === undefined) earlier.set(document.id, [document]);
    else same.push(document);
  }
  const taken = new Map<string, number>();
  return after.flatMap((document) => {
    const position = taken.get(document.id) ?? 0;
    taken.set(document.id, position + 1);
    const match = earlier.get(document.id)?.[position];
    return match === undefined ? [] : [{ before: match, after: document }];
  });
}

function isRight(document: RunDocument, { after }: Pair): boolean {
  return answerOf(document) === after.label;
}
