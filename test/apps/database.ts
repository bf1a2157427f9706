/** A database of a system on each target, as a reader of the output sees it. */
import type { Json, Views } from './views';

/** Kubernetes, Docker, Swarm, Compose. */
export const TARGETS = ['K', 'D', 'S', 'C'] as const;
export type Target = (typeof TARGETS)[number];

/** The files of a server's configuration, by name. */
export function configOf(views: Views, target: Target, server: string): Record<string, string> {
  if (target === 'K') return views.kind('ConfigMap', `${server}-config`).data;
  if (target === 'D') {
    const { files }: Json = views.D.get(`${server}-config`);
    return Object.fromEntries(Object.entries<Json>(files).map(([name, { content }]) => [name, String(content)]));
  }
  const document: Json = views[target];
  const configs: { source: string; target: string }[] = document.services[server].configs;
  return Object.fromEntries(
    configs.map(({ source, target: path }) => {
      const file = document.configs[source].file.replace('./', '');
      return [path.slice(path.lastIndexOf('/') + 1), String(views.files.get(file))];
    }),
  );
}

/** The parameters of a server. */
export function settingsOf(views: Views, target: Target, server: string): Record<string, string> {
  const lines = (configOf(views, target, server)['postgresql.conf'] as string).trim().split('\n');
  return Object.fromEntries(lines.map((line) => /^(\S+) = '(.*)'$/.exec(line)?.slice(1) as [string, string]));
}

/** The containers of the pods of a workload, a task or one on a schedule. */
export function podOf(views: Views, name: string): Json {
  const cron = views.K.find((one) => one.kind === 'CronJob' && one.metadata.name === name);
  return cron ? cron.spec.jobTemplate.spec.template.spec : views.pod(name);
}

/** The variables of a container. */
export function envOf(views: Views, target: Target, name: string): Record<string, string> {
  if (target === 'K') return Object.fromEntries(podOf(views, name).containers[0].env.map((one: Json) => [one.name, one.value]));
  if (target === 'D') {
    const pairs: string[] = views.D.get(name).containers[0].args.envs;
    return Object.fromEntries(pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]));
  }
  return (views[target] as Json).services[name].environment;
}

/** Names of everything that runs. */
export function namesOf(views: Views, target: Target): string[] {
  if (target === 'K') {
    const runs = /^(Deployment|StatefulSet|Job|CronJob)$/;
    return views.K.filter((one) => runs.test(one.kind)).map((one) => one.metadata.name);
  }
  if (target === 'D') return [...views.D].filter(([, native]) => native.containers).map(([name]) => name);
  return Object.keys((views[target] as Json).services);
}
