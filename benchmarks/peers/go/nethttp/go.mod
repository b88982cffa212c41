module forage/peers/nethttp

go 1.19
