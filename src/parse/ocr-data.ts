import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { AppError } from '../errors.ts';

const unzip = promisify(gunzip);
const require = createRequire(import.meta.url);

/** ISO 639-1 → the name of tesseract's data. Codes that are missing here are tried as tesseract names (`deu`). */
const TESSERACT_NAMES: Readonly<Record<string, string>> = {
  ...{ af: 'afr', am: 'amh', ar: 'ara', as: 'asm', az: 'aze', be: 'bel', bg: 'bul', bn: 'ben', bo: 'bod', bs: 'bos' },
  ...{ ca: 'cat', cs: 'ces', cy: 'cym', da: 'dan', de: 'deu', el: 'ell', en: 'eng', eo: 'epo', es: 'spa', et: 'est' },
  ...{ eu: 'eus', fa: 'fas', fi: 'fin', fr: 'fra', ga: 'gle', gl: 'glg', gu: 'guj', he: 'heb', hi: 'hin', hr: 'hrv' },
  ...{ ht: 'hat', hu: 'hun', hy: 'hye', id: 'ind', is: 'isl', it: 'ita', ja: 'jpn', ka: 'kat', kk: 'kaz', km: 'khm' },
  ...{ kn: 'kan', ko: 'kor', ku: 'kur', ky: 'kir', la: 'lat', lb: 'ltz', lo: 'lao', lt: 'lit', lv: 'lav', mi: 'mri' },
  ...{ mk: 'mkd', ml: 'mal', mn: 'mon', mr: 'mar', ms: 'msa', mt: 'mlt', my: 'mya', ne: 'nep', nl: 'nld', no: 'nor' },
  ...{ nb: 'nor', nn: 'nor', oc: 'oci', or: 'ori', pa: 'pan', pl: 'pol', ps: 'pus', pt: 'por', ro: 'ron', ru: 'rus' },
  ...{ sa: 'san', sd: 'snd', si: 'sin', sk: 'slk', sl: 'slv', sq: 'sqi', sr: 'srp', sv: 'swe', sw: 'swa', ta: 'tam' },
  ...{ te: 'tel', tg: 'tgk', th: 'tha', tl: 'tgl', tr: 'tur', ug: 'uig', uk: 'ukr', ur: 'urd', uz: 'uzb', vi: 'vie' },
  ...{ yi: 'yid', yo: 'yor', zh: 'chi_sim' },
};

/**
 * Makes the OCR data of a language available in `folder` as `<language>.traineddata` and returns the language's
 * tesseract name. A file that is already there is used, so an operator may put one there; otherwise it is unpacked
 * from the installed npm package `@tesseract.js-data/<language>`. Several processes may do this at once: the file
 * appears whole or not at all. The network is never used.
 *
 * @param lang ISO 639-1 code; a region is ignored (`pt-BR`).
 * @throws AppError OCR_UNAVAILABLE when there is neither file nor package; INTERNAL_ERROR when the folder cannot be written.
 */
export async function placeOcrData(lang: string, folder: string): Promise<string> {
  const code = lang.toLowerCase().split(/[-_]/)[0] ?? '';
  const language = TESSERACT_NAMES[code] ?? (/^[a-z]{3}$/.test(code) ? code : null);
  if (language === null) {
    throw new AppError(
      'OCR_UNAVAILABLE',
      `The document has scanned pages, and there is no OCR data for the language "${lang}".`,
    );
  }
  const target = join(folder, `${language}.traineddata`);
  if (existsSync(target)) return language;

  const packed = packedData(language);
  if (packed === null) {
    throw new AppError(
      'OCR_UNAVAILABLE',
      `The document has scanned pages, and the OCR data for the language "${lang}" is not installed. ` +
        `Install the npm package @tesseract.js-data/${language}, or put ${language}.traineddata into the tessdata folder of the data directory.`,
    );
  }
  try {
    await unpack(packed, target);
  } catch (cause) {
    throw new AppError('INTERNAL_ERROR', `The OCR data for the language "${lang}" could not be unpacked.`, { cause });
  }
  return language;
}

async function unpack(packed: string, target: string): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  const partial = `${target}.${randomUUID()}`;
  await writeFile(partial, await unzip(await readFile(packed)));
  await rename(partial, target);
}

/** Path of the gzipped data in the installed package; the integer variant is the one measured to be fast and best. */
function packedData(language: string): string | null {
  let folder: string;
  try {
    folder = dirname(require.resolve(`@tesseract.js-data/${language}/package.json`));
  } catch {
    return null;
  }
  const variants = ['4.0.0_best_int', '4.0.0'].map((variant) => join(folder, variant, `${language}.traineddata.gz`));
  return variants.find((path) => existsSync(path)) ?? null;
}
