// Turns recorded exchanges into TypeScript that the compiler holds to the types of the description.

const text = (value) => JSON.stringify(value);

function typesOf({ path, method, status, type }) {
  const operation = `${text(path)}, ${text(method)}`;
  return {
    answer: type ? `Answer<${operation}, ${status}, ${text(type)}>` : `Empty<${operation}, ${status}>`,
    parameters: `Parameters<${operation}>`,
    sent: `Sent<${operation}>`,
  };
}

const header = `import type { Answer, Empty, Parameters, Sent } from './types.js';\n`;

/** Every exchange as constants of the described types: each must be accepted. */
export function recordedSource(exchanges) {
  const lines = [header];
  exchanges.forEach((exchange, index) => {
    const types = typesOf(exchange);
    lines.push(`// ${exchange.method.toUpperCase()} ${exchange.path}: ${exchange.status}`);
    lines.push(`export const answer${index}: ${types.answer} = ${text(exchange.type ? exchange.body : 'empty')};`);
    if (!exchange.refused) {
      lines.push(`export const parameters${index}: ${types.parameters} = ${text(exchange.parameters)};`);
      if (exchange.sent !== undefined) lines.push(`export const sent${index}: ${types.sent} = ${text(exchange.sent)};`);
    }
  });
  return `${lines.join('\n')}\n`;
}

const wrong = { 'this is': 'something else' };

/** Copies of an answer that are wrong at one place each: a member of another type, a member too many, no member at all. */
function mistakes(body, { anything, nothing }) {
  if (anything) return [];
  if (typeof body !== 'object') return [wrong];
  const all = [{ ...body, undescribed: 1 }, ...(nothing ? [] : [{}])];
  for (const [name, value] of Object.entries(body)) {
    if (value === null || typeof value !== 'object') all.push({ ...body, [name]: wrong });
    else if (Array.isArray(value) && value.length > 0 && typeof value[0] === 'object')
      all.push({ ...body, [name]: [{ ...value[0], undescribed: 1 }, ...value.slice(1)] });
  }
  return all;
}

/** What the compiler must refuse: each line is an error, and no error is an error. `openness` says of an exchange's answer whether `anything` or `nothing` fits. */
export function mistakenSource(exchanges, openness) {
  const lines = [header];
  let count = 0;
  for (const exchange of exchanges) {
    if (!exchange.type) continue;
    for (const mistake of mistakes(exchange.body, openness(exchange))) {
      lines.push('// @ts-expect-error', `export const mistake${count++}: ${typesOf(exchange).answer} = ${text(mistake)};`);
    }
  }
  return { source: `${lines.join('\n')}\n`, count };
}
