import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { GoldenFile } from './vector.ts'

const FOLDER = path.resolve(import.meta.dirname, '../../vectors')

/** A golden file as it is checked in. */
export const goldenText = (name: string): string => readFileSync(path.join(FOLDER, name), 'utf8')

export const goldenFile = (name: string): GoldenFile => JSON.parse(goldenText(name))
