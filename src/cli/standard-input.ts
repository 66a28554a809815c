import { readAll } from '../flows/streams.ts'

export const readStandardInputBytes = (): Uint8Array => readAll(0)
export const readStandardInput = (): string => readAll(0).toString()
