/* Time, and connections that never take longer than they may. */

/* In nanoseconds, as all times are. */
#define MILLISECOND 1000000L
#define SECOND 1000000000L
/* A deadline that is never reached. */
#define FOREVER 0x7fffffffffffffffL

static long now(void) {
  struct timespec t;
  sys(SYS_clock_gettime, CLOCK_MONOTONIC, (long)&t, 0, 0);
  return t.seconds * SECOND + t.nanoseconds;
}

static long earlier(long a, long b) {
  return a < b ? a : b;
}

/*
 * Every transfer goes through here first, even when it would not block: the deadline is for the whole probe, and a
 * peer that drips (or floods) bytes must not be able to stretch it.
 */
static long await(long fd, short events, long deadline) {
  for (;;) {
    long left = deadline - now();
    if (left <= 0) return -ETIMEDOUT;
    struct timespec t = {left / SECOND, left % SECOND};
    struct pollfd p = {fd, events, 0};
    long ready = sys(SYS_ppoll, (long)&p, 1, (long)&t, 0);
    if (ready > 0) return 0;
    if (ready < 0 && ready != -EINTR) return ready;
  }
}

/* The kernel does not look at a descriptor that is negative. */
static void sleep_until(long time) {
  await(-1, 0, time);
}

/* A non-blocking socket on its way to an address, or a negative errno. For UDP it only takes what comes from there. */
static long open_socket(const struct address *to, int type) {
  long fd = sys(SYS_socket, to->family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, 0);
  if (fd < 0) return fd;
  long error = sys(SYS_connect, fd, (long)to, to->family == AF_INET ? 16 : 28, 0);
  if (!error || error == -EINPROGRESS || error == -EINTR) return fd;
  close(fd);
  return error;
}

/* What became of a connection: 0 once it stands, or a negative errno. */
static long connected(long fd, const struct address *to, long deadline) {
  int pending = 0, pending_size = sizeof pending;
  long error = await(fd, POLLOUT, deadline);
  if (!error) error = sys6(SYS_getsockopt, fd, SOL_SOCKET, SO_ERROR, (long)&pending, (long)&pending_size, 0);
  if (!error) error = -pending;
  if (error) return error;
  /*
   * If nothing listens on a port of the ephemeral range, the kernel may pick that very port as our own; TCP then
   * connects the socket to itself and a dead service would look alive once in some ten thousand probes.
   */
  struct address own;
  int own_size = sizeof own;
  error = sys(SYS_getsockname, fd, (long)&own, (long)&own_size, 0);
  if (error) return error;
  return own.port[0] == to->port[0] && own.port[1] == to->port[1] ? -ECONNREFUSED : 0;
}

/* A connected, non-blocking socket or a negative errno. */
static long dial(struct address *to, long port, long deadline) {
  to->port[0] = port >> 8;
  to->port[1] = port;
  long fd = open_socket(to, SOCK_STREAM);
  if (fd < 0) return fd;
  long error = connected(fd, to, deadline);
  if (!error) return fd;
  close(fd);
  return error;
}

/*
 * Addresses, not "localhost": there may be no /etc/hosts. If both fail, the IPv4 error is the one people recognise,
 * unless somebody does listen on ::1 and is only too slow to accept.
 */
static long dial_loopback(long port, long deadline) {
  struct address v4 = {AF_INET, {0}, {127, 0, 0, 1}, {0}, 0};
  struct address v6 = {AF_INET6, {0}, {0}, {[15] = 1}, 0};
  long fd = dial(&v4, port, deadline);
  if (fd >= 0) return fd;
  long second = dial(&v6, port, deadline);
  return second >= 0 || second == -ETIMEDOUT ? second : fd;
}
