import { VeoGen } from '../../../apps/veogen/veogen';
import { Environments } from '../../../lib';
import { type DockerNatives, docker } from '../../../lib/platforms/docker';
import { deployStack } from '../../../lib/stack/pulumi';

const { E2E_NAMESPACE: namespace = 'e2e', E2E_NOFILE = '65535' } = process.env;

deployStack('veogen', { platform: 'docker', environment: Environments.development, namespace }, (root) => {
  const { backend, frontend } = new VeoGen(root);
  backend.tune(docker, (native) => {
    listen(native, 'main', '8000,8001');
    listen(native, 'monitoring', '9100');
    // the engine may not be able to raise limits above its own
    for (const limit of native.containers.flatMap(({ args }) => args.ulimits ?? [])) {
      if (limit.name === 'nofile') limit.soft = limit.hard = Number(E2E_NOFILE);
    }
  });
  frontend.tune(docker, (native) => listen(native, 'main', '3000'));
});

/** Tells the stand-in for an image which ports it has. */
function listen({ containers }: DockerNatives['workload'], role: string, ports: string): void {
  for (const container of containers) {
    if (container.role === role) container.args.envs = [...(container.args.envs ?? []), `PROBE_PORTS=${ports}`];
  }
}
