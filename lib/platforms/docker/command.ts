/**
 * What the modules have in common that Pulumi runs for dynamic resources: the docker command, which says how it ended and
 * what it wrote last.
 *
 * These modules are written as text, and not as functions that Pulumi turns into text, because that text stands in the
 * stack's state: it must not depend on the compiler in use, and turning functions into text loads the TypeScript
 * compiler, which costs more than all the rest of a program's start.
 */
export const DOCKER_COMMAND = `const { spawn } = require('child_process');
  const docker = (host, ...args) => new Promise((resolve) => {
    const child = spawn('docker', [...(host ? ['--host', host] : []), ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    const out = [], all = [];
    const keep = (list, chunk) => {
      list.push(chunk);
      while (list.length > 64) list.shift();
    };
    child.stdout.on('data', (chunk) => { keep(out, chunk); keep(all, chunk); });
    child.stderr.on('data', (chunk) => keep(all, chunk));
    child.on('error', (error) => resolve({ code: 127, out: Buffer.alloc(0), said: error.message }));
    child.on('close', (code) => resolve({ code, out: Buffer.concat(out), said: Buffer.concat(all).toString().trim() }));
  });`;
