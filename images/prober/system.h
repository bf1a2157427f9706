/* What the kernel offers: system calls, and the values and structures of its ABI. */

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned long u64;

#if defined(__x86_64__)

enum {
  SYS_read = 0, SYS_write = 1, SYS_close = 3, SYS_rt_sigaction = 13, SYS_rt_sigprocmask = 14, SYS_socket = 41,
  SYS_connect = 42, SYS_sendto = 44, SYS_bind = 49, SYS_listen = 50, SYS_getsockname = 51,
  SYS_setsockopt = 54, SYS_getsockopt = 55, SYS_clone = 56, SYS_execve = 59, SYS_wait4 = 61, SYS_kill = 62,
  SYS_rt_sigtimedwait = 128, SYS_clock_gettime = 228, SYS_exit_group = 231, SYS_openat = 257, SYS_newfstatat = 262,
  SYS_ppoll = 271, SYS_accept4 = 288, SYS_getrandom = 318
};

/* The kernel enters with argc, argv on the stack and without a return address; C wants an argument and alignment. */
__asm__(".globl _start\n_start:\n\txor %ebp, %ebp\n\tmov %rsp, %rdi\n\tand $-16, %rsp\n\tcall start\n");

static long sys6(long number, long a, long b, long c, long d, long e, long f) {
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

/* Most calls have less to say, and what does not have to be zeroed takes no space. */
static long sys(long number, long a, long b, long c, long d) {
  register long r10 __asm__("r10") = d;
  long result;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10)
                   : "rcx", "r11", "memory");
  return result;
}

#elif defined(__aarch64__)

enum {
  SYS_openat = 56, SYS_close = 57, SYS_read = 63, SYS_write = 64, SYS_ppoll = 73, SYS_newfstatat = 79,
  SYS_exit_group = 94, SYS_clock_gettime = 113, SYS_kill = 129, SYS_rt_sigaction = 134, SYS_rt_sigprocmask = 135,
  SYS_rt_sigtimedwait = 137, SYS_socket = 198, SYS_bind = 200, SYS_listen = 201, SYS_connect = 203, SYS_getsockname = 204, SYS_sendto = 206,
  SYS_setsockopt = 208, SYS_getsockopt = 209, SYS_clone = 220, SYS_execve = 221, SYS_accept4 = 242,
  SYS_wait4 = 260, SYS_getrandom = 278
};

__asm__(".globl _start\n_start:\n\tmov x29, #0\n\tmov x30, #0\n\tmov x0, sp\n\tbl start\n");

static long sys6(long number, long a, long b, long c, long d, long e, long f) {
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

static long sys(long number, long a, long b, long c, long d) {
  register long x8 __asm__("x8") = number;
  register long x0 __asm__("x0") = a;
  register long x1 __asm__("x1") = b;
  register long x2 __asm__("x2") = c;
  register long x3 __asm__("x3") = d;
  __asm__ volatile("svc #0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3) : "memory");
  return x0;
}

#else
#error "prober knows linux/amd64 and linux/arm64 only"
#endif

/* Kernel ABI values; they are the same on both architectures. */
enum { AF_INET = 2, AF_INET6 = 10, SOCK_STREAM = 1, SOCK_DGRAM = 2, SOCK_NONBLOCK = 04000, SOCK_CLOEXEC = 02000000 };
enum { SOL_SOCKET = 1, SO_REUSEADDR = 2, SO_ERROR = 4, IPPROTO_IPV6 = 41, IPV6_V6ONLY = 26 };
enum { CLOCK_REALTIME = 0, CLOCK_MONOTONIC = 1, MSG_NOSIGNAL = 0x4000, POLLIN = 1, POLLOUT = 4 };
enum { AT_FDCWD = -100, O_CLOEXEC = 02000000, WNOHANG = 1 };
enum { SIGHUP = 1, SIGINT = 2, SIGQUIT = 3, SIGUSR1 = 10, SIGUSR2 = 12, SIGTERM = 15, SIGCHLD = 17 };
enum { SIG_SETMASK = 2, SI_KERNEL = 128 };
enum { EPERM = 1, ENOENT = 2, EINTR = 4, EAGAIN = 11, EACCES = 13, ENOTDIR = 20, EPIPE = 32, EADDRINUSE = 98,
       ENETUNREACH = 101, ECONNRESET = 104, ETIMEDOUT = 110, ECONNREFUSED = 111, EHOSTUNREACH = 113, EINPROGRESS = 115 };

/* Failures of our own, kept clear of every errno so that one negative number can carry either. */
enum { CLOSED_EARLY = 5001, NOT_HTTP = 5002, UNKNOWN_NAME = 5003, NO_ANSWER = 5004, NAMESERVER_FAILED = 5005 };

/* The exit codes. The last two are those of a shell that cannot run a command. */
enum { HEALTHY = 0, UNHEALTHY = 1, BAD_USAGE = 2, NOT_EXECUTABLE = 126, NOT_FOUND = 127 };

struct timespec { long seconds, nanoseconds; };
struct pollfd { int fd; short events, revents; };
/* sockaddr_in and sockaddr_in6 overlaid: the v4 padding falls into the (zero) start of the v6 address. */
struct address { u16 family; u8 port[2]; u8 v4[4]; u8 v6[16]; unsigned scope; };

__attribute__((noreturn)) static void leave(int code) {
  for (;;) sys(SYS_exit_group, code, 0, 0, 0);
}

static void close(long fd) {
  sys(SYS_close, fd, 0, 0, 0);
}
