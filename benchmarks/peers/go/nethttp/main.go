// Go's own HTTP client, which Colly stands on: 16 goroutines, no cache, bodies read and dropped.
// usage: nethttp URLS
package main

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

const goroutines = 16

func readUrls(name string) ([]string, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	var urls []string
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		urls = append(urls, lines.Text())
	}
	return urls, lines.Err()
}

func main() {
	urls, err := readUrls(os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, "nethttp:", err)
		os.Exit(1)
	}
	client := &http.Client{
		Transport: &http.Transport{MaxIdleConnsPerHost: goroutines, MaxConnsPerHost: goroutines},
		Timeout:   60 * time.Second,
	}
	var next, ok, size int64
	var group sync.WaitGroup
	for i := 0; i < goroutines; i++ {
		group.Add(1)
		go func() {
			defer group.Done()
			for index := atomic.AddInt64(&next, 1) - 1; index < int64(len(urls)); index = atomic.AddInt64(&next, 1) - 1 {
				response, err := client.Get(urls[index])
				if err != nil {
					fmt.Fprintln(os.Stderr, "nethttp:", err)
					return
				}
				body, err := io.ReadAll(response.Body)
				response.Body.Close()
				if err == nil && response.StatusCode == http.StatusOK {
					atomic.AddInt64(&ok, 1)
					atomic.AddInt64(&size, int64(len(body)))
				}
			}
		}()
	}
	group.Wait()
	fmt.Printf("{\"ok\": %d, \"bytes\": %d, \"hits\": 0}\n", ok, size)
}
