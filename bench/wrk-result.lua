-- What wrk tells in the end, as one line of JSON.
function done(summary, latency)
  local errors = summary.errors
  print(string.format(
    'RESULT {"count":%d,"microseconds":%d,"p50":%d,"p99":%d,"failed":%d}',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    errors.status + errors.connect + errors.read + errors.write + errors.timeout))
end
