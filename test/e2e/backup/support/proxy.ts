import { closeSync, existsSync, openSync, readFileSync, readSync, statSync, writeSync } from 'node:fs';
import { type IncomingMessage, createServer as plainServer, type RequestListener, type ServerResponse } from 'node:http';
import { createServer, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Lab } from './lab';

/** What a proxy does with a request: pass it on, and then perhaps lose the answer, or first damage what has been stored. */
export type Mischief = (request: IncomingMessage) => 'pass' | 'lose-answer' | 'damage' | 'refuse' | 'corrupt-answer';

export interface Proxy {
  readonly port: number;
  readonly done: string[];
  close(): void;
}

/** A proxy in front of the S3 server that lies. It speaks TLS on both sides, with the server's certificate. */
export async function hostileProxy(lab: Lab, mischief: Mischief): Promise<Proxy> {
  const tls = { cert: readFileSync(join(lab.dir, 'tls.crt')), key: readFileSync(join(lab.dir, 'tls.key')) };
  const done: string[] = [];
  const server = createServer(tls, (incoming, outgoing) => {
    const what = mischief(incoming);
    if (what !== 'pass') done.push(`${what} ${incoming.method} ${incoming.url}`);
    if (what === 'refuse') {
      incoming.resume();
      outgoing.writeHead(403, { 'content-type': 'application/xml' });
      outgoing.end('<Error><Code>AccessDenied</Code></Error>');
      return;
    }
    const target = { host: '127.0.0.1', port: lab.port, method: incoming.method, path: incoming.url, headers: incoming.headers };
    const upstream = request({ ...target, rejectUnauthorized: false }, (answer) => {
      if (what === 'lose-answer') {
        answer.resume();
        answer.on('end', () => incoming.socket.destroy());
        return;
      }
      if (what === 'damage') flip(join(lab.objects, decodeURIComponent((incoming.url ?? '').split('?')[0] ?? '')));
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      if (what !== 'corrupt-answer') return void answer.pipe(outgoing);
      answer.on('data', (data: Buffer) => {
        data[0] = (data[0] ?? 0) ^ 1;
        outgoing.write(data);
      });
      answer.on('end', () => outgoing.end());
    });
    upstream.on('error', () => outgoing.destroy());
    incoming.pipe(upstream);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  server.unref(); // a test that fails does not close it
  return {
    port: (server.address() as AddressInfo).port,
    done,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Flips one bit in the middle of a file. */
export function flip(file: string): void {
  if (!existsSync(file)) throw new Error(`nothing to damage at ${file}`);
  const at = Math.floor(statSync(file).size / 2);
  const open = openSync(file, 'r+');
  const byte = Buffer.alloc(1);
  readSync(open, byte, 0, 1, at);
  byte[0] = (byte[0] ?? 0) ^ 1;
  writeSync(open, byte, 0, 1, at);
  closeSync(open);
}

/** A plain HTTP server on a free port, for a webhook. */
export async function http(answer: RequestListener): Promise<{ port: number; close: () => void }> {
  const server = plainServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  server.unref(); // a test that fails does not close it
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** The body of a request, answered with a status. */
export function read(incoming: IncomingMessage, outgoing: ServerResponse, status: number): Promise<string> {
  return new Promise((resolve) => {
    let body = '';
    incoming.on('data', (data) => {
      body += data;
    });
    incoming.on('end', () => {
      outgoing.writeHead(status, status === 302 ? { location: 'http://127.0.0.1:1/' } : {});
      outgoing.end();
      resolve(body);
    });
  });
}
