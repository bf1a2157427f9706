// Command jobs makes jobs, does them, and counts them: the worker of the suites in the folder above, as its contract asks for.
//
//	jobs produce     JOBS numbered jobs onto the stream, each until it was accepted; then it stays
//	jobs work        takes jobs as a consumer of the group, writes each down in the ledger, acknowledges it
//	jobs hang        lets the worker in this container hang, with the jobs that it has
//	jobs report      what was accepted, done, done again and waits, as JSON
//	jobs singleton   counts in the ledger how many of it there are, and takes a while to end
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

func fatal(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

func number(name string, otherwise int) int {
	if n, err := strconv.Atoi(os.Getenv(name)); err == nil {
		return n
	}
	return otherwise
}

func main() {
	// Kubernetes and Docker tell by SIGTERM
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	switch strings.Join(os.Args[1:], " ") {
	case "produce":
		produce(ctx)
	case "work":
		work(ctx)
	case "hang":
		if err := os.WriteFile(hangs, nil, 0o600); err != nil {
			fatal(err)
		}
	case "report":
		report()
	case "singleton":
		singleton(ctx)
	default:
		fatal(errors.New("usage: jobs produce | work | hang | report | singleton"))
	}
}

var queue, group = os.Getenv("WORKER_QUEUE"), os.Getenv("WORKER_GROUP")

// Accepted at once and together, or not at all: whoever lost the answer may ask again.
const accept = `if redis.call('SADD', KEYS[2], ARGV[1]) == 1 then redis.call('XADD', KEYS[1], '*', 'id', ARGV[1], 'load', ARGV[2]) end return 1`

func produce(ctx context.Context) {
	target, ledger := client{server: serverOf("REDIS")}, client{server: serverOf("LEDGER")}
	makeGroup(ctx, &target)
	load := strings.Repeat("x", number("JOB_BYTES", 4096))
	for id, last := 1, number("JOBS", 0); id <= last && ctx.Err() == nil; {
		_, err := target.do("EVAL", accept, "2", queue, queue+":accepted", strconv.Itoa(id), load)
		if err == nil {
			id++
			continue
		}
		var no refused
		if errors.As(err, &no) && strings.Contains(err.Error(), "OOM") {
			ledger.must("INCR", "refused")
		} else {
			ledger.must("INCR", "interrupted")
			fmt.Fprintln(os.Stderr, "again:", err)
		}
		time.Sleep(50 * time.Millisecond)
	}
	<-ctx.Done()
}

// A job may take this long, also on a slow machine; what a consumer has held for longer is taken over.
const idle = 15 * time.Second

func work(ctx context.Context) {
	name, _ := os.Hostname()
	makeGroup(ctx, &client{server: serverOf("REDIS")})
	var all sync.WaitGroup
	for n := 0; n < number("WORKER_CONCURRENCY", 1); n++ {
		all.Add(1)
		go func(consumer string) {
			defer all.Done()
			takeJobs(ctx, consumer)
		}(fmt.Sprintf("%s-%d", name, n))
	}
	all.Wait()
}

// A full Redis makes no group, also not one that is there: so it is made by whoever comes first, before anything can be full.
func makeGroup(ctx context.Context, jobs *client) {
	for ctx.Err() == nil {
		_, err := jobs.do("XGROUP", "CREATE", queue, group, "0", "MKSTREAM")
		if err == nil || strings.Contains(err.Error(), "BUSYGROUP") {
			return
		}
		if known, _ := jobs.do("XINFO", "GROUPS", queue); strings.Contains(fmt.Sprint(known), group) {
			return
		}
		fmt.Fprintln(os.Stderr, "again:", err)
		time.Sleep(200 * time.Millisecond)
	}
}

func takeJobs(ctx context.Context, consumer string) {
	jobs, ledger := client{server: serverOf("REDIS")}, client{server: serverOf("LEDGER")}
	each := time.Duration(number("JOB_MS", 50)) * time.Millisecond
	for claimed := time.Now(); ctx.Err() == nil; {
		beat()
		var taken any
		var err error
		if time.Since(claimed) > 2*time.Second {
			claimed = time.Now()
			taken, err = jobs.do("XAUTOCLAIM", queue, group, consumer, strconv.Itoa(int(idle.Milliseconds())), "0", "COUNT", "1")
			if list, ok := taken.([]any); ok && len(list) > 1 {
				taken = list[1]
			}
		} else {
			taken, err = jobs.do("XREADGROUP", "GROUP", group, consumer, "COUNT", "1", "BLOCK", "500", "STREAMS", queue, ">")
			if list, ok := taken.([]any); ok && len(list) > 0 {
				taken = list[0].([]any)[1]
			}
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, "again:", err)
			time.Sleep(200 * time.Millisecond)
			continue
		}
		entries, _ := taken.([]any)
		for _, entry := range entries {
			pair, _ := entry.([]any)
			fields, _ := pair[1].([]any)
			if len(fields) < 2 {
				continue // it was done meanwhile
			}
			hang()
			time.Sleep(each)
			// only what is written down is acknowledged: whoever dies in between leaves it to be done again
			ledger.must("HINCRBY", "done", fields[1].(string), "1")
			jobs.must("XACK", queue, group, pair[0].(string))
			jobs.must("XDEL", queue, pair[0].(string))
		}
	}
}

const hangs = "/tmp/hang"

var hung atomic.Bool

// As a program that waits for ever: it takes nothing, finishes nothing, and does not hear that it should end.
func hang() {
	if os.Remove(hangs) == nil {
		hung.Store(true)
	}
	if hung.Load() {
		select {}
	}
}

func beat() {
	hang()
	file := os.Getenv("WORKER_HEARTBEAT_FILE")
	now := time.Now()
	if os.Chtimes(file, now, now) != nil {
		if err := os.WriteFile(file, nil, 0o600); err != nil {
			fatal(err)
		}
	}
}

type counts struct {
	Accepted    int `json:"accepted"`
	Waiting     int `json:"waiting"`
	Taken       int `json:"taken"`
	Done        int `json:"done"`
	Again       int `json:"again"`
	Refused     int `json:"refused"`
	Interrupted int `json:"interrupted"`
	Singletons  int `json:"singletons"`
	Most        int `json:"most"`
}

func report() {
	jobs, ledger := client{server: serverOf("REDIS")}, client{server: serverOf("LEDGER")}
	count := func(c *client, args ...string) int {
		answer, err := c.do(args...)
		if err != nil {
			fatal(err)
		}
		switch one := answer.(type) {
		case int:
			return one
		case string:
			n, _ := strconv.Atoi(one)
			return n
		}
		return 0
	}
	all := counts{
		Accepted:    count(&jobs, "SCARD", queue+":accepted"),
		Waiting:     count(&jobs, "XLEN", queue),
		Done:        count(&ledger, "HLEN", "done"),
		Refused:     count(&ledger, "GET", "refused"),
		Interrupted: count(&ledger, "GET", "interrupted"),
		Singletons:  count(&ledger, "GET", "singletons"),
		Most:        count(&ledger, "GET", "most"),
	}
	if pending, err := jobs.do("XPENDING", queue, group); err == nil {
		if list, ok := pending.([]any); ok && len(list) > 0 {
			all.Taken, _ = list[0].(int)
		}
	}
	values, err := ledger.do("HVALS", "done")
	if err != nil {
		fatal(err)
	}
	list, _ := values.([]any)
	for _, value := range list {
		n, _ := strconv.Atoi(value.(string))
		all.Again += n - 1
	}
	json.NewEncoder(os.Stdout).Encode(all)
}

const enter = `local n = redis.call('INCR', 'running') if n > tonumber(redis.call('GET', 'most') or '0') then redis.call('SET', 'most', n) end return redis.call('INCR', 'singletons')`

func singleton(ctx context.Context) {
	ledger := client{server: serverOf("LEDGER")}
	ledger.must("EVAL", enter, "0")
	for ctx.Err() == nil {
		beat()
		time.Sleep(200 * time.Millisecond)
	}
	// a job that has to be finished
	time.Sleep(3 * time.Second)
	ledger.must("DECR", "running")
}
