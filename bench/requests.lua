-- SPDX-License-Identifier: EUPL-1.2
-- For wrk: asks the lines of the file BENCH_REQUESTS ("path" or "path<tab>cookie") in turn, over and
-- over, and prints the figures as one line of JSON.
local requests = {}
local last = 0

function init(arguments)
  for line in io.lines(os.getenv("BENCH_REQUESTS")) do
    local path, cookie = line:match("^([^\t]*)\t(.*)$")
    local headers = { ["Host"] = "127.0.0.1", ["Accept"] = "text/html" }
    if cookie then headers["Cookie"] = cookie end
    if os.getenv("BENCH_ENCODING") then headers["Accept-Encoding"] = os.getenv("BENCH_ENCODING") end
    requests[#requests + 1] = wrk.format("GET", path or line, headers)
  end
end

function request()
  last = last % #requests + 1
  return requests[last]
end

function done(summary, latency)
  local errors = summary.errors
  print(string.format(
    'FIGURES {"requests":%d,"seconds":%f,"bytes":%d,"median_ms":%f,"p99_ms":%f,"refused":%d,"broken":%d}',
    summary.requests, summary.duration / 1e6, summary.bytes, latency:percentile(50) / 1e3,
    latency:percentile(99) / 1e3, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout))
end
