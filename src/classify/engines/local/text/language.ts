import { eld } from 'eld/extrasmall';

/** The languages whose words, stems and document types the engine knows. */
export const SUPPORTED_LANGUAGES = ['en', 'de', 'fr', 'es', 'it', 'pt', 'nl', 'pl'] as const;
export type LanguageCode = (typeof SUPPORTED_LANGUAGES)[number];

export interface Language {
  /** The language the text is read in: the detected one, or English where that is not supported or not certain. */
  code: LanguageCode;
  /** ISO 639-1 code of what was detected; null = too little text to tell. */
  detected: string | null;
  supported: boolean;
}

/** Enough to tell; more only costs time. */
const SAMPLE_CHARACTERS = 3_000;
/** Names, numbers and codes alone do not make a language. */
const MIN_LETTERS = 20;

/** Detects the language of a folded text by its letter sequences (eld, 60 languages). */
export function detectLanguage(text: string): Language {
  const sample = text.slice(0, SAMPLE_CHARACTERS);
  const letters = sample.match(/\p{L}/gu)?.length ?? 0;
  if (letters < MIN_LETTERS) return { code: 'en', detected: null, supported: true };
  const result = eld.detect(sample.toLowerCase());
  const detected = result.language;
  if (detected === '' || !result.isReliable()) return { code: 'en', detected: null, supported: true };
  return { code: supportedOr(detected), detected, supported: isSupported(detected) };
}

const isSupported = (code: string): code is LanguageCode => (SUPPORTED_LANGUAGES as readonly string[]).includes(code);
const supportedOr = (code: string): LanguageCode => (isSupported(code) ? code : 'en');
