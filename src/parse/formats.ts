import type { Format } from './format.ts';
import { docx } from './formats/docx.ts';
import { eml } from './formats/eml.ts';
import { html } from './formats/html.ts';
import { image } from './formats/image.ts';
import { odf } from './formats/odf.ts';
import { office } from './formats/office.ts';
import { pdf } from './formats/pdf.ts';
import { pptx } from './formats/pptx.ts';
import { text } from './formats/text.ts';

/** Every way to read a document. No two read the same kind. */
export const FORMATS: readonly Format[] = [pdf, image, docx, pptx, odf, office, html, eml, text];
