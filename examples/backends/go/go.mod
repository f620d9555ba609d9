module example.com/acme/host

go 1.19
