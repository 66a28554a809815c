import type { ScalarNode, TreeNode } from './tree.ts'

/** A tree as objects and arrays; of equal keys the last wins. */
export function plainData(node: TreeNode, valueOf: (scalar: ScalarNode) => unknown): unknown {
  if (node === null) return null
  if (node.kind === 'scalar') return valueOf(node)
  if (node.kind === 'list') return node.items.map(({ value }) => plainData(value, valueOf))
  const map = {}
  for (const { key, value } of node.items) define(map, key, plainData(value, valueOf))
  return map
}

/** An own property even if the key is `__proto__`. */
const define = (map: object, key: string, value: unknown): void => {
  Object.defineProperty(map, key, { value, enumerable: true, configurable: true, writable: true })
}
