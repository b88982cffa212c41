// Colly with 16 requests at a time, and with its cache when a folder for it is given.
// usage: colly URLS [CACHE_FOLDER]
package main

import (
	"bufio"
	"fmt"
	"net/http"
	"os"
	"sync/atomic"

	"github.com/gocolly/colly/v2"
)

const parallel = 16

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
		fmt.Fprintln(os.Stderr, "colly:", err)
		os.Exit(1)
	}
	collector := colly.NewCollector(colly.Async(true))
	if len(os.Args) > 2 {
		collector.CacheDir = os.Args[2]
	}
	collector.WithTransport(&http.Transport{MaxIdleConnsPerHost: parallel})
	if err := collector.Limit(&colly.LimitRule{DomainGlob: "*", Parallelism: parallel}); err != nil {
		fmt.Fprintln(os.Stderr, "colly:", err)
		os.Exit(1)
	}
	var ok, size int64
	collector.OnResponse(func(response *colly.Response) {
		if response.StatusCode == http.StatusOK {
			atomic.AddInt64(&ok, 1)
			atomic.AddInt64(&size, int64(len(response.Body)))
		}
	})
	collector.OnError(func(_ *colly.Response, err error) {
		fmt.Fprintln(os.Stderr, "colly:", err)
	})
	for _, url := range urls {
		if err := collector.Visit(url); err != nil {
			fmt.Fprintln(os.Stderr, "colly:", err)
		}
	}
	collector.Wait()
	fmt.Printf("{\"ok\": %d, \"bytes\": %d, \"hits\": null}\n", ok, size)
}
