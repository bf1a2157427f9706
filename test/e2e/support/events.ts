import { type ChildProcess, spawn } from 'node:child_process';

/** Something that happened to a container. */
export interface Happened {
  readonly what: 'start' | 'healthy' | 'unhealthy' | 'kill' | 'die';
  /** In milliseconds since 1970. */
  readonly at: number;
  readonly id: string;
  readonly name: string;
  /** The number of the signal that was sent. */
  readonly signal?: number;
  readonly exitCode?: number;
}

interface EngineEvent {
  readonly Action: string;
  readonly timeNano: number;
  readonly Actor: { readonly ID: string; readonly Attributes: Readonly<Record<string, string>> };
}

/**
 * What happens to the containers whose names have a prefix, as the engine tells it while it happens. Asked later, an
 * engine knows the last five health checks of a container and its last 256 events only.
 */
export class Events {
  private readonly seen: Happened[] = [];
  private readonly engine: ChildProcess;
  private rest = '';

  constructor(private readonly prefix: string) {
    const filters = ['start', 'health_status', 'kill', 'die'].flatMap((event) => ['--filter', `event=${event}`]);
    // from now on, however long the command takes to start
    const since = ['--since', String(Math.floor(Date.now() / 1000))];
    this.engine = spawn('docker', ['events', '--format', '{{json .}}', '--filter', 'type=container', ...filters, ...since], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.engine.stdout?.setEncoding('utf8').on('data', (text: string) => this.take(text));
  }

  /** What happened to a container, first to last. */
  of(id: string, ...whats: Happened['what'][]): Happened[] {
    return this.seen.filter((one) => one.id === id && (whats.length === 0 || whats.includes(one.what)));
  }

  /** The containers that something happened to, by their names; also those that are gone. */
  containers(): { readonly Id: string; readonly Name: string }[] {
    return [...new Map(this.seen.map(({ id, name }) => [id, name]))].map(([Id, name]) => ({ Id, Name: `/${name}` }));
  }

  /** Stops to listen. */
  close(): void {
    this.engine.kill();
  }

  private take(text: string): void {
    const lines = (this.rest + text).split('\n');
    this.rest = lines.pop() ?? '';
    for (const line of lines) {
      const { Action, timeNano, Actor } = JSON.parse(line) as EngineEvent;
      const { name = '', signal, exitCode } = Actor.Attributes;
      if (!name.startsWith(this.prefix)) continue;
      this.seen.push({
        what: Action.replace('health_status: ', '') as Happened['what'],
        at: timeNano / 1e6,
        id: Actor.ID,
        name,
        ...(signal !== undefined && { signal: Number(signal) }),
        ...(exitCode !== undefined && { exitCode: Number(exitCode) }),
      });
    }
  }
}
