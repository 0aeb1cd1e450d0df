-- What wrk sends: the same poll again and again, as the environment describes it.
wrk.method = "POST"
wrk.body = os.getenv("BENCH_BODY")
for name, value in string.gmatch(os.getenv("BENCH_HEADERS"), "([^:\n]+): ([^\n]*)") do
    wrk.headers[name] = value
end
