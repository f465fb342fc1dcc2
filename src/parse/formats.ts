import type { Format } from './format.ts';
import { doc } from './formats/doc.ts';
import { docx } from './formats/docx.ts';
import { eml } from './formats/eml.ts';
import { epub } from './formats/epub.ts';
import { excel } from './formats/excel.ts';
import { html } from './formats/html.ts';
import { image } from './formats/image.ts';
import { msg } from './formats/msg.ts';
import { odf } from './formats/odf.ts';
import { pdf } from './formats/pdf.ts';
import { pptx } from './formats/pptx.ts';
import { rtf } from './formats/rtf.ts';
import { text } from './formats/text.ts';

/** Every way to read a document. No two read the same kind. */
export const FORMATS: readonly Format[] = [
  ...[pdf, image, docx, pptx, excel, odf, doc, rtf, epub],
  ...[html, eml, msg, text],
];
