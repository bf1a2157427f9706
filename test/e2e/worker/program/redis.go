package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"time"
)

// server is where a Redis is, as the edge to it says in the environment.
type server struct{ address, password string }

func serverOf(prefix string) server {
	password, err := os.ReadFile(os.Getenv(prefix + "_PASSWORD_FILE"))
	if err != nil {
		fatal(err)
	}
	return server{os.Getenv(prefix+"_HOST") + ":" + os.Getenv(prefix+"_PORT"), strings.TrimSpace(string(password))}
}

// client is one connection, made again whenever it was lost.
type client struct {
	server
	conn net.Conn
	in   *bufio.Reader
}

// refused is what the server itself says, such as that its memory is full: it is there, and did nothing.
type refused string

func (r refused) Error() string { return string(r) }

// do asks once. After any error but a refusal nobody knows whether it was done.
func (c *client) do(args ...string) (any, error) {
	if c.conn == nil {
		conn, err := net.DialTimeout("tcp", c.address, 2*time.Second)
		if err != nil {
			return nil, err
		}
		c.conn, c.in = conn, bufio.NewReader(conn)
		if _, err := c.ask("AUTH", c.password); err != nil {
			c.close()
			return nil, err
		}
	}
	answer, err := c.ask(args...)
	var no refused
	if err != nil && !errors.As(err, &no) {
		c.close()
	}
	return answer, err
}

// must asks until there is an answer; the server may be starting, or loading its data.
func (c *client) must(args ...string) any {
	for {
		answer, err := c.do(args...)
		if err == nil {
			return answer
		}
		fmt.Fprintln(os.Stderr, "again:", args[0], err)
		time.Sleep(200 * time.Millisecond)
	}
}

func (c *client) close() {
	c.conn.Close()
	c.conn = nil
}

func (c *client) ask(args ...string) (any, error) {
	var text strings.Builder
	fmt.Fprintf(&text, "*%d\r\n", len(args))
	for _, arg := range args {
		fmt.Fprintf(&text, "$%d\r\n%s\r\n", len(arg), arg)
	}
	c.conn.SetDeadline(time.Now().Add(5 * time.Second))
	if _, err := io.WriteString(c.conn, text.String()); err != nil {
		return nil, err
	}
	return c.read()
}

func (c *client) read() (any, error) {
	line, err := c.in.ReadString('\n')
	if err != nil {
		return nil, err
	}
	line = strings.TrimRight(line, "\r\n")
	if line == "" {
		return nil, errors.New("an empty answer")
	}
	rest := line[1:]
	switch line[0] {
	case '+':
		return rest, nil
	case '-':
		return nil, refused(rest)
	case ':':
		return strconv.Atoi(rest)
	case '$':
		size, err := strconv.Atoi(rest)
		if err != nil || size < 0 {
			return nil, err
		}
		text := make([]byte, size+2)
		if _, err := io.ReadFull(c.in, text); err != nil {
			return nil, err
		}
		return string(text[:size]), nil
	case '*':
		count, err := strconv.Atoi(rest)
		if err != nil || count < 0 {
			return nil, err
		}
		list := make([]any, 0, count)
		for range make([]struct{}, count) {
			one, err := c.read()
			var no refused
			if err != nil && !errors.As(err, &no) {
				return nil, err
			}
			list = append(list, one)
		}
		return list, nil
	}
	return nil, fmt.Errorf("no answer of Redis: %q", line)
}
