import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { jsonSchema, type JsonSchemaOptions } from '../../../src/decode/index.ts';
import { oraclePathOrNull, requireOracle } from '../../oracles/oracle.ts';
import { say, tokenizers } from './say.ts';

type Check = ((value: unknown) => boolean) & { errors?: unknown };
const ajv = oraclePathOrNull('ajv', 'ajv')
  ? new (requireOracle('ajv/dist/2020') as { default: new (options: object) => { compile(schema: object): Check } }).default({ strict: false, validateFormats: false })
  : null;

/** That a text is JSON of the schema, without white space unless there may be. */
function expectValid(texts: readonly string[], schema: object, space = false): void {
  const check = ajv?.compile(schema) ?? (() => true);
  for (const text of texts) {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      expect.fail(`no JSON: ${text}`);
    }
    if (!check(value)) expect.fail(`${text} is not valid by ${JSON.stringify(schema)}: ${JSON.stringify((check as Check).errors)}`);
    if (!space && /\s/.test(text.replace(/"(?:[^"\\]|\\.)*"/g, ''))) expect.fail(`white space in ${text}`);
  }
}

const person = {
  $schema: 'https://json-schema.org/draft/2020-12/schema', title: 'Someone', type: 'object',
  properties: {
    name: { type: 'string', minLength: 1, maxLength: 12, description: 'as they call themselves' },
    age: { type: 'integer', minimum: 0, maximum: 120 },
    role: { enum: ['reader', 'writer', 'naïve "你好" \\ \n', 7, null, { a: [1, 2] }] },
    tags: { type: 'array', items: { type: 'string', maxLength: 4 }, minItems: 1, maxItems: 3 },
    place: { $ref: '#/$defs/place' },
    kind: { const: 'person' },
    note: { type: ['string', 'null'], maxLength: 5 },
    score: { type: 'number', minimum: -2.5, exclusiveMaximum: 10 },
  },
  required: ['name', 'age', 'kind'],
  additionalProperties: false,
  $defs: { place: { type: 'object', properties: { x: { type: 'number' }, y: { type: 'integer', exclusiveMinimum: -5, maximum: 1000 }, on: { type: 'boolean' } }, required: ['y'] } },
};
const SCHEMAS: readonly object[] = [
  person,
  { type: 'array', prefixItems: [{ type: 'integer', minimum: -17, maximum: 230 }, { type: 'string', pattern: '^[a-z]+-\\d{1,3}$' }], items: { type: 'boolean' }, minItems: 1, maxItems: 5 },
  { oneOf: [{ type: 'string', maxLength: 6 }, { type: 'integer' }, { type: 'object', properties: { kind: { const: 'a' }, v: { type: 'null' } }, required: ['kind'] }, { type: 'object', properties: { kind: { enum: ['b', 'c'] }, v: { type: 'number' } }, required: ['kind'] }] },
  { anyOf: [{ type: 'number', minimum: 0.25, maximum: 0.5 }, { type: 'number', exclusiveMinimum: -100, maximum: -3.125 }, { type: 'integer', minimum: 98, maximum: 10_234 }] },
  { $ref: '#/$defs/tree', $defs: { tree: { type: 'object', properties: { leaf: { type: 'string', minLength: 2, maxLength: 4 }, left: { $ref: '#/$defs/tree' }, list: { type: 'array', items: { $ref: '#/$defs/tree' }, maxItems: 2 } }, required: ['leaf'] } } },
  { type: 'object', additionalProperties: { type: 'array', items: { enum: [1, 2.5, 'x'] } } },
  { type: 'string', pattern: 'cat|^dog', minLength: 4, maxLength: 9 },
  { type: 'object', properties: { a: {}, 'b "é': { type: 'array' }, c: { type: 'object' }, d: true }, required: ['d'] },
];

describe('10,000 random texts', () => {
  for (const [kind, tokenizer] of Object.entries(tokenizers)) {
    test(`${kind}: all are valid, at any limit of tokens that suffices`, () => {
      let made = 0;
      for (const schema of SCHEMAS) {
        const constraint = jsonSchema(schema, { depth: 2 });
        let needed: number;
        try {
          ({ needed } = constraint.compile(tokenizer));
        } catch (error) {
          expect(kind, (error as Error).message).toBe('letters');
          continue;
        }
        const texts = Array.from({ length: 360 }, (_, i) => say(constraint, tokenizer, needed + (i % 30), i).text);
        expectValid(texts, schema);
        made += texts.length;
      }
      expect(made).toBeGreaterThanOrEqual(kind === 'letters' ? 4 * 360 : 8 * 360);
    });
  }

  test('with white space too', () => {
    const constraint = jsonSchema(person, { whitespace: true }), { needed } = constraint.compile(tokenizers['bpe']!);
    const texts = Array.from({ length: 300 }, (_, i) => say(constraint, tokenizers['bpe']!, needed + i, i).text);
    expectValid(texts, person, true);
    expect(texts.filter((text) => /[\n ]/.test(text)).length).toBeGreaterThan(100);
  });
});

/** Schemas that chance wrote, of what is supported. */
const name = fc.constantFrom('a', 'b', 'name', 'é', 'x y', '"', '你');
const bound = fc.oneof(fc.integer({ min: -3000, max: 3000 }), fc.integer({ min: -30_000, max: 30_000 }).map((n) => n / 8));
const schemas: fc.Arbitrary<object> = fc.letrec<{ schema: object }>((tie) => ({
  schema: fc.oneof(
    { maxDepth: 3, depthSize: 'small', withCrossShrink: true },
    fc.record({ type: fc.constantFrom('boolean', 'null', 'integer', 'number', 'string') }),
    fc.tuple(fc.nat(4), fc.nat(4)).map(([a, b]) => ({ type: 'string', minLength: a, maxLength: a + b })),
    fc.constantFrom('^a+$', 'b', '^\\d{2}', 'é|你', '^["\\\\\\n]*$').map((pattern) => ({ type: 'string', pattern })),
    fc.tuple(fc.constantFrom('integer', 'number'), bound, bound, fc.constantFrom('minimum', 'exclusiveMinimum'), fc.constantFrom('maximum', 'exclusiveMaximum')).map(([type, a, b, low, high]) => ({ type, [low]: Math.min(a, b), [high]: Math.max(a, b) + 1 })),
    fc.tuple(fc.constantFrom('integer', 'number'), bound, fc.constantFrom('minimum', 'exclusiveMinimum', 'maximum', 'exclusiveMaximum')).map(([type, a, key]) => ({ type, [key]: a })),
    fc.array(fc.jsonValue({ maxDepth: 1 }), { minLength: 1, maxLength: 4 }).map((values) => ({ enum: JSON.parse(JSON.stringify(values)) as unknown[] })),
    fc.jsonValue({ maxDepth: 1 }).map((value) => ({ const: JSON.parse(JSON.stringify(value)) as unknown })),
    fc.tuple(fc.dictionary(name, tie('schema'), { maxKeys: 4 }), fc.array(name)).map(([properties, some]) => ({ type: 'object', properties, required: some.filter((one, i) => Object.hasOwn(properties, one) && some.indexOf(one) === i) })),
    fc.tuple(tie('schema'), fc.nat(2), fc.nat(2)).map(([items, a, b]) => ({ type: 'array', items, minItems: a, maxItems: a + b })),
    fc.tuple(fc.array(tie('schema'), { minLength: 1, maxLength: 2 }), tie('schema'), fc.nat(3)).map(([prefixItems, items, minItems]) => ({ type: 'array', prefixItems, items, minItems })),
    fc.array(tie('schema'), { minLength: 1, maxLength: 3 }).map((anyOf) => ({ anyOf })),
  ),
})).schema;

test('texts are valid by schemas that chance wrote', () => {
  let made = 0;
  fc.assert(fc.property(schemas, fc.nat(1000), fc.boolean(), (schema, seed, whitespace) => {
    let constraint;
    try {
      constraint = jsonSchema(schema, { whitespace, depth: 1 });
    } catch (error) {
      expect((error as Error).message).toMatch(/^No value is valid|^No text fulfils/);
      return;
    }
    const tokenizer = tokenizers[['chars', 'words', 'bpe'][seed % 3]!]!, { needed } = constraint.compile(tokenizer);
    expectValid(Array.from({ length: 6 }, (_, i) => say(constraint, tokenizer, needed + 5 * i, seed + i).text), schema, whitespace);
    made++;
  }), { numRuns: 250, interruptAfterTimeLimit: 15_000 });
  expect(made).toBeGreaterThan(50);
});

describe('exactly what is valid is accepted', () => {
  const accepts = (schema: object, options?: JsonSchemaOptions) => {
    const constraint = jsonSchema(schema, options);
    return (text: string): boolean => constraint.accepts(text);
  };

  test('whole numbers within bounds', () => {
    for (const [least, most] of [[0, 0], [-1, 1], [7, 130], [-99, -5], [-1000, 105], [98, 10_234], [0, 9], [10, 99], [-20, 0]] as const) {
      const ok = accepts({ type: 'integer', minimum: least, maximum: most }), open = accepts({ type: 'integer', exclusiveMinimum: least - 1, exclusiveMaximum: most + 0.5 });
      for (let n = least - 150; n < most + 150; n++) for (const each of [ok, open]) if (each(String(n)) !== (n >= least && n <= most)) expect.fail(`${n} of ${least} to ${most}`);
      for (const wrong of ['-0', '00', '01', '1.0', '', '-', '+1', '1e1']) expect(ok(wrong), wrong).toBe(false);
    }
    const safe = accepts({ type: 'integer', minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER });
    expect(['9007199254740991', '-9007199254740991', '9007199254740992', '-9007199254740992'].map(safe)).toEqual([true, true, false, false]);
  });

  test('numbers within bounds', () => {
    const number = fc.tuple(fc.boolean(), fc.nat(1200), fc.option(fc.string({ unit: fc.constantFrom('0', '1', '2', '5', '9'), minLength: 1, maxLength: 6 }))).map(([minus, whole, part]) => `${minus ? '-' : ''}${whole}${part === null ? '' : `.${part}`}`);
    const some = fc.oneof(fc.constantFrom(0, -0.5, 0.5, 1, 12.25, -12.25, 100, -1), bound);
    fc.assert(fc.property(some, some, fc.boolean(), fc.boolean(), fc.array(number, { minLength: 20, maxLength: 40 }), (a, b, openLow, openHigh, texts) => {
      const [low, high] = [Math.min(a, b), Math.max(a, b)];
      if (low === high && (openLow || openHigh)) return;
      const ok = accepts({ type: 'number', [openLow ? 'exclusiveMinimum' : 'minimum']: low, [openHigh ? 'exclusiveMaximum' : 'maximum']: high });
      for (const text of [...texts, String(low), String(high), `${low.toFixed(3)}001`, `${high.toFixed(3)}001`, `${high.toFixed(5)}`]) {
        const n = Number(text), inside = (openLow ? n > low : n >= low) && (openHigh ? n < high : n <= high);
        if (ok(text) !== inside) expect.fail(`${text} from ${low} ${openLow} to ${high} ${openHigh}`);
      }
    }), { numRuns: 150 });
  });

  test('strings as JSON.stringify writes them, counted in characters', () => {
    const ok = accepts({ type: 'string', minLength: 1, maxLength: 3 });
    for (const value of ['a', '"\\/', '\b\f\n', '\r\t\u0000', '\u001f🙂你', '\u007f\u2028']) expect(ok(JSON.stringify(value)), JSON.stringify(value)).toBe(true);
    for (const wrong of ['""', '"abcd"', '"\\/"', '"\\u0041"', '"\n"', '"a', 'a', '"\\ud83d"']) expect(ok(wrong), wrong).toBe(false);
    fc.assert(fc.property(fc.string({ unit: 'grapheme', maxLength: 3 }), (value) => {
      const n = Array.from(value).length;
      expect(ok(JSON.stringify(value))).toBe(n >= 1 && n <= 3);
    }));
  });

  test('members in their order, optional ones or not', () => {
    const ok = accepts({ type: 'object', properties: { a: { const: 1 }, b: { const: 2 }, c: { const: 3 } }, required: ['b'] });
    for (const text of ['{"a":1,"b":2,"c":3}', '{"b":2}', '{"a":1,"b":2}', '{"b":2,"c":3}']) expect(ok(text), text).toBe(true);
    for (const text of ['{}', '{"a":1}', '{"b":2,"a":1}', '{"b":2,}', '{,"b":2}', '{"a":1"b":2}', '{"b": 2}', '{"b":2,"d":4}']) expect(ok(text), text).toBe(false);
    const none = accepts({ type: 'object', properties: { a: { const: 1 }, b: { const: 2 } } });
    expect(['{}', '{"a":1}', '{"b":2}', '{"a":1,"b":2}', '{,"b":2}'].map(none)).toEqual([true, true, true, true, false]);
  });

  test('arrays by their places and their size', () => {
    const ok = accepts({ type: 'array', prefixItems: [{ const: 1 }, { const: 2 }], items: { const: 3 }, minItems: 1, maxItems: 4 });
    expect(['[1]', '[1,2]', '[1,2,3]', '[1,2,3,3]'].every(ok)).toBe(true);
    expect(['[]', '[2]', '[1,2,3,3,3]', '[1,3]', '[1,2,]'].some(ok)).toBe(false);
    const closed = accepts({ type: 'array', prefixItems: [{ const: 1 }], items: false });
    expect(['[]', '[1]', '[1,1]'].map(closed)).toEqual([true, true, false]);
  });

  test('white space, where it is asked for', () => {
    const ok = accepts({ type: 'object', properties: { a: { type: 'array', items: { const: 1 } } } }, { whitespace: true }), value = { a: [1, 1] };
    for (const text of [JSON.stringify(value), JSON.stringify(value, null, 2), JSON.stringify(value, null, '\t'), '{ "a": [ 1, 1 ] }']) expect(ok(text), text).toBe(true);
    expect(ok('{"a" :[]}')).toBe(false);
  });
});

test.each([
  [{ type: 'integer', multipleOf: 3 }, 'JSON schema, #/multipleOf: the keyword multipleOf is not supported. List the numbers in enum'],
  [{ type: 'object', properties: { a: { type: 'string', format: 'date' } } }, '#/properties/a/format: the keyword format is not supported. Describe the text with pattern.'],
  [{ typ: 'string' }, '#/typ: the keyword typ is not supported. Did you mean type?'],
  [{ type: 'strin' }, '#/type: type is one of null, boolean, integer, number, string, array, object'],
  [{ type: 'integer', minLength: 3 }, '#/minLength: minLength says nothing about integer. Leave it out, or mend type.'],
  [{ type: 'array', uniqueItems: true }, '#/uniqueItems: uniqueItems is not supported'],
  [{ not: { type: 'string' } }, '#/not: the keyword not is not supported. Say what is allowed instead'],
  [{ allOf: [{ type: 'string' }, { minLength: 2 }] }, '#/allOf: more than one schema in allOf'],
  [{ anyOf: [] }, '#/anyOf: anyOf is a list of at least one schema'],
  [{ anyOf: [{ type: 'string' }], type: 'string' }, '#/type: type beside anyOf is not supported. Put type into each alternative.'],
  [{ oneOf: [{ type: 'integer' }, { type: 'number' }] }, '#/oneOf: a value may be valid by both alternatives 0 and 1. Use anyOf'],
  [{ oneOf: [{ type: 'object', properties: { a: {} } }, { type: 'object', properties: { b: {} } }] }, 'may be valid by both alternatives 0 and 1'],
  [{ $ref: '#/$defs/no' }, '#/$ref: there is no #/$defs/no. Put it into $defs.'],
  [{ $ref: 'https://example.com/schema' }, 'leads out of the schema'],
  [{ type: 'string', pattern: '(?=a)' }, '#/pattern: The regular expression "(?=a)" cannot be used: it looks around'],
  [{ type: 'object', properties: {}, required: ['a'] }, '#/required: required names "a", which is not among the properties'],
  [{ type: 'object', properties: { a: {} }, additionalProperties: { type: 'string' } }, '#/additionalProperties: a schema for other members beside properties'],
  [{ type: 'integer', minimum: '3' }, '#/minimum: minimum is a number, not "3"'],
  [{ type: 'integer', minimum: 1e300 }, 'beyond 2^53'],
  [{ type: 'number', minimum: 1e-9 }, 'the bound 1e-9 has more than 9 digits before the point or 6 behind it. Round it.'],
  [{ type: 'array', minItems: -1 }, '#/minItems: minItems is a whole number of at least 0, not -1'],
  [{ type: 'integer', minimum: 5, maximum: 4 }, 'No value is valid by this JSON schema. Look for bounds that exclude each other.'],
  [{ type: 'number', minimum: 5, maximum: 4 }, 'No text fulfils the constraint jsonSchema'],
  [{ type: 'string', pattern: '^ab$', minLength: 3 }, 'No text fulfils'],
  [{ $ref: '#/$defs/a', $defs: { a: { type: 'object', properties: { a: { $ref: '#/$defs/a' } }, required: ['a'] } } }, 'in which a $ref stands inside itself at most 3 times. Let the recursion end somewhere, or raise depth'],
  [{ enum: [] }, '#/enum: enum is a list of at least one value'],
  [[], 'a schema is an object, true or false, not []'],
])('%j is refused, with its path and a remedy', (schema, message) => {
  expect(() => jsonSchema(schema)).toThrow(message);
});

test('options are checked', () => {
  expect(() => jsonSchema({}, { depth: -1 })).toThrow('depth must be a whole number from 0 to 16, but it is -1.');
  expect(() => jsonSchema({}, { whitespace: 1 as unknown as boolean })).toThrow('whitespace must be true or false.');
});
