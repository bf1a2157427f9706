import { type BadInput, props } from './case';

/** Replicas, scaling, roll-out and the like. */
export const RUNNING: readonly BadInput[] = [
  props(
    'replicas and scaling',
    { replicas: 2, scaling: { min: 1, max: 3 } },
    'replicas: a number of replicas and autoscaling exclude each other, got 2; leave out replicas: scaling.min is the start',
  ),
  props(
    'a negative number of replicas',
    { replicas: -1 },
    'replicas: must be a whole number from 0 to 1000, got -1; use a whole number, such as 3',
  ),
  props('replicas as text', { replicas: '3' }, 'replicas: must be a whole number from 0 to 1000, got "3"; use a whole number, such as 3'),
  props(
    'most below fewest',
    { replicas: undefined, scaling: { min: 3, max: 2 } },
    'scaling.max: the most is below the fewest, got 2; use at least 3',
  ),
  props(
    'a target beyond 100 percent',
    { replicas: undefined, scaling: { min: 1, max: 3, cpu: 150 } },
    'scaling.cpu: must be a whole number from 1 to 100, got 150; use a whole number, such as 70',
  ),
  props(
    'a custom metric of nothing',
    { replicas: undefined, scaling: { min: 1, max: 3, metrics: { queue: 0 } } },
    'scaling.metrics.queue: must be a number above 0, got 0; give the average per pod',
  ),
  props(
    'a window of two hours',
    { replicas: undefined, scaling: { min: 1, max: 3, scaleDown: { stabilization: '2h' } } },
    'scaling.scaleDown.stabilization: must be at most 3600s, got "2h"; give it less time',
  ),
  props(
    'a disruption of no replica',
    { maxUnavailable: 0 },
    "maxUnavailable: must be a whole number of at least 1, or a percentage from 1% to 100%, got 0; use 1 or '25%'",
  ),
  props(
    'a disruption of 120 percent',
    { maxUnavailable: '120%' },
    `maxUnavailable: must be a whole number of at least 1, or a percentage from 1% to 100%, got "120%"; use 1 or '25%'`,
  ),
  props('a grace below a second', { shutdown: { grace: '500ms' } }, 'shutdown.grace: must be at least 1s, got "500ms"; give it more time'),
  props(
    'a grace of ten years',
    { shutdown: { grace: '87600h' } },
    'shutdown.grace: must be at most 31536000s, got "87600h"; give it less time',
  ),
  props(
    'no replica at a time',
    { rollout: { parallelism: 0 } },
    'rollout.parallelism: must be a whole number from 1 to 1000, got 0; use a whole number, such as 1',
  ),
  props(
    'a share beyond 1',
    { rollout: { maxFailureRatio: 5 } },
    'rollout.maxFailureRatio: must be a share from 0 to 1, got 5; use 0.1 for one in ten',
  ),
  props(
    'a deadline shorter than the delay',
    { rollout: { delay: '2m', deadline: '1m' } },
    `rollout.deadline: must be longer than the delay, got "1m"; use more than '120s'`,
  ),
  props(
    'half an attempt',
    { restart: { maxAttempts: 0.5 } },
    'restart.maxAttempts: must be a whole number from 1 to 1000, got 0.5; use a whole number, such as 3',
  ),
  props(
    'a label key with a blank',
    { labels: { 'my key': 'x' } },
    `labels.my key: is no label key, got "my key"; use letters, digits, '-', '_' and '.', after a DNS name and a slash if it needs one`,
  ),
  props(
    'a label value with a slash',
    { labels: { team: 'a/b' } },
    `labels.team: is no label value, got "a/b"; use at most 63 letters, digits, '-', '_' and '.'`,
  ),
  props(
    'a label of a node with a blank',
    { placement: { labels: { disk: 'very fast' } } },
    `placement.labels.disk: is no label value, got "very fast"; use at most 63 letters, digits, '-', '_' and '.'`,
  ),
  props(
    'spread over something with a blank',
    { placement: { spreadOver: ['my zone'] } },
    `placement.spreadOver: must be 'zone', 'host' or a label key, got "my zone"; use 'zone'`,
  ),
  props(
    'spread with something in upper case',
    { placement: { spreadWith: ['Orders'] } },
    'placement.spreadWith: must be a DNS label, got "Orders"; name the group as \'orders-redis\'',
  ),
  props(
    'an annotation that is a number',
    { annotations: { 'example.com/port': 80 } },
    'annotations.example.com/port: must be text, got 80; put it in quotes',
  ),
  props(
    'an annotation with two slashes',
    { annotations: { 'a/b/c': 'x' } },
    `annotations.a/b/c: is no annotation key, got "a/b/c"; use letters, digits, '-', '_' and '.', after a DNS name and a slash if it needs one`,
  ),
  props(
    'a kernel parameter of the host',
    { sysctls: { 'kernel.pid_max': 1 } },
    'sysctls.kernel.pid_max: is no kernel parameter of a namespace, got "kernel.pid_max"; only net.*, kernel.shm*, kernel.msg*, kernel.sem and fs.mqueue.* can be set for a container',
  ),
  props(
    'a kernel parameter of nothing',
    { sysctls: { 'net.core.somaxconn': '' } },
    `sysctls.net.core.somaxconn: must be words or numbers, got ""; write it as '4096 65536'`,
  ),
];
