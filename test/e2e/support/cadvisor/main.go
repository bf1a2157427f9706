// What cAdvisor tells of Docker's containers, by its own packages: its command is a module that cannot be had everywhere.
package main

import (
	"flag"
	"log"
	"net/http"
	"time"

	"github.com/google/cadvisor/cache/memory"
	"github.com/google/cadvisor/container"
	_ "github.com/google/cadvisor/container/docker/install"
	v2 "github.com/google/cadvisor/info/v2"
	"github.com/google/cadvisor/manager"
	"github.com/google/cadvisor/metrics"
	"github.com/google/cadvisor/utils/sysfs"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"k8s.io/utils/clock"
)

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func main() {
	listen := flag.String("listen", "127.0.0.1:8080", "where it answers")
	flag.Parse()
	every, dynamic := 2*time.Second, false
	wanted := container.MetricSet{container.MemoryUsageMetrics: {}}
	housekeeping := manager.HousekeepingConfig{Interval: &every, AllowDynamic: &dynamic}
	containers, err := manager.New(memory.New(time.Minute, nil), sysfs.NewRealSysFs(), housekeeping, wanted, http.DefaultClient, []string{"/docker"}, nil, "", 0)
	must(err)
	must(containers.Start())
	options := v2.RequestOptions{IdType: v2.TypeName, Count: 1, Recursive: true}
	registry := prometheus.NewRegistry()
	registry.MustRegister(metrics.NewPrometheusCollector(containers, metrics.DefaultContainerLabels, wanted, clock.RealClock{}, options))
	http.Handle("/metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	must(http.ListenAndServe(*listen, nil))
}
