import { readFileSync } from 'node:fs';
import { parseSync } from '@swc/core';

/**
 * Every name in a test file: the titles of its tests and groups as they are written, and, where a title has a `%`, the
 * first text of each row in its table. What stands in a comment or is only a part of a title is no name.
 */
export function testNames(path: string): Set<string> {
  const program = parseSync(readFileSync(path, 'utf8'), { syntax: 'typescript' });
  const tables = new Map<string, Node | undefined>();
  visit(program as unknown as Node, (node) => {
    if (node.type === 'VariableDeclarator' && node.init && node.id?.value) tables.set(node.id.value, bare(node.init));
  });
  const names = new Set<string>();
  visit(program as unknown as Node, (node) => {
    if (node.type !== 'CallExpression' || !isTest(node.callee)) return;
    const title = textOf(node.arguments?.[0]?.expression);
    if (title === null) return;
    names.add(title);
    if (!title.includes('%') || node.callee?.type !== 'CallExpression') return;
    const given = bare(node.callee.arguments?.[0]?.expression);
    const table = given?.type === 'Identifier' ? tables.get(given.value ?? '') : given;
    for (const row of table?.elements ?? []) {
      const cell = row?.expression;
      const name = textOf(cell?.type === 'ArrayExpression' ? cell.elements?.[0]?.expression : cell);
      if (name !== null) names.add(name);
    }
  });
  return names;
}

/** The parts of a syntax tree that are read here. */
interface Node {
  type?: string;
  value?: string;
  callee?: Node;
  object?: Node;
  init?: Node;
  id?: Node;
  expression?: Node;
  arguments?: { expression: Node }[];
  elements?: ({ expression: Node } | null)[];
  quasis?: { cooked: string }[];
}

/** Whether this is `test`, `it` or `describe`, or one of them with `.each(…)`, `.only` and the like. */
const isTest = (node: Node | undefined): boolean =>
  node !== undefined &&
  (node.type === 'Identifier' ? /^(?:test|it|describe)$/.test(node.value ?? '') : isTest(node.callee ?? node.object));

/** A text that is known without running the file; null otherwise. */
function textOf(node: Node | undefined): string | null {
  if (node?.type === 'StringLiteral') return node.value ?? null;
  return node?.type === 'TemplateLiteral' && node.quasis?.length === 1 ? (node.quasis[0]?.cooked ?? null) : null;
}

/** Without `as const`, `satisfies …` and the like. */
const bare = (node: Node | undefined): Node | undefined =>
  node && /^Ts\w+Expression$|^TsConstAssertion$/.test(node.type ?? '') ? bare(node.expression) : node;

function visit(node: Node, see: (node: Node) => void): void {
  if (node.type) see(node);
  for (const child of Object.values(node)) if (child !== null && typeof child === 'object') visit(child as Node, see);
}
