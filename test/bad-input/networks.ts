import { Peers } from '../../lib';
import { type BadInput, segment, service } from './case';

const WEB = { ports: { http: 8080 } };

/** Segments, entrances and edges. */
export const NETWORKS: readonly BadInput[] = [
  {
    mistake: 'a subnet that is none',
    build: (s) => segment(s, { subnet: '172.20.0.0' }),
    message: `app/#/Net: subnet: the subnet must be an IPv4 network in CIDR notation, got "172.20.0.0"; write it as '172.20.0.0/16'`,
  },
  {
    mistake: 'a subnet with bits of the host',
    build: (s) => segment(s, { subnet: '172.20.0.1/16' }),
    message: `app/#/Net: subnet: the subnet must be an IPv4 network in CIDR notation, got "172.20.0.1/16"; write it as '172.20.0.0/16'`,
  },
  {
    mistake: 'a gateway outside the subnet',
    build: (s) => segment(s, { subnet: '172.101.0.0/16', gateway: '172.201.0.1' }),
    message: 'app/#/Net: gateway: the gateway must be an address within the subnet, got "172.201.0.1"; give an address in 172.101.0.0/16',
  },
  {
    mistake: 'a gateway without a subnet',
    build: (s) => segment(s, { gateway: '172.21.0.1' }),
    message: 'app/#/Net: gateway: the gateway must be an address within the subnet, got "172.21.0.1"; give the segment a subnet too',
  },
  {
    mistake: 'an MTU of nothing',
    build: (s) => segment(s, { mtu: 0 }),
    message: 'app/#/Net: mtu: the MTU must be a whole number of bytes from 576 to 65535, got 0; leave it out, or use 1500',
  },
  {
    mistake: 'a fixed address outside the subnet',
    build: (s) => service(s, { networks: [{ network: segment(s, { subnet: '172.102.0.0/24' }), address: '172.102.1.5' }] }),
    message: `app/#/Web: networks: a fixed address must lie in the segment's subnet, got "172.102.1.5"; choose one in 172.102.0.0/24`,
  },
  {
    mistake: 'the broadcast address as a fixed address',
    build: (s) => service(s, { networks: [{ network: segment(s, { subnet: '172.103.0.0/24' }), address: '172.103.0.255' }] }),
    message: `app/#/Web: networks: a fixed address must lie in the segment's subnet, got "172.103.0.255"; choose one in 172.103.0.0/24`,
  },
  {
    mistake: 'a fixed address without a subnet',
    build: (s) => service(s, { networks: [{ network: segment(s), address: '172.20.1.5' }] }),
    message: `app/#/Web: networks: a fixed address must lie in the segment's subnet, got "172.20.1.5"; give the segment a subnet`,
  },
  {
    mistake: "the gateway's address as a fixed address",
    build: (s) =>
      service(s, { networks: [{ network: segment(s, { subnet: '172.104.0.0/24', gateway: '172.104.0.1' }), address: '172.104.0.1' }] }),
    message: `app/#/Web: networks: the fixed address is the gateway's, got "172.104.0.1"; choose another`,
  },
  {
    mistake: 'a fixed address for two replicas',
    build: (s) => service(s, { replicas: 2, networks: [{ network: segment(s, { subnet: '172.105.0.0/24' }), address: '172.105.0.5' }] }),
    message: 'app/#/Web: networks: a fixed address needs a single replica, got 2; set replicas to 1, or let the engine choose',
  },
  {
    mistake: 'a fixed address for as many replicas as the environment says',
    build: (s) => {
      const network = segment(s, { subnet: '172.31.0.0/24' });
      service(s, { replicas: undefined, networks: [{ network, address: '172.31.0.5' }] });
    },
    message:
      'app/#/Web: networks: a fixed address needs a single replica, got 3; 3 is the default of production: set replicas to 1, or let the engine choose, or choose another environment',
  },
  {
    mistake: 'a fixed address for up to three replicas',
    build: (s) =>
      service(s, {
        replicas: undefined,
        scaling: { min: 1, max: 3 },
        networks: [{ network: segment(s, { subnet: '172.106.0.0/24' }), address: '172.106.0.5' }],
      }),
    message: 'app/#/Web: networks: a fixed address needs a single replica, got 3; set replicas to 1, or let the engine choose',
  },
  {
    mistake: 'one fixed address for two services',
    build: (s) => {
      const network = segment(s, { subnet: '172.107.0.0/24' });
      service(s, { networks: [{ network, address: '172.107.0.5' }] }, 'One');
      service(s, { networks: [{ network, address: '172.107.0.5' }] }, 'Two');
    },
    message: 'app/#/Two: the address in app/#/Net is taken by app/#/One, got "172.107.0.5"; choose another',
  },
  {
    mistake: 'two segments with addresses in common',
    build: (s) => {
      segment(s, { subnet: '172.30.0.0/16' }, 'One');
      segment(s, { subnet: '172.30.5.0/24' }, 'Two');
    },
    message: 'app/#/Two: subnet: the subnet overlaps that of app/#/One, got "172.30.5.0/24"; give each segment a range of its own',
  },
  {
    mistake: 'a segment twice',
    build: (s) => {
      const network = segment(s);
      service(s, { networks: [{ network }, { network }] });
    },
    message: 'app/#/Web: networks: the segment is named twice, got "app/#/Net"; name each segment once',
  },
  {
    mistake: 'an alias in capitals',
    build: (s) => service(s, { networks: [{ network: segment(s), aliases: ['DB'] }] }),
    message: 'app/#/Web: networks: an alias must be a DNS label, got "DB"; use lower case letters, digits and dashes',
  },
  {
    mistake: 'an entrance to an unknown port',
    build: (s) => service(s, WEB).publish({ port: 'https' }),
    message: 'app/#/Web: publish https.port: the workload has no port of that name, got "https"; use one of http',
  },
  {
    mistake: 'an entrance of a service without ports',
    build: (s) => service(s).publish({ port: 'http' }),
    message: 'app/#/Web: publish http.port: the workload has no port of that name, got "http"; give it a port of that name',
  },
  {
    mistake: 'an entrance at a port beyond 65535',
    build: (s) => service(s, WEB).publish({ port: 'http', listen: 70000 }),
    message: 'app/#/Web: publish http.listen: a port must be a whole number from 1 to 65535, got 70000; choose a free port, 1024 or higher',
  },
  {
    mistake: 'an entrance at a host name',
    build: (s) => service(s, WEB).publish({ port: 'http', address: 'localhost' }),
    message: `app/#/Web: publish http.address: the address must be an IP address of the host, got "localhost"; use '127.0.0.1' or '0.0.0.0'`,
  },
  {
    mistake: 'an entrance for networks that are none',
    build: (s) => service(s, WEB).publish({ port: 'http', allowedSources: ['10.0.0.0/8', '2001:db8::/32', 'office'] }),
    message: `app/#/Web: publish http.allowedSources: a source must be a network in CIDR notation, got "office"; write it as '203.0.113.0/24'`,
  },
  {
    mistake: 'an entrance twice',
    build: (s) => {
      const web = service(s, WEB);
      web.publish({ port: 'http' });
      web.publish({ port: 'http' });
    },
    message: 'app/#/Web: publish: the port is published twice in the same place, got "http"; publish it once, or choose another listen',
  },
  {
    mistake: 'an endpoint at an unknown port',
    build: (s) => void service(s, WEB).endpoint('https'),
    message: 'app/#/Web: endpoint: the service has no port of that name, got "https"; use one of http',
  },
  {
    mistake: 'an edge to an unknown port',
    build: (s) => service(s, WEB).network.allowTo(service(s, { ports: { postgres: 5432 } }, 'Db'), 'pg'),
    message: 'app/#/Web: an edge names a port that app/#/Db does not have, got "pg"; use one of postgres',
  },
  {
    mistake: 'an edge from outside to an unknown port',
    build: (s) => service(s, WEB).network.allowFrom(Peers.pods({ app: 'x' }), 'htp'),
    message: 'app/#/Web: an edge names a port that app/#/Web does not have, got "htp"; use one of http',
  },
  {
    mistake: 'an edge to addresses that are none',
    build: (s) => service(s).network.allowTo(Peers.cidr('10.0.0.0')),
    message: `app/#/Web: an edge leads to addresses that are no network in CIDR notation, got "10.0.0.0"; write it as '203.0.113.0/24'`,
  },
  {
    mistake: 'a peer whose label is undefined, which would select everything',
    build: (s) => service(s, WEB).network.allowFrom(Peers.pods({ app: 'x' }, { name: undefined as unknown as string })),
    message: 'app/#/Web: an edge has labels of a peer that are none, got {}; give at least one label, each with a text',
  },
  {
    mistake: 'a peer with addresses and labels',
    build: (s) => service(s, WEB).network.allowFrom({ cidr: '203.0.113.0/24', podLabels: { app: 'x' }, ports: [] }),
    message:
      'app/#/Web: an edge needs either addresses, a DNS name or labels of a peer, got {"cidr":"203.0.113.0/24","podLabels":{"app":"x"},"ports":[]}; use one of Peers',
  },
  {
    mistake: 'names of ports for a peer outside',
    build: (s) => service(s).network.allowTo(Peers.cidr('203.0.113.0/24'), 'sql'),
    message:
      'app/#/Web: network.allowTo: a peer outside has no named ports, got ["sql"]; give numbers to the peer, as in Peers.cidr(network, 5432)',
  },
  {
    mistake: 'an edge to a port beyond 65535',
    build: (s) => service(s).network.allowTo(Peers.internet(443, 99999)),
    message: 'app/#/Web: an edge names a port that is no whole number from 1 to 65535, got 99999; use the number of a TCP port',
  },
];
