import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'

const root = path.resolve(import.meta.dirname, '../..')
const [tables, how] = readFileSync(path.join(root, 'docs/comparison.md'), 'utf8').split('## How each row')
const scripts = path.join(root, 'bench/compare')
const script = readdirSync(scripts)
  .map(file => readFileSync(path.join(scripts, file), 'utf8'))
  .join('')

/** `4, 25 to 27`: 4, 25, 26, 27. */
const numbers = (cell: string): number[] =>
  cell.split(', ').flatMap(part => {
    const [from, to] = part.split(' to ').map(Number) as [number, number?]
    return Array.from({ length: (to ?? from) - from + 1 }, (_, i) => from + i)
  })

const byNumber = (a: number, b: number): number => a - b

describe('docs/comparison.md', () => {
  it('says of each row, once, how it was checked', () => {
    const rows = [...tables!.matchAll(/^\| (\d+) \|/gm)].map(row => Number(row[1]))
    expect(rows).toEqual(Array.from({ length: rows.length }, (_, i) => i + 1))
    const checked = [...how!.matchAll(/^\| (\d[^|]*) \|/gm)].flatMap(row => numbers(row[1]!))
    expect(checked.toSorted(byNumber)).toEqual(rows)
  })

  it('names experiments that the script has', () => {
    const named = [...how!.matchAll(/`compare\.sh ([a-z ]+)`/g)].flatMap(row => row[1]!.split(' '))
    expect(named.length).toBeGreaterThan(10)
    expect(named.filter(name => !script.includes(`row_${name}() {`))).toEqual([])
  })
})
