/** What the program of the suites counted. */
import { until, whileDoing } from '../support/run';
import { JOBS } from './jobs.program';

/** What `jobs report` says. */
export interface Counts {
  /** Jobs that the queue took. */
  readonly accepted: number;
  /** Jobs in the stream. */
  readonly waiting: number;
  /** Those of them that a worker has. */
  readonly taken: number;
  /** Jobs that were done, each counted once. */
  readonly done: number;
  /** How often a job was done that was done before. */
  readonly again: number;
  /** How often the full queue refused a job. */
  readonly refused: number;
  /** How often the queue was not there for the producer. */
  readonly interrupted: number;
  /** How often the singleton has started. */
  readonly singletons: number;
  /** Most of the singleton that there ever were at once. */
  readonly most: number;
}

/** Asks the report, which may be refused for as long as a server is away. */
export async function counts(report: () => Promise<string>): Promise<Counts> {
  const text = await until(
    'the report',
    () => report().catch((error: Error) => error.message),
    (said) => said.startsWith('{'),
    60_000,
  );
  return JSON.parse(text) as Counts;
}

/** Waits until no job is left. */
export function finished(report: () => Promise<string>): Promise<Counts> {
  return until(
    'all jobs are done',
    () => counts(report),
    ({ accepted, waiting }) => accepted === JOBS && waiting === 0,
    400_000,
  );
}

/** Asks again and again how many there are, while something happens; every answer. Who does not answer once is asked again. */
export async function watching<T>(ask: () => Promise<number>, work: () => Promise<T>): Promise<number[]> {
  const seen: number[] = [];
  const look = async () => {
    const answer = await ask().catch(() => undefined);
    if (answer !== undefined) seen.push(answer);
  };
  await whileDoing(look, 250, work);
  return seen;
}
