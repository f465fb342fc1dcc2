/** Markup that is safe to put into a page. */
export class Html {
  readonly markup: string;

  constructor(markup: string) {
    this.markup = markup;
  }

  toString(): string {
    return this.markup;
  }
}

type Content = Html | string | number | null | readonly Content[];

/** Markup from a template: everything put into it is escaped, unless it was made by this function itself. */
export function html(parts: TemplateStringsArray, ...contents: Content[]): Html {
  return new Html(parts.map((part, at) => part + (at < contents.length ? markupOf(contents[at]!) : '')).join(''));
}

function markupOf(content: Content): string {
  if (content === null) return '';
  if (content instanceof Html) return content.markup;
  if (typeof content === 'object') return content.map(markupOf).join('');
  return escapeHtml(String(content));
}

/** Text for HTML content and quoted attributes. Control characters, which HTML cannot hold, are dropped. */
export function escapeHtml(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  return text
    .replace(/[^\P{Cc}\n\t]/gu, '')
    .toWellFormed()
    .replace(/[&<>"']/g, (character) => entities[character]!);
}
