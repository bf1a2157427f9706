/** A program of busybox that writes into its volume when it starts and when it ends, and what such a journal tells. */

/** Where the volume is mounted: a directory that everybody may write to, as the image has it. */
export const JOURNAL_VOLUME = '/tmp';

/** Writes a line at its start and, a second after it is told to stop, another at its end; `RUN` and `RELEASE` are variables. */
export const JOURNAL_COMMAND = [
  'sh',
  '-c',
  [
    `journal=${JOURNAL_VOLUME}/$RUN/journal; mkdir -p ${JOURNAL_VOLUME}/$RUN`,
    'say() { echo "$1 $HOSTNAME $RELEASE" >> $journal; }',
    "trap 'sleep 1; say end; exit 0' TERM",
    'say start; while true; do sleep 1 & wait $!; done',
  ].join('; '),
] as const;

/** A line of a journal. */
export interface Line {
  readonly what: 'start' | 'end';
  readonly host: string;
  readonly release: string;
}

/** The lines of a journal; fails where somebody started before the one before had ended. */
export function read(text: string): Line[] {
  const lines = text
    .trim()
    .split('\n')
    .map((line): Line => {
      const [what, host = '', release = ''] = line.split(' ');
      if (what !== 'start' && what !== 'end') throw new Error(`no line of a journal: ${line}`);
      return { what, host, release };
    });
  const wrong = lines.findIndex(({ what }, i) => what !== (i % 2 === 0 ? 'start' : 'end'));
  if (wrong >= 0) throw new Error(`two ran at once, or one ended unheard, at line ${wrong + 1}:\n${text}`);
  return lines;
}

/** The releases that started, in order. */
export function starts(text: string): string[] {
  return read(text).flatMap(({ what, release }) => (what === 'start' ? [release] : []));
}
