import { describe, expect, test } from 'vitest';
import { isGarbled } from '../../src/parse/garbled.ts';

const shifted = (text: string, by: number) =>
  text.replace(/[^\n]/g, (character) => String.fromCodePoint(character.codePointAt(0)! + by));

const SOUND = {
  English: 'The tenant shall pay the rent on the first day of each month to the account of the landlord.',
  German: 'Die Kündigungsfrist beträgt gemäß Rindfleischetikettierungsüberwachungsgesetz drei Monate.',
  Japanese: '甲は乙に対し、本契約に基づく業務委託料として、毎月末日までに金壱百万円を支払うものとする。',
  Thai: 'ผู้เช่าต้องชำระค่าเช่าทุกวันที่หนึ่งของเดือนให้แก่ผู้ให้เช่าตามสัญญาฉบับนี้ทุกประการ',
  Arabic: 'يلتزم المستأجر بدفع الإيجار في اليوم الأول من كل شهر إلى حساب المؤجر المذكور أدناه.',
  'a table of numbers': '1,204.50 17.3 8\n2,118.00 11.9 4\n9,001.75 3.33 2\n10/11/2026 12/11/2026 0001 0002 0003',
  'a list of part numbers':
    'Part list\nXK-4711-AB hex bolt steel\nXK-4712-AC washer brass\nXK-4713-AD locking nut nylon insert',
  'a stamp': 'Scanned 2026',
};

describe('embedded text is kept', () => {
  test.each(Object.entries(SOUND))('when it is %s', (_, text) => {
    expect(isGarbled(text)).toBe(false);
  });
});

describe('embedded text is garbled', () => {
  test.each([1, 3, 29, -31])('when each letter means the one %i places behind it', (by) => {
    expect(isGarbled(shifted(`${SOUND.English} ${SOUND.German}`.replaceAll(' ', by < 0 ? '\u007f' : ' '), by))).toBe(
      true,
    );
  });

  test('when a good part of its characters are unknown or private', () => {
    expect(isGarbled('\ufffd'.repeat(40))).toBe(true);
    expect(isGarbled('Total amount \ue001\ue002\ue003\ue004 due \ue005\ue006\ue007 on \ue008\ue009\ue00a\ue00b')).toBe(
      true,
    );
  });
});
