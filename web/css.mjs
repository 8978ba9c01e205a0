// SPDX-License-Identifier: EUPL-1.2
// As much of a CSS parser as build.mjs needs: rules, nested at-rules, declarations.
//   {prelude, nodes}  an at-rule that holds rules (@media, @supports)
//   {prelude, body}   a rule; body is a list of [property, value]

const holds_rules = /^@(?!font-face|page|property)/;

// Where the text up to one of `ends` stops, outside of strings, brackets and comments.
function skip(text, from, ends) {
  let depth = 0;
  for (let i = from; i < text.length; ++i) {
    const c = text[i];
    if (c === '"' || c === "'") {
      while (text[++i] !== c) if (text[i] === '\\') ++i;
    } else if (c === '(' || c === '[') {
      ++depth;
    } else if (c === ')' || c === ']') {
      --depth;
    } else if (depth === 0 && ends.includes(c)) {
      return i;
    }
  }
  return text.length;
}

function split(text, separator) {
  const parts = [];
  for (let start = 0; start <= text.length;) {
    const end = skip(text, start, separator);
    parts.push(text.slice(start, end).trim());
    start = end + 1;
  }
  return parts.filter(Boolean);
}

export const splitSelectors = (prelude) => split(prelude, ',');

const declarations = (text) => split(text, ';').map((declaration) => {
  const colon = declaration.indexOf(':');
  return [declaration.slice(0, colon).trim(), declaration.slice(colon + 1).trim()];
});

export function parse(source) {
  const text = source.replace(/\/\*[^]*?\*\//g, '');
  let at = 0;
  const rules = () => {
    const nodes = [];
    while (at < text.length) {
      const end = skip(text, at, '{};');
      const prelude = text.slice(at, end).trim().replace(/\s+/g, ' ');
      at = end + 1;
      if (text[end] === '}') break;
      if (text[end] !== '{') continue; // @charset and the end of the file
      if (holds_rules.test(prelude)) {
        nodes.push({ prelude, nodes: rules() });
      } else {
        const close = skip(text, at, '}');
        nodes.push({ prelude, body: declarations(text.slice(at, close)) });
        at = close + 1;
      }
    }
    return nodes;
  };
  return rules();
}

export function print(nodes) {
  let text = '';
  let open = ''; // neighbours in the same @media share one block
  for (const node of nodes) {
    const at = node.nodes ? node.prelude : '';
    if (open && at !== open) text += '}';
    if (at && at !== open) text += `${at}{`;
    open = at;
    text += node.nodes
      ? print(node.nodes)
      : `${node.prelude}{${node.body.map(([name, value]) => `${name}:${value}`).join(';')}}`;
  }
  return open ? `${text}}` : text;
}
