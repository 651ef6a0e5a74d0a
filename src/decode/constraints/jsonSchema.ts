// A JSON schema (draft 2020-12, https://json-schema.org/draft/2020-12) as the set of JSON texts that are valid by it.
// Schemas say what must not be; a model needs to be told what to write. So of all valid texts these are the ones: without
// white space (or with some), members in the order of the schema and no others, strings as JSON.stringify writes them.
// A keyword that this cannot express is an error with its path, never passed over.
import { ANY } from '../automata/codePoints.ts';
import { both, character, either, type Expression, NEVER, repeated, text } from '../automata/expression.ts';
import { closest, OptionError } from '../../errors.ts';
import { Constraint } from './constraint.ts';
import { type Bound, NUMBER_DIGITS, numberBetween, wholeBetween } from './jsonNumber.ts';
import { anyNumber, anyString, anyValue, arrayOf, mapOf, NO_SPACE, objectOf, quoted, SOME_SPACE, type Space } from './jsonText.ts';
import { parseRegex } from './parseRegex.ts';

export interface JsonSchemaOptions {
  /** Allow a space or a new line, with up to 32 spaces or 8 tabs, wherever JSON has white space. Default false: none at all. */
  readonly whitespace?: boolean | undefined;
  /** How often a `$ref` may stand inside itself, and how deep values of any kind go. Default 3. */
  readonly depth?: number | undefined;
}

type Type = 'null' | 'boolean' | 'integer' | 'number' | 'string' | 'array' | 'object';
type Schema = Readonly<Record<string, unknown>>;

/** Keywords that say nothing about values. */
const NOTES = ['$schema', '$id', '$anchor', '$comment', 'title', 'description', 'default', 'examples', 'deprecated', 'readOnly', 'writeOnly', '$defs', 'definitions'];
/** Keywords of each type. */
const KEYWORDS: Readonly<Record<Type, readonly string[]>> = {
  null: [], boolean: [],
  integer: ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum'],
  number: ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum'],
  string: ['minLength', 'maxLength', 'pattern'],
  array: ['items', 'prefixItems', 'minItems', 'maxItems', 'uniqueItems'],
  object: ['properties', 'required', 'additionalProperties'],
};
const TYPES = Object.keys(KEYWORDS) as Type[];
const WHOLE = ['$ref', 'enum', 'const', 'anyOf', 'oneOf', 'allOf'];
const KNOWN = [...new Set([...WHOLE, 'type', ...NOTES, ...Object.values(KEYWORDS).flat()])];
/** What to do instead of some others. */
const INSTEAD = new Map(([
  [['multipleOf'], 'List the numbers in enum, or leave it out and check the answer'],
  [['format'], 'Describe the text with pattern'],
  [['not'], 'Say what is allowed instead, with enum or anyOf'],
  [['if', 'then', 'else', 'dependentRequired', 'dependentSchemas'], 'Use anyOf with one object for each case'],
  [['patternProperties', 'propertyNames'], 'List the members by name in properties'],
  [['unevaluatedProperties'], 'Members that properties does not list are never written; leave it out'],
  [['unevaluatedItems', 'additionalItems'], 'Use prefixItems and items'],
  [['minProperties', 'maxProperties'], 'Name members in required, or leave them out of properties'],
  [['contains', 'minContains', 'maxContains'], 'Use prefixItems, or items'],
  [['$dynamicRef', '$recursiveRef'], 'Use $ref'],
] as const).flatMap(([keys, remedy]) => keys.map((key): [string, string] => [key, remedy])));
const DIGITS = 15, LARGEST = 10 ** DIGITS - 1;

/**
 * JSON texts that are valid by a schema: type, enum, const, anyOf, oneOf, $ref; properties, required; items, prefixItems,
 * minItems, maxItems; minLength, maxLength, pattern; minimum, maximum and their exclusive forms.
 *
 * Objects have the members that `properties` lists, in that order, and no others (`{ type: 'object' }` alone: any). Whole
 * numbers have up to 15 digits, others up to 15 on each side of the point and 2 in the exponent (with bounds: 9, 6 and no
 * exponent).
 *
 * @param schema as an object, not as text.
 * @throws {OptionError} for a keyword that is unknown, not supported, or out of place, with its path and what to do; and
 *   when nothing is valid.
 * @example
 * const constraint = jsonSchema({ type: 'object', properties: { name: { type: 'string', maxLength: 20 }, age: { type: 'integer', minimum: 0, maximum: 120 } }, required: ['name', 'age'] });
 * for await (const { text } of generate(model, 'Someone: ', { constraint })) process.stdout.write(text); // {"name":"…","age":…}
 */
export function jsonSchema(schema: object | boolean, { whitespace = false, depth = 3 }: JsonSchemaOptions = {}): Constraint {
  if (typeof whitespace !== 'boolean') throw new OptionError('whitespace', 'whitespace must be true or false.');
  if (!(Number.isInteger(depth) && depth >= 0 && depth <= 16)) throw new OptionError('depth', `depth must be a whole number from 0 to 16, but it is ${depth}.`);
  const root = plain(schema), expression = new Compiler(root, whitespace ? SOME_SPACE : NO_SPACE, depth).value(root, '#', []);
  if (expression === NEVER) throw new OptionError('constraint', `No value is valid by this JSON schema${JSON.stringify(root).includes('"$ref"') ? ` in which a $ref stands inside itself at most ${depth} times. Let the recursion end somewhere, or raise depth` : '. Look for bounds that exclude each other'}.`);
  return new Constraint('jsonSchema', expression);
}

/** A copy that is nothing but JSON. */
function plain(schema: unknown): unknown {
  try {
    return JSON.parse(JSON.stringify(schema)) as unknown;
  } catch {
    throw new OptionError('constraint', 'A JSON schema is an object as JSON.parse gives it.');
  }
}

class Compiler {
  readonly #root: unknown;
  readonly #space: Space;
  readonly #depth: number;
  #visited = 0;

  constructor(root: unknown, space: Space, depth: number) {
    this.#root = root;
    this.#space = space;
    this.#depth = depth;
  }

  /** @param refs the references on the way here. */
  value(schema: unknown, path: string, refs: readonly string[]): Expression {
    if (++this.#visited > 20_000) refuse(path, 'the schema is too large when its references are written out', 'Lower depth, or use fewer references to what contains itself');
    if (schema === true) return anyValue(this.#depth, this.#space);
    if (schema === false) return NEVER;
    if (!isObject(schema)) refuse(path, `a schema is an object, true or false, not ${JSON.stringify(schema)}`, 'Mend it');
    for (const key of Object.keys(schema)) {
      if (KNOWN.includes(key)) continue;
      const near = closest(key, KNOWN), instead = INSTEAD.get(key);
      refuse(`${path}/${key}`, `the keyword ${key} is not supported`, instead ?? (near ? `Did you mean ${near}?` : 'Leave it out, and check the answer'));
    }
    const whole = WHOLE.filter((key) => Object.hasOwn(schema, key));
    if (whole.length === 0) return this.#typed(schema, path, refs);
    const [kind] = whole as [string], other = Object.keys(schema).find((key) => key !== kind && !NOTES.includes(key) && !(key === 'type' && (kind === 'enum' || kind === 'const')));
    if (other) refuse(`${path}/${other}`, `${other} beside ${kind} is not supported`, kind === 'anyOf' || kind === 'oneOf' ? `Put ${other} into each alternative` : 'Write one of them, with all that shall hold');
    if (kind === '$ref') return this.#reference(schema['$ref'], path, refs);
    if (kind === 'enum' || kind === 'const') return either(...valuesOf(schema, path).map((value) => text(JSON.stringify(value))));
    const list = schema[kind];
    if (!Array.isArray(list) || list.length === 0) refuse(`${path}/${kind}`, `${kind} is a list of at least one schema`, 'Mend it');
    if (kind === 'allOf' && list.length > 1) refuse(`${path}/allOf`, 'more than one schema in allOf is not supported', 'Merge them into one');
    if (kind === 'oneOf') this.#requireApart(list, `${path}/oneOf`, refs);
    return either(...list.map((one, i) => this.value(one, `${path}/${kind}/${i}`, refs)));
  }

  #reference(ref: unknown, path: string, refs: readonly string[]): Expression {
    const target = this.#resolve(ref, path);
    if (refs.filter((one) => one === ref).length > this.#depth) return NEVER;
    return this.value(target, ref as string, [...refs, ref as string]);
  }

  #resolve(ref: unknown, path: string): unknown {
    if (typeof ref !== 'string' || !/^#(\/|$)/.test(ref)) refuse(`${path}/$ref`, `the reference ${JSON.stringify(ref)} leads out of the schema`, 'Put what it means into $defs, and refer to it as "#/$defs/name"');
    let at: unknown = this.#root;
    for (const part of ref.split('/').slice(1)) {
      const key = decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~');
      at = (isObject(at) || Array.isArray(at)) && Object.hasOwn(at, key) ? (at as Schema)[key] : refuse(`${path}/$ref`, `there is no ${ref}`, 'Put it into $defs');
    }
    return at;
  }

  #typed(schema: Schema, path: string, refs: readonly string[]): Expression {
    const given = typesOf(schema, path), used = Object.keys(schema).filter((key) => key !== 'type' && !NOTES.includes(key));
    const types = given ?? TYPES.filter((type) => type !== 'integer' && used.some((key) => KEYWORDS[type].includes(key)));
    for (const key of used) {
      if (!types.some((type) => KEYWORDS[type].includes(key))) refuse(`${path}/${key}`, `${key} says nothing about ${types.join(' or ')}`, 'Leave it out, or mend type');
    }
    return types.length === 0 ? anyValue(this.#depth, this.#space) : either(...types.map((type) => this.#ofType(type, schema, path, refs)));
  }

  #ofType(type: Type, schema: Schema, path: string, refs: readonly string[]): Expression {
    switch (type) {
      case 'null': return text('null');
      case 'boolean': return either(text('true'), text('false'));
      case 'string': return string(schema, path);
      case 'integer': return wholeNumber(bounds(schema, path), path);
      case 'number': return number(bounds(schema, path), path);
      case 'array': return this.#array(schema, path, refs);
      case 'object': return this.#object(schema, path, refs);
    }
  }

  #array(schema: Schema, path: string, refs: readonly string[]): Expression {
    const { prefixItems = [], items = true, uniqueItems = false } = schema;
    if (uniqueItems !== false) refuse(`${path}/uniqueItems`, 'uniqueItems is not supported', 'Leave it out and check the answer, or list the possible arrays in enum');
    if (!Array.isArray(prefixItems)) refuse(`${path}/prefixItems`, 'prefixItems is a list of schemas', 'Mend it');
    const least = size(schema, 'minItems', path, 0), most = size(schema, 'maxItems', path, Infinity);
    const first = prefixItems.map((one, i) => this.value(one, `${path}/prefixItems/${i}`, refs));
    const rest = most > first.length ? this.value(items, `${path}/items`, refs) : NEVER;
    return arrayOf(first, rest, least, most, this.#space);
  }

  #object(schema: Schema, path: string, refs: readonly string[]): Expression {
    const { properties, required = [], additionalProperties } = schema;
    if (!Array.isArray(required) || required.some((name) => typeof name !== 'string')) refuse(`${path}/required`, 'required is a list of names', 'Mend it');
    if (properties === undefined) {
      if (required.length > 0) refuse(`${path}/required`, `required names ${JSON.stringify(required[0])}, but there are no properties`, 'Describe it in properties');
      if (additionalProperties === false) return objectOf([], this.#space);
      const value = this.value(additionalProperties ?? true, `${path}/additionalProperties`, refs);
      return value === NEVER ? objectOf([], this.#space) : mapOf(value, this.#space);
    }
    if (!isObject(properties)) refuse(`${path}/properties`, 'properties is an object of schemas', 'Mend it');
    if (additionalProperties !== undefined && typeof additionalProperties !== 'boolean') refuse(`${path}/additionalProperties`, 'a schema for other members beside properties is not supported', 'List the members in properties, or leave properties out');
    const missing = (required as string[]).find((name) => !Object.hasOwn(properties, name));
    if (missing !== undefined) refuse(`${path}/required`, `required names ${JSON.stringify(missing)}, which is not among the properties`, 'Describe it in properties');
    return objectOf(Object.entries(properties).map(([name, one]) => ({ name, value: this.value(one, `${path}/properties/${name}`, refs), required: required.includes(name) })), this.#space);
  }

  /** A value must be valid by one alternative alone, so no value may be valid by two. */
  #requireApart(list: readonly unknown[], path: string, refs: readonly string[]): void {
    for (let i = 0; i < list.length; i++) {
      for (let k = i + 1; k < list.length; k++) {
        if (!this.#apart(list[i], list[k], path, refs.length)) refuse(path, `a value may be valid by both alternatives ${i} and ${k}`, 'Use anyOf; or tell them apart by type, or by a required member with const');
      }
    }
  }

  /** Whether surely no value is valid by both schemas. */
  #apart(a: unknown, b: unknown, path: string, deep: number): boolean {
    [a, b] = [this.#followed(a, path), this.#followed(b, path)];
    if (a === false || b === false) return true;
    if (!isObject(a) || !isObject(b) || deep > 32) return false;
    const x = listOrNull(a), y = listOrNull(b);
    if (x && y) return !x.some((one) => y.some((other) => JSON.stringify(one) === JSON.stringify(other))) && x.concat(y).every((one) => typeof one !== 'object' || one === null);
    const types = [a, b].map((schema) => listOrNull(schema)?.map(typeOf) ?? typesOf(schema, path) ?? null) as [readonly Type[] | null, readonly Type[] | null];
    if (!types[0] || !types[1]) return false;
    const overlap = types[0].filter((type) => types[1]!.some((other) => other === type || (isNumber(type) && isNumber(other))));
    if (overlap.length === 0) return true;
    if (overlap.some((type) => type !== 'object') || x || y) return false;
    const { properties: p, required: r } = a, { properties: q, required: s } = b;
    return isObject(p) && isObject(q) && Array.isArray(r) && Array.isArray(s) && r.some((name: string) => s.includes(name) && Object.hasOwn(p, name) && Object.hasOwn(q, name) && this.#apart(p[name], q[name], path, deep + 1));
  }

  #followed(schema: unknown, path: string): unknown {
    for (let i = 0; i < 32 && isObject(schema) && schema['$ref'] !== undefined; i++) schema = this.#resolve(schema['$ref'], path);
    return schema;
  }
}

const isObject = (value: unknown): value is Schema => typeof value === 'object' && value !== null && !Array.isArray(value);
const isNumber = (type: Type): boolean => type === 'integer' || type === 'number';

function refuse(path: string, what: string, remedy: string): never {
  throw new OptionError('constraint', `JSON schema, ${path}: ${what}. ${remedy}${/[.?!]$/.test(remedy) ? '' : '.'}`);
}

function typesOf({ type }: Schema, path: string): readonly Type[] | null {
  if (type === undefined) return null;
  const list = (Array.isArray(type) ? type : [type]) as Type[], wrong = list.find((one) => !TYPES.includes(one));
  if (wrong !== undefined || list.length === 0) refuse(`${path}/type`, `type is one of ${TYPES.join(', ')}, or a list of them, not ${JSON.stringify(type)}`, 'Mend it');
  return list.includes('number') ? list.filter((one) => one !== 'integer') : list;
}

const typeOf = (value: unknown): Type => (value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value === 'number' ? (Number.isInteger(value) ? 'integer' : 'number') : typeof value as Type);
const listOrNull = (schema: Schema): readonly unknown[] | null => (Array.isArray(schema['enum']) ? schema['enum'] as unknown[] : Object.hasOwn(schema, 'const') ? [schema['const']] : null);

/** The values of enum or const, of those types that are allowed. */
function valuesOf(schema: Schema, path: string): readonly unknown[] {
  const list = listOrNull(schema), types = typesOf(schema, path);
  if (!list || list.length === 0) refuse(`${path}/enum`, 'enum is a list of at least one value', 'Mend it');
  return types ? list.filter((value) => types.includes(typeOf(value)) || (types.includes('number') && typeof value === 'number')) : list;
}

function size(schema: Schema, key: string, path: string, otherwise: number): number {
  const n = schema[key] ?? otherwise;
  if (n !== otherwise && !(Number.isSafeInteger(n) && (n as number) >= 0)) refuse(`${path}/${key}`, `${key} is a whole number of at least 0, not ${JSON.stringify(n)}`, 'Mend it');
  return n as number;
}

function string(schema: Schema, path: string): Expression {
  const { pattern } = schema, least = size(schema, 'minLength', path, 0), most = size(schema, 'maxLength', path, Infinity);
  if (pattern === undefined) return anyString(least, most);
  if (typeof pattern !== 'string') refuse(`${path}/pattern`, 'pattern is a regular expression as a string', 'Mend it');
  let value: Expression;
  try {
    value = parseRegex(pattern, {}, true);
  } catch (error) {
    return refuse(`${path}/pattern`, (error as Error).message.replace(/\.$/, ''), 'Write ^ and $ at the ends alone');
  }
  return quoted(least > 0 || most < Infinity ? both(value, repeated(character(ANY), least, most)) : value);
}

interface Bounds { readonly least: Bound | null; readonly most: Bound | null }

/** The stricter of each two. */
function bounds(schema: Schema, path: string): Bounds {
  const of = (key: string, open: boolean): Bound[] => {
    const value = schema[key];
    if (value === undefined) return [];
    return typeof value === 'number' ? [{ value, open }] : refuse(`${path}/${key}`, `${key} is a number, not ${JSON.stringify(value)}`, 'Mend it');
  };
  const lower = [...of('minimum', false), ...of('exclusiveMinimum', true)].sort((a, b) => b.value - a.value || Number(b.open) - Number(a.open));
  const upper = [...of('maximum', false), ...of('exclusiveMaximum', true)].sort((a, b) => a.value - b.value || Number(b.open) - Number(a.open));
  return { least: lower[0] ?? null, most: upper[0] ?? null };
}

function wholeNumber({ least, most }: Bounds, path: string): Expression {
  const from = least ? Math.ceil(least.value) + (least.open && Number.isInteger(least.value) ? 1 : 0) : Math.min(-LARGEST, most?.value ?? 0);
  const to = most ? Math.floor(most.value) - (most.open && Number.isInteger(most.value) ? 1 : 0) : Math.max(LARGEST, least?.value ?? 0);
  for (const bound of [from, to]) if (!Number.isSafeInteger(bound)) refuse(path, `the bound ${bound} is beyond 2^53, where whole numbers are no longer told apart`, 'Use a smaller one');
  return wholeBetween(from, to);
}

function number({ least, most }: Bounds, path: string): Expression {
  if (!least && !most) return anyNumber();
  const [before, behind] = NUMBER_DIGITS;
  for (const bound of [least, most]) {
    if (bound && !(Math.abs(bound.value) < 10 ** before && Number(bound.value.toFixed(behind)) === bound.value)) refuse(path, `the bound ${bound.value} has more than ${before} digits before the point or ${behind} behind it`, 'Round it');
  }
  return numberBetween(least, most);
}
