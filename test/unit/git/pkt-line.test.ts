import { execFileSync, spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import * as fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import { EndOfInput, MAX_DATA_BYTES, PacketStream } from '../../../src/git/pkt-line.ts'
import { scratch } from './support/repositories.ts'

const line = (data: string | Buffer) => {
  const bytes = Buffer.from(data)
  return Buffer.concat([Buffer.from((bytes.length + 4).toString(16).padStart(4, '0')), bytes])
}
const flush = Buffer.from('0000')

/** A stream that reads `input` from a file and writes to another. */
function streamOf(
  input: Buffer | string,
  folder = scratch(),
): { stream: PacketStream; written: () => Buffer } {
  const [from, to] = [path.join(folder, 'in'), path.join(folder, 'out')]
  writeFileSync(from, input)
  const [reading, writing] = [openSync(from, 'r'), openSync(to, 'w')]
  return {
    stream: new PacketStream(reading, writing),
    written: () => {
      closeSync(reading)
      closeSync(writing)
      return readFileSync(to)
    },
  }
}

describe('reading', () => {
  it('packets, flushes and the end', () => {
    const { stream } = streamOf(Buffer.concat([line('a\n'), line(''), flush, line('b')]))
    expect(stream.read()?.toString()).toBe('a\n')
    expect(stream.read()).toHaveLength(0)
    expect(stream.read()).toBeNull()
    expect(stream.read()?.toString()).toBe('b')
    expect(() => stream.read()).toThrow(EndOfInput)
  })

  it('lines lose one line feed, and bytes stay bytes', () => {
    const { stream } = streamOf(
      Buffer.concat([line('a\n'), line('b'), line('\n\n'), line(Buffer.of(0xff)), flush]),
    )
    expect(stream.readLines()).toEqual(['a', 'b', '\n', '\xff'])
    expect(stream.readLines()).toBeNull()
  })

  it('upper-case lengths', () => {
    expect(
      streamOf(`000A${'x'.repeat(6)}`)
        .stream.read()
        ?.toString(),
    ).toBe('xxxxxx')
  })

  it('a packet of the largest size', () => {
    const data = Buffer.alloc(MAX_DATA_BYTES, 7)
    const { stream } = streamOf(Buffer.concat([line(data), line(data), flush]))
    expect(stream.readContent().equals(Buffer.concat([data, data]))).toBe(true)
  })

  it.each([
    '0001',
    '0002',
    '0003',
    '000g',
    '00 4',
    ' 004',
    '+004',
    '-004',
    '0x1f',
    '00zz',
    'fff1',
    'ffff',
    'git ',
  ])('the malformed length %j stops it', length => {
    expect(() => streamOf(length + 'x'.repeat(70_000)).stream.read()).toThrow(
      expect.objectContaining({ code: 'GIT', message: 'git sent a malformed packet' }),
    )
  })

  it.each([
    ['within a length', '00'],
    ['within a packet', '0009abc'],
    ['before the flush', '0005a'],
  ])('an end %s is an early end', (_, input) => {
    expect(() => streamOf(input).stream.readContent()).toThrow(EndOfInput)
  })

  it('an end after the first line is an early end, not a quiet one', () => {
    expect(() => streamOf(line('a')).stream.readLines()).toThrow(EndOfInput)
  })
})

describe('a real pipe', () => {
  it.each([[[1, 2, 3]], [[4093, 65_519, 65_520, 65_521]], [[300_000]]])(
    'bytes cut at %j on the way arrive as they were sent',
    sizes => {
      const content = Buffer.alloc(sizes[0] === 1 ? 2000 : 3 * MAX_DATA_BYTES + 5, 'gitward ')
      const packets = range(content.length, MAX_DATA_BYTES).map(at =>
        line(content.subarray(at, at + MAX_DATA_BYTES)),
      )
      const wire = Buffer.concat([line('command=clean\n'), line('pathname=a\n'), flush, ...packets, flush])
      const stream = new PacketStream(pipe(wire, sizes), 1)
      expect(stream.readLines()).toEqual(['command=clean', 'pathname=a'])
      expect(stream.readContent().equals(content)).toBe(true)
      expect(stream.readLines()).toBeNull()
    },
  )

  it('a writer that goes away in the middle is an early end', () => {
    const stream = new PacketStream(pipe(Buffer.from('0100abc'), [5]), 1)
    expect(() => stream.read()).toThrow(EndOfInput)
  })
})

describe('writing', () => {
  it('reads back what it wrote: lines', () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[a-z=/ ]{1,20}$/)), lines => {
        const folder = scratch()
        const { stream, written } = streamOf('', folder)
        stream.writeLines(lines)
        expect(streamOf(written(), folder).stream.readLines()).toEqual(lines)
      }),
      { numRuns: 20 },
    )
  })

  it.each([0, 1, MAX_DATA_BYTES, MAX_DATA_BYTES + 1, 40 * MAX_DATA_BYTES + 1])(
    'an answer of %i bytes: status, content, and an empty list',
    length => {
      const content = Buffer.alloc(length, 'x')
      const folder = scratch()
      const { stream, written } = streamOf('', folder)
      stream.writeAnswer(content)
      const { stream: back } = streamOf(written(), folder)
      expect(back.readLines()).toEqual(['status=success'])
      expect(back.readContent().equals(content)).toBe(true)
      expect(back.readLines()).toEqual([])
      expect(() => back.read()).toThrow(EndOfInput)
    },
  )
})

const range = (length: number, step: number): number[] =>
  Array.from({ length: Math.ceil(length / step) }, (_, i) => i * step)

/** The reading end of a pipe into which another process writes `wire`, in parts of these sizes, round and round. */
function pipe(wire: Buffer, sizes: readonly number[]): number {
  const folder = scratch()
  const [fifo, file] = [path.join(folder, 'fifo'), path.join(folder, 'wire')]
  execFileSync('mkfifo', [fifo])
  writeFileSync(file, wire)
  const script = `
    const fs = require('node:fs'), [file, fifo, ...sizes] = process.argv.slice(1)
    const wire = fs.readFileSync(file), to = fs.openSync(fifo, 'w')
    for (let at = 0, i = 0; at < wire.length; i++) at += fs.writeSync(to, wire, at, Math.min(+sizes[i % sizes.length], wire.length - at))
  `
  spawn(process.execPath, ['-e', script, file, fifo, ...sizes.map(String)], { stdio: 'ignore' })
  const fd = openSync(fifo, 'r')
  onTestFinished(() => closeSync(fd))
  return fd
}
