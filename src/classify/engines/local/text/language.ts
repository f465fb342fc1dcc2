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

/** What a text is read as that is too short to tell. */
export const UNCERTAIN_LANGUAGE: Language = { code: 'en', detected: null, supported: true };
