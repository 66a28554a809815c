import { concat, type Bytes } from '../core/bytes.ts'

/**
 * Lets age turn one stream into another, and gives back all that comes. Where it is handed bytes, age makes a
 * `Response` of them, for which Node loads its whole fetch: 20 ms.
 */
export async function throughAge(
  bytes: Bytes,
  turn: (stream: ReadableStream<Bytes>) => Promise<ReadableStream<Bytes>>,
): Promise<Bytes> {
  const source = new ReadableStream<Bytes>({
    start(controller) {
      controller.enqueue(bytes)
      controller.close()
    },
  })
  const pieces: Bytes[] = []
  for await (const piece of await turn(source)) pieces.push(piece)
  return concat(...pieces)
}
