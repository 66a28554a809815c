import type { Person, Ran } from './world.ts'

/**
 * Runs a command on a terminal of its own, types an answer whenever the last line ends in a colon, and Ctrl-C once a
 * word is seen.
 */
const SCRIPT = `
import json, os, pty, sys
(answers, word), command = json.loads(sys.argv[1]), sys.argv[2:]
pid, fd = pty.fork()
if pid == 0:
    os.execvp(command[0], command)
seen = b''
while True:
    try:
        part = os.read(fd, 65536)
    except OSError:
        break
    if not part:
        break
    seen += part
    if word and word.encode() in seen:
        os.write(fd, b'\\x03')
        word = None
    if answers and seen.endswith(b': '):
        seen += b'<answer>'
        os.write(fd, (answers.pop(0) + '\\r').encode())
sys.stdout.buffer.write(seen)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`

export const atTerminal = (person: Person, cwd: string, answers: readonly string[], ...args: string[]): Ran =>
  run(person, cwd, [answers, null], args)

export const interruptedAtTerminal = (person: Person, cwd: string, word: string, ...args: string[]): Ran =>
  run(person, cwd, [[], word], args)

const run = (person: Person, cwd: string, typed: unknown, args: readonly string[]): Ran =>
  person.run(cwd, 'python3', ['-c', SCRIPT, JSON.stringify(typed), 'gitward', ...args], { mayFail: true })
