/*
 * prober: the smallest thing that can answer "is this container healthy?" from inside an image that has neither a
 * shell nor curl. It is delivered as a file next to the application, so every byte counts (Swarm config objects are
 * limited in size) and nothing may be assumed about the image: no libc, no resolver, no /etc, no writable file system.
 *
 * Everything lives on the stack. With no writable globals the binary is a single read-only, executable segment: there
 * is no page that is both writable and executable, and no dependency on the page size of the host (4, 16 or 64 KiB).
 */

#define VERSION "1.0.0"

typedef unsigned char u8;
typedef unsigned short u16;

/* ------------------------------------------------------------------------------------------------ system calls ---- */

#if defined(__x86_64__)

enum {
  SYS_write = 1, SYS_socket = 41, SYS_connect = 42, SYS_sendto = 44, SYS_recvfrom = 45, SYS_getsockname = 51,
  SYS_getsockopt = 55, SYS_clock_gettime = 228, SYS_exit_group = 231, SYS_ppoll = 271
};

/* The kernel enters with argc, argv on the stack and without a return address; C wants an argument and alignment. */
__asm__(".globl _start\n_start:\n\txor %ebp, %ebp\n\tmov %rsp, %rdi\n\tand $-16, %rsp\n\tcall start\n");

static long sys(long number, long a, long b, long c, long d, long e, long f) {
  register long r10 __asm__("r10") = d;
  register long r8 __asm__("r8") = e;
  register long r9 __asm__("r9") = f;
  long result;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                   : "rcx", "r11", "memory");
  return result;
}

#elif defined(__aarch64__)

enum {
  SYS_write = 64, SYS_ppoll = 73, SYS_exit_group = 94, SYS_clock_gettime = 113, SYS_socket = 198, SYS_connect = 203,
  SYS_getsockname = 204, SYS_sendto = 206, SYS_recvfrom = 207, SYS_getsockopt = 209
};

__asm__(".globl _start\n_start:\n\tmov x29, #0\n\tmov x30, #0\n\tmov x0, sp\n\tbl start\n");

static long sys(long number, long a, long b, long c, long d, long e, long f) {
  register long x8 __asm__("x8") = number;
  register long x0 __asm__("x0") = a;
  register long x1 __asm__("x1") = b;
  register long x2 __asm__("x2") = c;
  register long x3 __asm__("x3") = d;
  register long x4 __asm__("x4") = e;
  register long x5 __asm__("x5") = f;
  __asm__ volatile("svc #0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
  return x0;
}

#else
#error "prober knows linux/amd64 and linux/arm64 only"
#endif

/* Kernel ABI values; they are the same on both architectures. */
enum { AF_INET = 2, AF_INET6 = 10, SOCK_STREAM = 1, SOCK_NONBLOCK = 04000, SOL_SOCKET = 1, SO_ERROR = 4 };
enum { CLOCK_MONOTONIC = 1, MSG_NOSIGNAL = 0x4000, POLLIN = 1, POLLOUT = 4 };
enum { EPERM = 1, EINTR = 4, EAGAIN = 11, EACCES = 13, EPIPE = 32, ECONNRESET = 104, ETIMEDOUT = 110,
       ECONNREFUSED = 111, EINPROGRESS = 115 };

/* Failures of our own, kept clear of every errno so that one negative number can carry either. */
enum { CLOSED_EARLY = 5001, NOT_HTTP = 5002 };

enum { HEALTHY = 0, UNHEALTHY = 1, BAD_USAGE = 2 };

struct timespec { long seconds, nanoseconds; };
struct pollfd { int fd; short events, revents; };
/* sockaddr_in and sockaddr_in6 overlaid: the v4 padding falls into the (zero) start of the v6 address. */
struct address { u16 family; u8 port[2]; u8 v4[4]; u8 v6[16]; unsigned scope; };

__attribute__((noreturn)) static void leave(int code) {
  for (;;) sys(SYS_exit_group, code, 0, 0, 0, 0, 0);
}

/* --------------------------------------------------------------------------------------------- text and numbers ---- */

static long length(const char *text) {
  long n = 0;
  while (text[n]) n++;
  return n;
}

static int equal(const char *a, const char *b) {
  while (*a && *a == *b) a++, b++;
  return *a == *b;
}

static char *append(char *to, const char *text) {
  while (*text) *to++ = *text++;
  return to;
}

static char *append_number(char *to, long value) {
  if (value > 9) to = append_number(to, value / 10);
  *to++ = '0' + value % 10;
  return to;
}

static void say(int fd, const char *text, long count) {
  sys(SYS_write, fd, (long)text, count, 0, 0, 0);
}

/* Digits only and 1..max, or -1: "80x" or "-1" in a health check is a mistake that should not pass for a number. */
static long number(const char *text, long max) {
  long value = 0;
  if (!*text) return -1;
  for (; *text; text++) {
    if (*text < '0' || *text > '9') return -1;
    value = value * 10 + (*text - '0');
    if (value > max) return -1;
  }
  return value ? value : -1;
}

/* A blank or control character would end the request line or smuggle a header in. */
static int printable(const char *text) {
  for (; *text; text++)
    if (*text <= ' ' || *text > '~') return 0;
  return 1;
}

/* One line in one write, because Docker keeps it in the health log of the container. */
__attribute__((noreturn)) static void unhealthy(long port, const char *doing, long error) {
  char line[160], *end = append(append_number(append(line, "port "), port), ": ");
  switch (error) {
  case ETIMEDOUT: end = append(append(end, "timed out "), doing); break;
  case ECONNREFUSED: end = append(end, "connection refused"); break;
  case ECONNRESET: end = append(append(end, "connection reset "), doing); break;
  case EPERM:
  case EACCES: end = append(append(end, "not permitted "), doing); break;
  case CLOSED_EARLY: end = append(end, "connection closed before a complete status line"); break;
  case NOT_HTTP: end = append(end, "the reply is not HTTP/1"); break;
  default: end = append(append_number(append(end, "errno "), error), " "); end = append(end, doing);
  }
  *end++ = '\n';
  say(2, line, end - line);
  leave(UNHEALTHY);
}

__attribute__((noreturn)) static void usage(void) {
  static const char text[] = "usage: prober http PORT PATH [--timeout MS] [--host HEADER] | "
                             "prober tcp PORT [--timeout MS] | prober --version\n";
  say(2, text, sizeof text - 1);
  leave(BAD_USAGE);
}

/* -------------------------------------------------------------------------------------------------- connections ---- */

static long now(void) {
  struct timespec t;
  sys(SYS_clock_gettime, CLOCK_MONOTONIC, (long)&t, 0, 0, 0, 0);
  return t.seconds * 1000000000 + t.nanoseconds;
}

/*
 * Every transfer goes through here first, even when it would not block: the deadline is for the whole probe, and a
 * peer that drips (or floods) bytes must not be able to stretch it.
 */
static long await(long fd, short events, long deadline) {
  for (;;) {
    long left = deadline - now();
    if (left <= 0) return -ETIMEDOUT;
    struct timespec t = {left / 1000000000, left % 1000000000};
    struct pollfd p = {fd, events, 0};
    long ready = sys(SYS_ppoll, (long)&p, 1, (long)&t, 0, 0, 0);
    if (ready > 0) return 0;
    if (ready < 0 && ready != -EINTR) return ready;
  }
}

/* A connected, non-blocking socket or a negative errno. Sockets are never closed: the process is about to end. */
static long dial(u16 family, long port, long deadline) {
  struct address to = {family, {port >> 8, port}, {0}, {0}, 0};
  int size = 16;
  if (family == AF_INET) {
    to.v4[0] = 127;
    to.v4[3] = 1;
  } else {
    to.v6[15] = 1;
    size = 28;
  }
  long fd = sys(SYS_socket, family, SOCK_STREAM | SOCK_NONBLOCK, 0, 0, 0, 0);
  if (fd < 0) return fd;
  long error = sys(SYS_connect, fd, (long)&to, size, 0, 0, 0);
  if (error == -EINPROGRESS || error == -EINTR) {
    int pending = 0, pending_size = sizeof pending;
    error = await(fd, POLLOUT, deadline);
    if (!error) error = sys(SYS_getsockopt, fd, SOL_SOCKET, SO_ERROR, (long)&pending, (long)&pending_size, 0);
    if (!error) error = -pending;
  }
  if (error) return error;
  /*
   * If nothing listens on a port of the ephemeral range, the kernel may pick that very port as our own; TCP then
   * connects the socket to itself and a dead service would look alive once in some ten thousand probes.
   */
  struct address own;
  int own_size = sizeof own;
  error = sys(SYS_getsockname, fd, (long)&own, (long)&own_size, 0, 0, 0);
  if (error) return error;
  return own.port[0] == to.port[0] && own.port[1] == to.port[1] ? -ECONNREFUSED : fd;
}

/*
 * Addresses, not "localhost": there may be no /etc/hosts. If both fail, the IPv4 error is the one people recognise,
 * unless somebody does listen on ::1 and is only too slow to accept.
 */
static long dial_loopback(long port, long deadline) {
  long fd = dial(AF_INET, port, deadline);
  if (fd >= 0) return fd;
  long second = dial(AF_INET6, port, deadline);
  return second >= 0 || second == -ETIMEDOUT ? second : fd;
}

/* --------------------------------------------------------------------------------------------------------- HTTP ---- */

struct reader {
  long fd, deadline, used, filled;
  u8 bytes[4096];
};

static long fill(struct reader *r) {
  for (;;) {
    long n = await(r->fd, POLLIN, r->deadline);
    if (!n) n = sys(SYS_recvfrom, r->fd, (long)r->bytes, sizeof r->bytes, 0, 0, 0);
    if (n == -EAGAIN || n == -EINTR) continue;
    r->used = 0;
    r->filled = n;
    return n;
  }
}

static long next(struct reader *r) {
  if (r->used == r->filled) {
    long n = fill(r);
    if (n <= 0) return n ? n : -CLOSED_EARLY;
  }
  return r->bytes[r->used++];
}

/* The status of the final response or a negative error. Reading by byte makes split packets a non-issue. */
static long read_status(struct reader *r) {
  static const char pattern[] = "HTTP/1.# ###";
  for (;;) {
    long status = 0, c;
    /* Reject at the first wrong byte: an SSH or SMTP banner should not look like a slow web server. */
    for (const char *p = pattern; *p; p++) {
      if ((c = next(r)) < 0) return c;
      if (*p == '#' ? c < '0' || c > '9' : c != *p) return -NOT_HTTP;
      /* The digit of the minor version ends up as a thousands digit. */
      if (*p == '#') status = (status * 10 + c - '0') % 1000;
    }
    if ((c = next(r)) < 0) return c;
    if (c != ' ' && c != '\r' && c != '\n') return -NOT_HTTP;
    if (status < 100 || status == 101 || status >= 200) return status;
    /* Interim responses (100 Continue, 103 Early Hints) precede the real one; skip to their empty line. */
    for (int at_line_start = c == '\n';;) {
      if ((c = next(r)) < 0) return c;
      if (c == '\n' && at_line_start) break;
      if (c != '\r') at_line_start = c == '\n';
    }
  }
}

static void send_request(long fd, long port, const char *path, const char *host, long deadline) {
  char request[length(path) + (host ? length(host) : 0) + 160];
  char *from = request, *end = append(append(append(request, "GET "), path), " HTTP/1.1\r\nHost: ");
  /* A name rather than an address is right whichever of 127.0.0.1 and ::1 answered. */
  end = host ? append(end, host) : append_number(append(end, "localhost:"), port);
  end = append(end, "\r\nUser-Agent: ironhull-prober\r\nConnection: close\r\n\r\n");
  while (from < end) {
    long n = await(fd, POLLOUT, deadline);
    if (!n) n = sys(SYS_sendto, fd, (long)from, end - from, MSG_NOSIGNAL, 0, 0);
    if (n == -EAGAIN || n == -EINTR) continue;
    /* A server may answer without reading everything and hang up; what it said, if anything, is still there to read. */
    if (n == -EPIPE || n == -ECONNRESET) return;
    if (n < 0) unhealthy(port, "while sending the request", -n);
    from += n;
  }
}

/*
 * Closing with unread data sends a reset, which many servers log as an error on every single probe. So take what a
 * health page is likely to send, but never wait for it long enough to matter: the verdict is already known.
 */
static void drain(struct reader *r) {
  long limit = now() + 250000000, total = 0;
  if (limit < r->deadline) r->deadline = limit;
  while (total < 65536) {
    long n = fill(r);
    if (n <= 0) return;
    total += n;
  }
}

__attribute__((noreturn)) static void probe(long port, const char *path, const char *host, long deadline) {
  long fd = dial_loopback(port, deadline);
  if (fd < 0) unhealthy(port, "while connecting", -fd);
  if (!path) leave(HEALTHY);
  send_request(fd, port, path, host, deadline);
  struct reader r;
  r.fd = fd;
  r.deadline = deadline;
  r.used = r.filled = 0;
  long status = read_status(&r);
  if (status < 0) unhealthy(port, "while waiting for the status line", -status);
  drain(&r);
  if (status >= 200 && status < 400) leave(HEALTHY);
  char line[64], *end = append_number(append(append_number(append(line, "port "), port), ": HTTP status "), status);
  *end++ = '\n';
  say(2, line, end - line);
  leave(UNHEALTHY);
}

/* ------------------------------------------------------------------------------------------------- command line ---- */

__attribute__((noreturn, used)) void start(long *stack) {
  /* Before anything else, so that the timeout covers all that we do. */
  long started = now(), timeout = 5000;
  long argc = stack[0];
  char **argv = (char **)(stack + 1);
  if (argc == 2 && equal(argv[1], "--version")) {
    say(1, "prober " VERSION "\n", sizeof "prober " VERSION);
    leave(HEALTHY);
  }
  int http = argc >= 4 && equal(argv[1], "http"), tcp = argc >= 3 && equal(argv[1], "tcp");
  if (!http && !tcp) usage();
  long port = number(argv[2], 65535);
  const char *path = http ? argv[3] : 0, *host = 0;
  /* The request is built on the stack, so its size needs a bound; servers do not take longer request lines anyway. */
  if (port < 0 || (path && (*path != '/' || !printable(path) || length(path) > 8192))) usage();
  for (long i = http ? 4 : 3; i < argc; i += 2) {
    if (i + 1 == argc) usage();
    if (equal(argv[i], "--timeout")) {
      timeout = number(argv[i + 1], 86400000);
      if (timeout < 0) usage();
    } else if (http && equal(argv[i], "--host")) {
      host = argv[i + 1];
      if (!*host || !printable(host) || length(host) > 1024) usage();
    } else {
      usage();
    }
  }
  probe(port, path, host, started + timeout * 1000000);
}
