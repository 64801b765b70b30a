-- wrk posts the same form over and over: wrk -s server_post.lua URL -- BODY_FILE BOUNDARY PAUSE
-- PAUSE: milliseconds that a client waits before each request, on average (0: none). Prints a line of JSON at the end.

function init(args)
  local file = assert(io.open(args[1], "rb"))
  wrk.method = "POST"
  wrk.body = file:read("*a")
  file:close()
  wrk.headers["Content-Type"] = "multipart/form-data; boundary=" .. args[2]
  local pause = tonumber(args[3])
  if pause > 0 then
    delay = function() return math.floor(2 * pause * math.random() + math.random()) end
  end
end

function done(summary, latency, requests)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  print(string.format('{"rate": %f, "p50": %f, "p99": %f, "failed": %d}', summary.requests / summary.duration * 1e6,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000, failed))
end
