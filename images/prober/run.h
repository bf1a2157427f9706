/* Runs a command to its end and then accepts connections, so that others can wait for what it has done. */

/* A socket that has the port and does not listen yet, or a negative errno. */
static long bind_port(long port) {
  for (struct address all = {AF_INET6, {port >> 8, port}, {0}, {0}, 0};; all.family = AF_INET) {
    long fd = sys(SYS_socket, all.family, SOCK_STREAM | SOCK_CLOEXEC, 0, 0), error = fd;
    if (fd >= 0) {
      int on = 1, off = 0;
      sys6(SYS_setsockopt, fd, SOL_SOCKET, SO_REUSEADDR, (long)&on, sizeof on, 0);
      /* IPv4 comes in by the same socket; where there is no IPv6, it has to do alone. */
      sys6(SYS_setsockopt, fd, IPPROTO_IPV6, IPV6_V6ONLY, (long)&off, sizeof off, 0);
      error = sys(SYS_bind, fd, (long)&all, all.family == AF_INET ? 16 : 28, 0);
      if (!error) return fd;
      close(fd);
    }
    if (all.family == AF_INET) return error;
  }
}

__attribute__((noreturn)) static void cannot_listen(long port, long error) {
  char line[80], *end = append(append_number(append(line, "cannot listen on "), port), ": ");
  if (error == EADDRINUSE) end = append(end, "the port is in use");
  else if (error == EACCES) end = append(end, "permission denied");
  else end = append_number(append(end, "errno "), error);
  say_line(line, end);
  leave(UNHEALTHY);
}

/* Any process may end up as a child of ours, if we are the first of a container. Whether the command has ended. */
static int reap(long child, int *status) {
  int ended = 0, any;
  for (long who; (who = sys(SYS_wait4, -1, (long)&any, WNOHANG, 0)) > 0;)
    if (who == child) {
      *status = any;
      ended = 1;
    }
  return ended;
}

/* The exit status of the command; leaves without opening if it failed or was told to stop. */
static void run_to_end(char **command, char **env) {
  u64 ours = 1UL << (SIGCHLD - 1), before;
  for (int i = 0; i < HOW_MANY_STOP; i++) ours |= 1UL << (stopping[i] - 1);
  set_blocked(ours, &before);
  long child = sys(SYS_clone, SIGCHLD, 0, 0, 0);
  if (!child) {
    set_blocked(before, 0);
    become(command, env);
  }
  char line[length(*command) + 80], *end = append(line, *command);
  if (child < 0) {
    say_line(line, append_number(append(end, " cannot be started: errno "), -child));
    leave(NOT_EXECUTABLE);
  }
  int status = 0, told_to_stop = 0;
  do {
    /* Blocked signals are kept for us, also those that the kernel would not give to process 1 otherwise. */
    int info[32];
    long signal = sys(SYS_rt_sigtimedwait, (long)&ours, (long)info, 0, 8);
    if (signal <= 0 || signal == SIGCHLD) continue;
    told_to_stop |= signal == SIGINT || signal == SIGQUIT || signal == SIGTERM;
    /* What a key of the terminal sends went to the command already, and a second one means "now" to many programs. */
    if (info[2] != SI_KERNEL || signal == SIGHUP) sys(SYS_kill, child, signal, 0, 0);
  } while (!reap(child, &status));
  int by = status & 127, code = by ? 128 + by : status >> 8 & 255;
  if (code) {
    end = append(end, by ? " was ended by signal " : " ended with code ");
    say_line(line, append_number(end, by ? by : code));
  }
  if (code || told_to_stop) leave(code);
}

__attribute__((noreturn)) static void finished(int signal) {
  (void)signal;
  leave(HEALTHY);
}

__attribute__((noreturn)) static void gate(long port, char **command, char **env) {
  struct action child = {0};
  /* If our parent ignores the end of its children, so would we, and never learn how the command ended. */
  set_action(SIGCHLD, &child, 0);
  /* A port that is not to be had is an error before the command has done anything. Nobody can connect yet. */
  long listener = bind_port(port);
  if (listener < 0) cannot_listen(port, -listener);
  run_to_end(command, env);
  long error = sys(SYS_listen, listener, 128, 0, 0);
  if (error) cannot_listen(port, -error);
  char line[64];
  say_line(line, append_number(append(line, "done; listening on "), port));
  /* From now on the kernel itself takes care of children that end. */
  child.handler = (void (*)(int))1;
  set_action(SIGCHLD, &child, 0);
  int status;
  reap(0, &status);
  struct signals before;
  handle_stopping(finished, &before);
  for (;;) {
    long fd = sys(SYS_accept4, listener, 0, 0, SOCK_CLOEXEC);
    if (fd >= 0) close(fd);
    /* Out of descriptors or of memory: the connection is still there to be accepted, so do not ask again at once. */
    else sleep_until(now() + 100 * MILLISECOND);
  }
}
