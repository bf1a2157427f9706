/* Commands of others, and the signals around them. */

/* Those that end a program which does not care: what an engine may be told to stop a container with. */
static const u8 stopping[] = {SIGHUP, SIGINT, SIGQUIT, SIGUSR1, SIGUSR2, SIGTERM};

enum { HOW_MANY_STOP = sizeof stopping, SA_RESTORER = 0x04000000 };

struct action { void (*handler)(int); u64 flags; void (*restorer)(void); u64 mask; };
struct signals { u64 blocked; struct action actions[HOW_MANY_STOP]; };

static void set_blocked(u64 signals, u64 *before) {
  sys(SYS_rt_sigprocmask, SIG_SETMASK, (long)&signals, (long)before, 8);
}

static void set_action(int signal, const struct action *action, struct action *before) {
  sys(SYS_rt_sigaction, signal, (long)action, (long)before, 8);
}

/*
 * Handlers, because the kernel does not apply the default to process 1 of a container. Those that end the process need
 * no global and no return; amd64 insists on a restorer, which therefore is never called.
 */
static void handle_stopping(void (*handler)(int), struct signals *before) {
  struct action action = {handler, SA_RESTORER, (void (*)(void))handler, 0};
  for (int i = 0; i < HOW_MANY_STOP; i++) set_action(stopping[i], &action, &before->actions[i]);
  set_blocked(0, &before->blocked);
}

/* The kernel would set the default for a new program, also where somebody wanted a signal to be ignored. */
static void restore_stopping(struct signals *before) {
  for (int i = 0; i < HOW_MANY_STOP; i++) set_action(stopping[i], &before->actions[i], 0);
  set_blocked(before->blocked, 0);
}

static const char *search_path(char **env) {
  for (; *env; env++) {
    const char *e = *env, *p = "PATH=";
    while (*p && *e == *p) e++, p++;
    if (!*p) return e;
  }
  return "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
}

/* Becomes the command, or says why it cannot and leaves. */
__attribute__((noreturn)) static void become(char **command, char **env) {
  const char *name = *command, *path = search_path(env);
  long size = length(name), error = -ENOENT, denied = 0;
  char line[size + 64];
  for (const char *c = name; *c; c++)
    if (*c == '/') path = 0;
  if (!path) {
    error = sys(SYS_execve, (long)name, (long)command, (long)env, 0);
  } else if (size) {
    char file[length(path) + size + 2];
    for (;; path++) {
      /* An empty place in the list is the current directory. */
      char *end = file;
      while (*path && *path != ':') *end++ = *path++;
      if (end > file) *end++ = '/';
      *append(end, name) = 0;
      error = sys(SYS_execve, (long)file, (long)command, (long)env, 0);
      /* A file that may not be run does not hide another that may. */
      if (error == -EACCES) denied = 1;
      else if (error != -ENOENT && error != -ENOTDIR) break;
      error = denied ? -EACCES : -ENOENT;
      if (!*path) break;
    }
  }
  char *end = append(append(append(line, "cannot run "), name), ": ");
  if (error == -ENOENT) end = append(end, "not found");
  else if (error == -EACCES) end = append(end, "permission denied");
  else end = append_number(append(end, "errno "), -error);
  say_line(line, end);
  leave(error == -ENOENT ? NOT_FOUND : NOT_EXECUTABLE);
}
