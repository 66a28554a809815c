import type { GitPath } from '../../core/path.ts'
import type { TreeEntry } from '../../git/entries.ts'
import { protectionOf } from '../../policy/policy.ts'
import type { Judge } from './proof.ts'
import type { Subject } from './subjects.ts'
import type { JudgedTree } from './tree.ts'

/** A file to look at: one blob at one path, under one judge, however many commits hold it. */
export interface Exhibit {
  readonly entry: TreeEntry
  /** The first commit that holds it so; null for the index. */
  readonly commit: string | null
  readonly judge: Judge | null
  /** False for a file that only has to be proved: it was there before, so that a scan has seen it. */
  isNew: boolean
}

/** Protected paths that one set of .gitattributes and one policy must fit, each with the first commit that holds it. */
export interface AttributeCase {
  readonly tree: JudgedTree
  readonly paths: Map<GitPath, string | null>
}

/**
 * Gathers what a range or an index holds to be judged, each thing once. Versions of one path come out together.
 */
export class Plan {
  readonly #files = new Map<GitPath, Map<string, Exhibit>>()
  readonly #attributes = new Map<string, AttributeCase>()
  readonly #numbers = new Map<Judge | null, number>()

  add({ commit, tree, entries, laidBare }: Subject): void {
    const id = commit?.id ?? null
    const attributes = tree.judge && this.#attributeCase(tree)
    for (const entry of entries) this.#addFile(entry, id, tree.judge, true)
    if (tree.judge) for (const entry of laidBare) this.#addFile(entry, id, tree.judge, false)
    if (!attributes) return
    for (const each of [entries, laidBare])
      for (const { path } of each) if (!attributes.paths.has(path)) attributes.paths.set(path, id)
  }

  /** Newest versions first: git stores the older ones as differences to them. */
  newestFirst(): Exhibit[] {
    return [...this.#files.values()].flatMap(versions => [...versions.values()].reverse())
  }

  /** The versions of some paths, oldest first. */
  oldestFirst(paths: ReadonlySet<GitPath>): Exhibit[] {
    return [...paths].flatMap(path => [...(this.#files.get(path)?.values() ?? [])])
  }

  *attributeCases(): Generator<AttributeCase> {
    for (const { tree, paths } of this.#attributes.values()) {
      const { policy } = tree.judge!
      const covered = [...paths].filter(([path]) => protectionOf(policy, path) !== null)
      if (covered.length > 0) yield { tree, paths: new Map(covered) }
    }
  }

  #addFile(entry: TreeEntry, commit: string | null, judge: Judge | null, isNew: boolean): void {
    const versions = this.#files.get(entry.path) ?? new Map<string, Exhibit>()
    this.#files.set(entry.path, versions)
    const key = `${entry.id} ${entry.mode} ${this.#numberOf(judge)}`
    const known = versions.get(key)
    if (!known) versions.set(key, { entry, commit, judge, isNew })
    else known.isNew ||= isNew
  }

  #attributeCase(tree: JudgedTree): AttributeCase {
    const files = tree.attributesFiles.map(({ id, path }) => `${id} ${path}`)
    const key = [tree.policyId, ...files].join('\0')
    const known = this.#attributes.get(key) ?? { tree, paths: new Map<GitPath, string | null>() }
    this.#attributes.set(key, known)
    return known
  }

  #numberOf(judge: Judge | null): number {
    const number = this.#numbers.get(judge) ?? this.#numbers.size
    this.#numbers.set(judge, number)
    return number
  }
}
