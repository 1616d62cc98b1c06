import { der, derTag, readDerItems } from '../../src/protocols/der.ts'
import type { Random } from '../../src/simulators/random.ts'
import { mutated } from './mutate.ts'

/** An element of ASN.1 as a tree; a leaf has its content, a node its parts. */
type Node = Readonly<{ tag: number; content: Uint8Array | readonly Node[] }>

/**
 * A structure with some of its elements wrong and all of its lengths right, so that it comes past the reader of lengths: a tag changed, an element
 * left out, doubled, swapped, emptied, wrapped, filled with other bytes. What is no DER is mutated byte by byte.
 */
export const mutatedDer = (bytes: Uint8Array, luck: Random, others: readonly Uint8Array[] = []): Uint8Array => {
  const tree = treeOf(bytes)
  if (tree === null) return mutated(bytes, luck, others)
  const donors = others.flatMap((other) => treeOf(other) ?? [])
  let now = tree
  const times = luck.chance(0.7) ? 1 : 2 + luck.below(4)
  for (let time = 0; time < times; time++) now = withChange(now, luck.below(sizeOf(now)), luck, donors)
  return bytesOf(now, luck)
}

/** Also octet and bit strings are opened where they hold a structure: extensions and envelopes do. */
const treeOf = (bytes: Uint8Array): Node | null => {
  const nodes = nodesIn(bytes, 0)
  return nodes?.length === 1 ? (nodes[0] ?? null) : null
}

const nodesIn = (content: Uint8Array, depth: number): readonly Node[] | null => {
  if (depth > 24) return null
  try {
    return readDerItems(content).map(({ tag, content: inner }) => ({
      tag,
      content: ((tag & 0x20) !== 0 || tag === derTag.octetString ? nodesIn(inner, depth + 1) : null) ?? inner,
    }))
  } catch {
    return null
  }
}

const isLeaf = (content: Node['content']): content is Uint8Array => content instanceof Uint8Array

const sizeOf = ({ content }: Node): number => (isLeaf(content) ? 1 : content.reduce((sum, node) => sum + sizeOf(node), 1))

/** The tree with its element number `at`, in order of reading, changed. */
const withChange = (node: Node, at: number, luck: Random, donors: readonly Node[]): Node => {
  const { tag, content } = node
  if (at === 0) return changed(node, luck, donors)
  if (isLeaf(content)) return node
  let left = at - 1
  for (const [index, part] of content.entries()) {
    const size = sizeOf(part)
    if (left >= size) {
      left -= size
      continue
    }
    if (left === 0 && luck.chance(0.4)) return { tag, content: rearranged(content, index, luck) }
    return { tag, content: content.with(index, withChange(part, left, luck, donors)) }
  }
  return node
}

const rearranged = (parts: readonly Node[], index: number, luck: Random): readonly Node[] => {
  const part = parts[index]
  if (part === undefined) return parts
  const kind = luck.below(4)
  if (kind === 0) return parts.toSpliced(index, 1)
  if (kind === 1) return parts.toSpliced(index, 0, ...Array.from({ length: luck.chance(0.1) ? luck.below(300) : 1 }, () => part))
  if (kind === 2) return parts.toReversed()
  return parts.toSpliced(index, 1).toSpliced(luck.below(parts.length), 0, part)
}

const changed = ({ tag, content }: Node, luck: Random, donors: readonly Node[]): Node => {
  switch (luck.below(6)) {
    case 0:
      return { tag: luck.chance(0.5) ? luck.pick(tags) : luck.below(256), content }
    case 1:
      return { tag, content: [] }
    case 2:
      return { tag: luck.pick(tags), content: [{ tag, content }] }
    case 3: {
      const donor = donors[luck.below(Math.max(1, donors.length))]
      return donor === undefined ? { tag, content: [] } : elementOf(donor, luck.below(sizeOf(donor)))
    }
    case 4:
      return { tag, content: luck.bytes(luck.chance(0.9) ? luck.below(24) : luck.below(3000)) }
    default:
      return isLeaf(content) ? { tag, content: mutated(content, luck) } : { tag, content: luck.bytes(luck.below(8)) }
  }
}

const elementOf = (node: Node, at: number): Node => {
  if (at === 0 || isLeaf(node.content)) return node
  let left = at - 1
  for (const part of node.content) {
    const size = sizeOf(part)
    if (left < size) return elementOf(part, left)
    left -= size
  }
  return node
}

/** Seldom in the indefinite form, as streaming encoders write it. */
const bytesOf = ({ tag, content }: Node, luck: Random): Uint8Array => {
  const parts = isLeaf(content) ? [content] : content.map((node) => bytesOf(node, luck))
  if (!isLeaf(content) && (tag & 0x20) !== 0 && luck.chance(0.02))
    return Buffer.concat([Uint8Array.of(tag, 0x80), ...parts, Uint8Array.of(0, 0)])
  return der(tag, Buffer.concat(parts))
}

const tags: readonly [number, ...number[]] = [
  ...([0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x0a, 0x0c, 0x12, 0x13, 0x14, 0x16, 0x17, 0x18, 0x1e, 0x24, 0x30, 0x31] as const),
  ...([0x80, 0x81, 0x82, 0x86, 0x87, 0xa0, 0xa1, 0xa2, 0xa3] as const),
]
