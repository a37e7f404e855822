import { type Address, wholeAddress } from '../../domain/address';
import { COUNTRIES } from '../../domain/country';
import { postalLines } from '../../domain/postal-address';

const lines = (name: string | null, address: Partial<Address>) => postalLines({ name, address: wholeAddress(address) });

test.each<[string, string, Partial<Address>, string[]]>([
  [
    'Germany, without a state',
    'Ada Lovelace',
    { line1: 'Torstraße 1', line2: 'Hinterhaus', city: 'Berlin', state: 'BE', postal_code: '10119', country: 'DE' },
    ['Ada Lovelace', 'Torstraße 1', 'Hinterhaus', '10119 Berlin', 'GERMANY'],
  ],
  [
    'the United Kingdom',
    'Ada Lovelace',
    { line1: '12 St James’s Square', city: 'London', postal_code: 'SW1Y 4JH', country: 'GB' },
    ['Ada Lovelace', '12 St James’s Square', 'London', 'SW1Y 4JH', 'UNITED KINGDOM'],
  ],
  [
    'the United States',
    'Ada Lovelace',
    { line1: '510 Townsend St', city: 'San Francisco', state: 'CA', postal_code: '94103', country: 'US' },
    ['Ada Lovelace', '510 Townsend St', 'San Francisco, CA 94103', 'UNITED STATES'],
  ],
  [
    'Canada',
    'Ada Lovelace',
    { line1: '33 Bloor St', city: 'Toronto', state: 'ON', postal_code: 'M4W 3H1', country: 'CA' },
    ['Ada Lovelace', '33 Bloor St', 'Toronto ON M4W 3H1', 'CANADA'],
  ],
  [
    'Italy',
    'Ada Lovelace',
    { line1: 'Via Roma 1', city: 'Milano', state: 'MI', postal_code: '20121', country: 'IT' },
    ['Ada Lovelace', 'Via Roma 1', '20121 Milano MI', 'ITALY'],
  ],
  [
    'Brazil',
    'Ada Lovelace',
    { line1: 'Av. Paulista 1', city: 'São Paulo', state: 'SP', postal_code: '01310-100', country: 'BR' },
    ['Ada Lovelace', 'Av. Paulista 1', 'São Paulo-SP', '01310-100', 'BRAZIL'],
  ],
  [
    'Hungary, the city first',
    'Lovelace Ada',
    { line1: 'Fő utca 1.', city: 'Budapest', postal_code: '1011', country: 'HU' },
    ['Lovelace Ada', 'Budapest', 'Fő utca 1.', '1011', 'HUNGARY'],
  ],
  [
    'Japan, in its own script',
    'ラブレス エイダ 様',
    { line1: '丸の内1-1', city: '千代田区', state: '東京都', postal_code: '100-0005', country: 'JP' },
    ['〒100-0005', '東京都千代田区', '丸の内1-1', 'ラブレス エイダ 様', 'JAPAN'],
  ],
  [
    'Japan, in Latin script',
    'Ada Lovelace',
    { line1: '1-1 Marunouchi', city: 'Chiyoda-ku', state: 'Tokyo', postal_code: '100-0005', country: 'JP' },
    ['Ada Lovelace', '1-1 Marunouchi', 'Chiyoda-ku, Tokyo', '100-0005', 'JAPAN'],
  ],
  [
    'a country without a form of its own: all of it, a line each',
    'Ada Lovelace',
    { line1: 'Sheikh Zayed Rd 1', city: 'Deira', state: 'Dubai', postal_code: '00000', country: 'AE' },
    ['Ada Lovelace', 'Sheikh Zayed Rd 1', 'Deira', 'Dubai', '00000', 'UNITED ARAB EMIRATES'],
  ],
])('%s', (_where, name, address, expected) => {
  expect(lines(name, address)).toEqual(expected);
});

test('what is not known leaves no gap, and nothing that stood beside it', () => {
  const us = { city: 'San Francisco', state: 'CA', postal_code: '94103', country: 'US' };
  expect(lines(null, { ...us, city: null })).toEqual(['CA 94103', 'UNITED STATES']);
  expect(lines(' ', { ...us, state: null })).toEqual(['San Francisco 94103', 'UNITED STATES']);
  expect(lines(null, { ...us, postal_code: '', state: null })).toEqual(['San Francisco', 'UNITED STATES']);
  expect(lines('Ada', {})).toEqual(['Ada']);
  expect(lines(null, {})).toEqual([]);
});

test('in every country all that the post needs is there, once', () => {
  const known = { line1: 'Line 1', line2: 'Line 2', city: 'Citytown', postal_code: '12345' };
  for (const country of COUNTRIES)
    for (const own of ['', '東'])
      for (const state of ['Stateland', null]) {
        const text = lines('Ada', { ...known, line1: `${own}Line 1`, state, country }).join('\n');
        for (const part of ['Ada', 'Line 1', 'Line 2', 'Citytown', '12345'])
          expect([country, part, text.split(part).length]).toEqual([country, part, 2]);
        expect(text).not.toMatch(/\n\n|^\n|null|[,\-/|] *\n/);
      }
});
