import type { Lab } from './lab';
import { freePort } from './process';

/** A real toxiproxy in front of the S3 server. */
export class Toxiproxy {
  private constructor(
    private readonly api: string,
    readonly port: number,
  ) {}

  static async start(lab: Lab): Promise<Toxiproxy> {
    const [control, port] = [await freePort(), await freePort()];
    await lab.serve('toxiproxy-server', ['-port', String(control)], { PATH: lab.path }, control);
    const toxiproxy = new Toxiproxy(`http://127.0.0.1:${control}`, port);
    await toxiproxy.post('/proxies', { name: 's3', listen: `127.0.0.1:${port}`, upstream: `127.0.0.1:${lab.port}`, enabled: true });
    return toxiproxy;
  }

  private async post(path: string, body: unknown): Promise<void> {
    const answer = await fetch(this.api + path, { method: 'POST', body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`toxiproxy answered ${answer.status}: ${await answer.text()}`);
  }

  /** Does something while the link is bad. */
  async bad<T>(
    toxic: { type: string; stream?: string; toxicity?: number; attributes: Record<string, number> },
    act: () => Promise<T>,
  ): Promise<T> {
    await this.post('/proxies/s3/toxics', { name: 'bad', stream: 'upstream', toxicity: 1, ...toxic });
    try {
      return await act();
    } finally {
      await fetch(`${this.api}/proxies/s3/toxics/bad`, { method: 'DELETE' });
    }
  }
}
