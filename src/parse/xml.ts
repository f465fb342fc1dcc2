import { SaxesParser } from 'saxes';
import { AppError } from '../errors.ts';

/** Elements inside each other. Office software nests a few dozen. */
const MAX_DEPTH = 1000;

/** An element as it is opened. */
export interface XmlElement {
  /** Name without its namespace prefix: prefixes are the author's choice, and no two elements we read differ only there. */
  name: string;
  /** Value of an attribute, by its name without prefix. */
  attribute(name: string): string | undefined;
}

export interface XmlHandlers {
  open?(element: XmlElement): void;
  /** Text or CDATA. May come in pieces. */
  text?(text: string): void;
  close?(name: string): void;
}

/**
 * Reads XML as it arrives, holding none of it. Entities of the document are not expanded and nothing outside it is
 * fetched, so neither can be used for harm.
 *
 * @throws AppError DOCUMENT_TOO_LARGE when elements are nested too deeply; an error without a code when it is not
 *   well-formed.
 */
export async function readXml(chunks: AsyncIterable<Buffer>, handlers: XmlHandlers): Promise<void> {
  const parser = new SaxesParser({ xmlns: false });
  let depth = 0;
  parser.on('opentag', ({ name, attributes }) => {
    if (++depth > MAX_DEPTH) {
      throw new AppError('DOCUMENT_TOO_LARGE', `The document nests more than ${MAX_DEPTH} elements.`);
    }
    handlers.open?.({ name: localName(name), attribute: (wanted) => attributeOf(attributes, wanted) });
  });
  parser.on('text', (text) => handlers.text?.(text));
  parser.on('cdata', (text) => handlers.text?.(text));
  parser.on('closetag', ({ name }) => {
    depth--;
    handlers.close?.(localName(name));
  });
  parser.on('error', (error) => {
    throw error;
  });

  let decoder: InstanceType<typeof TextDecoder> | null = null;
  for await (const chunk of chunks) {
    decoder ??= new TextDecoder(encodingOf(chunk));
    parser.write(decoder.decode(chunk, { stream: true }));
  }
  parser.close();
}

/** Office parts are UTF-8 or, with a mark, UTF-16. */
function encodingOf(start: Buffer): string {
  if (start[0] === 0xff && start[1] === 0xfe) return 'utf-16le';
  if (start[0] === 0xfe && start[1] === 0xff) return 'utf-16be';
  return 'utf-8';
}

function attributeOf(attributes: Record<string, string>, wanted: string): string | undefined {
  if (Object.hasOwn(attributes, wanted)) return attributes[wanted];
  for (const name in attributes) if (localName(name) === wanted) return attributes[name];
  return undefined;
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}
