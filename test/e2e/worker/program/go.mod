module jobs

go 1.21
