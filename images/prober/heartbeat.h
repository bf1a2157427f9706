/* The heartbeat of a program without a port: a file that it touches, and that must not be old. */

static long wall_clock(void) {
  struct timespec t;
  sys(SYS_clock_gettime, CLOCK_REALTIME, (long)&t, 0, 0);
  return t.seconds * SECOND + t.nanoseconds;
}

__attribute__((noreturn)) static void heartbeat(const char *path, long most) {
  /* Both architectures have the time of the last change at the same place, and no more than 144 bytes in all. */
  struct { long before[11]; struct timespec changed; long after[5]; } file;
  char line[length(path) + 96], *end = append(append(line, path), ": ");
  long error = sys(SYS_newfstatat, AT_FDCWD, (long)path, (long)&file, 0);
  if (error) {
    end = error == -ENOENT ? append(end, "there is no such file") : append_number(append(end, "errno "), -error);
  } else {
    long age = wall_clock() - (file.changed.seconds * SECOND + file.changed.nanoseconds);
    /* A clock that was set back would make a program that hangs look alive until that time comes again. */
    int ahead = age < 0;
    if (ahead) age = -age;
    if (age <= most) leave(HEALTHY);
    end = append(append_number(append(end, "changed "), age / SECOND), ahead ? " s ahead of now" : " s ago");
    end = append(append_number(append(end, ", may be "), most / SECOND), " s");
  }
  say_line(line, end);
  leave(UNHEALTHY);
}
