import type { ReadLimits } from './read-document.ts';

/** Raise it when a change in this folder makes a document read differently. */
const REVISION = 3;

/** The libraries that turn documents into text, in the versions this code was made with. A test compares them. */
export const LIBRARIES: Readonly<Record<string, string>> = {
  '@e965/xlsx': '0.20.3',
  '@kenjiuno/msgreader': '1.28.0',
  '@llamaindex/liteparse': '2.14.7',
  '@tesseract.js-data/eng': '1.0.0',
  chardet: '2.2.0',
  'file-type': '22.3.0',
  htmlparser2: '10.1.0',
  officeparser: '8.1.1',
  'postal-mime': '4.0.0',
  saxes: '6.0.0',
  'word-extractor': '1.0.4',
  yauzl: '3.4.0',
};

/** Names everything that decides what text a document gives. */
export function parserVersion({ maxOutputBytes }: Pick<ReadLimits, 'maxOutputBytes'>): string {
  return [REVISION, ...Object.values(LIBRARIES), maxOutputBytes].join('-');
}
