export { readAll, writeAll } from '../git/streams.ts'
